"""Why a file, or a conversation in it, is not taken in: one code and one sentence each."""

from __future__ import annotations

from chat.errors import ServiceError


class ImportRefused(ServiceError):
    """The base of those for the whole file; itself for what nobody has foreseen."""

    code = "import_unreadable"
    message = "The file could not be read."


class ImportUnsupported(ImportRefused):
    code = "import_unsupported"
    message = (
        "There are no conversations in the file that can be read: exports of Triple Chat, ChatGPT and Open WebUI can, "
        "as JSON or ZIP."
    )


class ImportTooLarge(ImportRefused):
    code = "import_too_large"
    status = 413
    message = "The file is larger than this server takes."


class ImportDamaged(ImportRefused):
    code = "import_damaged"
    message = "The file is damaged or cut off. What stood before the damage was taken."


class ImportEncrypted(ImportRefused):
    code = "import_encrypted"
    message = "The file is protected with a password. Remove the password and add it again."


class ImportUnpacksTooLarge(ImportRefused):
    code = "import_unpacks_too_large"
    message = "Unpacked, the file would be far larger than an export is."


class ImportNewer(ImportRefused):
    code = "import_newer_version"
    message = "The file was exported by a newer version of Triple Chat. Update this server first."


class ImportTooMany(ImportRefused):
    code = "import_too_many"
    message = "The file has more conversations than one import takes. The first of them were taken."


class ImportGaveUp(ImportRefused):
    code = "import_gave_up"
    message = "Reading the file was begun several times and never came to its end. What was read is there."


class ImportRunning(ServiceError):
    code = "import_running"
    status = 409
    message = "Another import of yours is still being read. Wait for it, or cancel it."


class ImportEnded(ServiceError):
    code = "import_not_running"
    status = 409
    message = "The import is not being read any more."


class ConversationRefused(ServiceError):
    """One conversation of a file; the others are taken."""

    code = "conversation_malformed"
    message = "The conversation is not as its format says."


class ConversationTooLarge(ConversationRefused):
    code = "conversation_too_large"
    message = "The conversation is larger than this server takes."


class ConversationTooDeep(ConversationRefused):
    code = "conversation_too_deep"
    message = "The conversation is nested deeper than any export is."


class ConversationEmpty(ConversationRefused):
    code = "conversation_empty"
    message = "There is no question in the conversation."


class ConversationDeleted(ConversationRefused):
    code = "conversation_deleted"
    message = "The conversation had been deleted when it was exported."


_BY_CODE = {
    each.code: each
    for each in (
        ImportRefused,
        ImportUnsupported,
        ImportTooLarge,
        ImportDamaged,
        ImportEncrypted,
        ImportUnpacksTooLarge,
        ImportNewer,
        ImportTooMany,
        ImportGaveUp,
    )
}


def refusal_for(code: str) -> ImportRefused:
    """Return the refusal of a code, the general one for a code that this version does not know."""
    return _BY_CODE.get(code, ImportRefused)()
