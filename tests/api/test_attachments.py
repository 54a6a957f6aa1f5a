"""Pictures: taken as what they are, shown to their owner, and given to models that see."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from datetime import timedelta
from typing import Any

import pytest
import requests
from django.utils import timezone
from PIL import Image

from chat.attachments import purge_unused_attachments
from chat.library.files import file_path
from chat.library.passages import NewPassage
from models.models import Attachment, DocumentImage
from tests.cast import Person, new_guest
from tests.library import add_document
from tests.system import LiveSystem

pytestmark = pytest.mark.usefixtures("database")

SEES = "fake/vision"


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 20), **options: Any) -> bytes:
    output = io.BytesIO()
    Image.new("RGB", size, "red").save(output, kind, **options)
    return output.getvalue()


def photo() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = "taken at home"
    return picture("JPEG", exif=exif)


def bomb() -> bytes:
    """A PNG that says it has 30,000 x 30,000 pixels."""
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    parts = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def upload(person: Person, data: bytes, name: str = "picture.png") -> requests.Response:
    return person.call("POST", "attachments/", files={"file": (name, data)})


def added(person: Person, data: bytes = b"") -> str:
    reply = upload(person, data or picture())
    assert reply.status_code == 201, reply.text
    return str(reply.json()["id"])


def pictures_in(message: dict[str, Any]) -> list[bytes]:
    if isinstance(message["content"], str):
        return []
    urls = [part["image_url"]["url"] for part in message["content"] if part["type"] == "image_url"]
    return [base64.b64decode(url.partition(";base64,")[2]) for url in urls]


def test_picture_is_stored_upright_and_without_what_the_camera_noted(owner: Person, system: LiveSystem) -> None:
    reply = upload(owner, photo(), "../../home.jpg")
    attachment = reply.json()
    assert (attachment["media_type"], attachment["width"], attachment["height"]) == ("image/jpeg", 20, 40)
    shown = owner.get(f"attachments/{attachment['id']}/")
    assert shown.headers["Content-Type"] == "image/jpeg" and shown.headers["X-Content-Type-Options"] == "nosniff"
    assert b"taken at home" in photo() and b"taken at home" not in shown.content
    with Image.open(io.BytesIO(shown.content)) as opened:
        assert opened.size == (20, 40) and not opened.getexif()
    stranger = new_guest(system.api_url)
    assert stranger.get(f"attachments/{attachment['id']}/").status_code == 404
    assert stranger.call("DELETE", f"attachments/{attachment['id']}/").status_code == 404
    assert owner.call("DELETE", f"attachments/{attachment['id']}/").status_code == 204
    assert owner.get(f"attachments/{attachment['id']}/").status_code == 404


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_what_counts_is_the_content(owner: Person, kind: str) -> None:
    assert upload(owner, picture(kind), "strange.txt").status_code == 201


@pytest.mark.parametrize(
    "data",
    [b"<html><script>alert(1)</script></html>", bomb(), photo()[:100], picture("TIFF"), b"\x89PNG\r\n\x1a\n"],
    ids=["html named .png", "bomb", "half a picture", "another format", "nothing but the signature"],
)
def test_what_is_no_picture_is_refused(owner: Person, data: bytes) -> None:
    reply = upload(owner, data)
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "picture_refused")


def test_a_large_picture_is_scaled(owner: Person) -> None:
    attachment = upload(owner, picture(size=(4096, 1024))).json()
    assert (attachment["width"], attachment["height"]) == (2048, 512)


def test_model_that_sees_is_shown_the_picture_and_remembers_it(owner: Person, system: LiveSystem) -> None:
    attachment = upload(owner, picture()).json()
    reply = owner.ask("What is this?", mode="ai", model=SEES, images=[attachment["id"]])
    chat = reply.json()
    assert chat["attachments"] == [{key: attachment[key] for key in ("id", "url", "media_type", "width", "height")}]
    assert chat == owner.get(f"chats/{chat['question_id']}/").json()
    stored = owner.get(f"attachments/{attachment['id']}/").content
    first = system.upstream.chat_requests[-1].body["messages"]
    assert pictures_in(first[-1]) == [stored]
    assert first[-1]["content"][0] == {"type": "text", "text": "What is this?"}
    owner.ask("And its colour?", mode="ai", model=SEES, conversation=chat["conversation"])
    then = system.upstream.chat_requests[-1].body["messages"]
    assert [pictures_in(message) for message in then if message["role"] == "user"] == [[stored], []]
    again = owner.post(f"chats/{chat['question_id']}/regenerate/", params={"wait": "true"}).json()
    assert again["attachments"] == chat["attachments"]


def test_picture_for_a_model_that_does_not_see_is_refused(owner: Person, system: LiveSystem) -> None:
    mine, theirs = added(owner), added(new_guest(system.api_url))
    for model in ("builtin", "fake/echo"):
        refused = owner.ask("What is this?", mode="ai", model=model, images=[mine])
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "model_cannot_see")
    refused = owner.ask("What is this?", mode="ai", model=SEES, images=[theirs])
    assert (refused.status_code, list(refused.json()["error"]["details"])) == (400, ["images"])
    assert owner.get("chats/").json()["results"] == []
    owner.ask("What is this?", mode="ai", model=SEES, images=[mine], key="key")
    assert owner.ask("What is this?", mode="ai", model=SEES, key="key").status_code == 409


def test_model_that_sees_gets_the_pictures_of_the_passages_and_of_no_other_document(
    owner: Person, system: LiveSystem
) -> None:
    foreign, _ = add_document(new_guest(system.api_url), "Theirs", NewPassage("nothing"))
    document, _ = add_document(owner, "Ours", NewPassage("nothing"))
    images = [
        DocumentImage.objects.create(document=each, media_type="image/png", width=4, height=2)
        for each in (document, foreign)
    ]
    for place, image in enumerate(images):
        file_path(image.pk).parent.mkdir(parents=True, exist_ok=True)
        file_path(image.pk).write_bytes(b"PICTURE %d" % place)
    urls = tuple(f"/api/document-images/{image.pk}/" for image in images)
    passage = document.passages.get()
    passage.data_text, passage.image_urls = "The engine has four pistons.", [*urls, "http://evil.example/p.png"]
    passage.save()
    chat = owner.ask("How many pistons has the engine?", mode="advanced", model=SEES).json()
    assert chat["citations"][0]["image_urls"] == passage.image_urls
    assert pictures_in(system.upstream.chat_requests[-1].body["messages"][-1]) == [b"PICTURE 0"]


def test_pictures_that_no_question_shows_are_removed_after_a_day(owner: Person, system: LiveSystem) -> None:
    unused, used, fresh = added(owner), added(owner), added(owner)
    owner.ask("What is this?", mode="ai", model=SEES, images=[used])
    Attachment.objects.filter(pk__in=[unused, used]).update(created_datetime=timezone.now() - timedelta(hours=25))
    assert purge_unused_attachments() >= 1
    statuses = [owner.get(f"attachments/{each}/").status_code for each in (unused, used, fresh)]
    assert statuses == [404, 200, 200]
    assert not file_path(Attachment(pk=unused).pk).exists()
