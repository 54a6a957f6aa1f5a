"""Re-exports every model: Django looks for them here (importing them in `__init__` fails)."""

from models.attachment import Attachment
from models.chat import AnswerStatus, Chat, Citation, Confidence
from models.collection import Collection
from models.conversation import Conversation, Mode, TitleBy
from models.document import Document, DocumentImage, DocumentSource, DocumentStatus
from models.notification import ModelState, Notification, NotificationKind
from models.purge import Purge
from models.rag_data import RagData, TermCount
from models.search_log import SearchLog
from models.session import Session
from models.user import User

__all__ = [
    "AnswerStatus",
    "Attachment",
    "Chat",
    "Citation",
    "Collection",
    "Confidence",
    "Conversation",
    "Document",
    "DocumentImage",
    "DocumentSource",
    "DocumentStatus",
    "Mode",
    "ModelState",
    "Notification",
    "NotificationKind",
    "Purge",
    "RagData",
    "SearchLog",
    "Session",
    "TermCount",
    "TitleBy",
    "User",
]
