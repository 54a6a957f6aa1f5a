"""The files of a multipart request, each written to its place on disk while it is parsed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from rest_framework.request import Request

from chat.library.receiving import ReceivedFile, Receiver


class ReceivedUpload(UploadedFile):  # type: ignore[type-arg]  # no generic when it runs
    """What the framework's fields see of a file that has been received."""

    def __init__(self, received: ReceivedFile, content_type: str | None) -> None:
        super().__init__(file=None, name=received.name, content_type=content_type, size=received.size_bytes)
        self.received = received

    def close(self) -> None:
        """The framework closes every file; this one is closed already."""


class _ReceivingHandler(FileUploadHandler):
    def __init__(self, most: int | None) -> None:
        super().__init__()
        self._most = most
        self.files: list[ReceivedFile] = []
        self._receiver: Receiver | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._receiver = Receiver(self.file_name or "", most=self._most)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        assert self._receiver is not None
        self._receiver.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> ReceivedUpload:
        assert self._receiver is not None
        self.files.append(self._receiver.finish())
        self._receiver = None
        return ReceivedUpload(self.files[-1], self.content_type)

    def discard(self) -> None:
        """Remove what nobody has kept, also a file that was cut off."""
        if self._receiver:
            self._receiver.discard()
        for file in self.files:
            file.discard()


@contextmanager
def received_files(request: Request, *, most: int | None = None) -> Iterator[None]:
    """Parse the request inside: its files are `ReceivedUpload`s, removed at the end unless somebody has kept them.

    `most`: bytes that one of them may have, if not those of a document.
    """
    handler = _ReceivingHandler(most)
    request._request.upload_handlers = [handler]
    try:
        yield
    finally:
        handler.discard()
