"""Re-exports every model: Django looks for them here (importing them in `__init__` fails)."""

from models.attachment import Attachment
from models.chat import AnswerStatus, Chat, Citation, Confidence
from models.collection import Collection
from models.comparison import ComparedPair, Comparison, Verdict
from models.conversation import Conversation, Mode, TitleBy
from models.conversation_import import ConversationImport, ImportStatus
from models.document import Document, DocumentImage, DocumentSource, DocumentStatus
from models.embedding import Embedder, PassageEmbedding, WaitingEmbedding
from models.insight import InsightHour, InsightProgress, InsightTime
from models.notification import ModelState, Notification, NotificationKind
from models.one_time_code import CodeKind, OneTimeCode
from models.purge import Purge
from models.rag_data import PassageTerms, RagData, TermCount
from models.search_log import SearchLog
from models.session import Session
from models.spent_tokens import SpentTokens
from models.user import User

__all__ = [
    "AnswerStatus",
    "Attachment",
    "Chat",
    "Citation",
    "CodeKind",
    "Collection",
    "ComparedPair",
    "Comparison",
    "Confidence",
    "Conversation",
    "ConversationImport",
    "Document",
    "DocumentImage",
    "DocumentSource",
    "DocumentStatus",
    "Embedder",
    "ImportStatus",
    "InsightHour",
    "InsightProgress",
    "InsightTime",
    "Mode",
    "ModelState",
    "Notification",
    "NotificationKind",
    "OneTimeCode",
    "PassageEmbedding",
    "PassageTerms",
    "Purge",
    "RagData",
    "SearchLog",
    "Session",
    "SpentTokens",
    "TermCount",
    "TitleBy",
    "User",
    "Verdict",
    "WaitingEmbedding",
]
