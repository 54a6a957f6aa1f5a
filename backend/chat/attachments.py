"""Pictures that come with questions: checked, stored without what their camera noted, and removed when unused."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from chat.errors import Invalid, NotFound
from chat.library.files import file_path, remove_file
from chat.limits.uploading import allow_upload
from chat.pictures import read_picture
from models.models import Attachment, User

MOST_IN_A_QUESTION = 4
_KEPT_UNUSED = timedelta(days=1)
_MOST_AT_ONCE = 500
_NAME_CHARACTERS = 255


def add_attachment(*, user: User, file_name: str, data: bytes) -> Attachment:
    """Store a picture for a question to come. Raises PictureRefused, and TooManyUploads."""
    allow_upload(user)
    picture = read_picture(data)
    attachment_id = uuid.uuid4()
    _write(attachment_id, picture.data)
    return Attachment.objects.create(
        id=attachment_id,
        owner=user,
        file_name="".join(letter for letter in file_name if letter.isprintable())[-_NAME_CHARACTERS:],
        media_type=picture.media_type,
        size_bytes=len(picture.data),
        width=picture.width,
        height=picture.height,
    )


def _write(file_id: UUID, data: bytes) -> None:
    path = file_path(file_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Nobody ever reads a half of it.
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.write_bytes(data)
    unfinished.replace(path)


def access_attachment(user: User, attachment_id: UUID) -> Attachment:
    """Return the user's picture; raise NotFound for anyone else's."""
    attachment = Attachment.objects.filter(owner=user, pk=attachment_id).first()
    if attachment is None:
        raise NotFound
    return attachment


def read_attachment(attachment: Attachment) -> bytes:
    """Return the picture; raise NotFound when its file is lost."""
    try:
        return file_path(attachment.pk).read_bytes()
    except FileNotFoundError:
        raise NotFound from None


def delete_attachment(attachment: Attachment) -> None:
    """Remove it, also from the questions that show it."""
    attachment_id = attachment.pk
    attachment.delete()
    transaction.on_commit(lambda: remove_file(attachment_id))


def named_attachments(user: User, wanted: Sequence[UUID]) -> list[Attachment]:
    """Return the named pictures; raise Invalid unless all of them are the user's."""
    found = list(Attachment.objects.filter(owner=user, pk__in=wanted)) if wanted else []
    if len(found) != len(set(wanted)):
        raise Invalid(details={"images": ["There is no such attachment, or it is not yours."]})
    return found


def purge_unused_attachments() -> int:
    """Remove pictures that no question shows and that are more than a day old; return how many."""
    unused = Attachment.objects.filter(chats=None, created_datetime__lt=timezone.now() - _KEPT_UNUSED)
    ids = list(unused.values_list("pk", flat=True)[:_MOST_AT_ONCE])
    Attachment.objects.filter(pk__in=ids, chats=None).delete()
    gone = set(ids) - set(Attachment.objects.filter(pk__in=ids).values_list("pk", flat=True))
    for attachment_id in gone:
        remove_file(attachment_id)
    return len(gone)
