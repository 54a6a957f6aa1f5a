"""Re-exports every model: Django looks for them here (importing them in `__init__` fails)."""

from models.chat import AnswerStatus, Chat, Citation
from models.conversation import Conversation, Mode, TitleBy
from models.document import Document, DocumentSource
from models.rag_data import RagData
from models.search_log import SearchLog
from models.session import Session
from models.user import User

__all__ = [
    "AnswerStatus",
    "Chat",
    "Citation",
    "Conversation",
    "Document",
    "DocumentSource",
    "Mode",
    "RagData",
    "SearchLog",
    "Session",
    "TitleBy",
    "User",
]
