"""Why a file is not taken, or not read to its end: one code and one sentence each.

Shared by the upload, the reading process and the API. Imports no Django: the reading
process does without it.
"""

from __future__ import annotations

from chat.errors import ServiceError


class DocumentRefused(ServiceError):
    """The base of them all; itself for what nobody has foreseen."""

    code = "document_unreadable"
    message = "The file could not be read."


class DocumentEmpty(DocumentRefused):
    code = "document_empty"
    message = "The file is empty."


class DocumentTooLarge(DocumentRefused):
    code = "document_too_large"
    status = 413
    message = "The file is larger than this server takes."


class DocumentUnsupported(DocumentRefused):
    code = "document_unsupported"
    message = (
        "Files of this kind cannot be read. PDF, DOCX, PPTX, XLSX, HWPX, HTML, Markdown, text, CSV, PNG and JPEG can."
    )


class DocumentIsHwp(DocumentRefused):
    code = "document_hwp"
    message = "HWP files cannot be read. Save it as HWPX or PDF and add that."


class DocumentIsOldOffice(DocumentRefused):
    code = "document_old_office"
    message = "Files of Office 97 to 2003 cannot be read. Save it as DOCX, PPTX or XLSX and add that."


class DocumentTypeMismatch(DocumentRefused):
    code = "document_type_mismatch"
    message = "The file is not what its name says."


class DocumentEncrypted(DocumentRefused):
    code = "document_encrypted"
    message = "The file is protected with a password. Remove the password and add it again."


class DocumentDamaged(DocumentRefused):
    code = "document_damaged"
    message = "The file is damaged or cut off."


class DocumentUnpacksTooLarge(DocumentRefused):
    code = "document_unpacks_too_large"
    message = "Unpacked, the file would be far larger than a document is."


class DocumentTooComplex(DocumentRefused):
    code = "document_too_complex"
    message = "Reading the file takes more time or memory than is allowed."


class DocumentTooLong(DocumentRefused):
    code = "document_too_long"
    message = "The file has more text than one document can have. Split it and add the parts."


class DocumentHasNoText(DocumentRefused):
    code = "document_no_text"
    message = "There is no text in the file. A scan needs text recognition first."


class PictureTooLarge(DocumentRefused):
    code = "picture_too_large"
    message = "The picture has more pixels than this server takes."


class DocumentGaveUp(DocumentRefused):
    code = "document_gave_up"
    message = "Reading the file was begun several times and never came to its end."


class StorageFull(DocumentRefused):
    code = "storage_full"
    status = 413
    message = "There is no room left for your files. Delete some; what is deleted makes room after 24 hours."


_BY_CODE = {
    each.code: each
    for each in (
        DocumentRefused,
        DocumentEmpty,
        DocumentTooLarge,
        DocumentUnsupported,
        DocumentIsHwp,
        DocumentIsOldOffice,
        DocumentTypeMismatch,
        DocumentEncrypted,
        DocumentDamaged,
        DocumentUnpacksTooLarge,
        DocumentTooComplex,
        DocumentTooLong,
        DocumentHasNoText,
        PictureTooLarge,
        DocumentGaveUp,
        StorageFull,
    )
}


def refusal_for(code: str) -> DocumentRefused:
    """Return the refusal of a code, the general one for a code that this version does not know."""
    return _BY_CODE.get(code, DocumentRefused)()
