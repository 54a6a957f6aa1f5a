"""Lists: pages follow one another without gaps, and made-up cursors and sizes are refused."""

from __future__ import annotations

from base64 import b64encode

import pytest
import requests

from tests.cast import Person, new_guest
from tests.system import LiveSystem


@pytest.fixture(scope="module")
def reader(live_system: LiveSystem) -> Person:
    guest = new_guest(live_system.api_url)
    for number in range(5):
        assert guest.post("conversations/", {"title": f"number {number}"}).status_code == 201
    return guest


def test_following_next_shows_everything_once_and_previous_leads_back(reader: Person) -> None:
    headers = {"Authorization": f"Bearer {reader.token}"}
    first = reader.get("conversations/", params={"page_size": "2"}).json()
    page, titles = first, [each["title"] for each in first["results"]]
    while page["next"]:
        last, page = page, requests.get(page["next"], headers=headers, timeout=30).json()
        titles += [each["title"] for each in page["results"]]
    assert titles == [f"number {number}" for number in (4, 3, 2, 1, 0)]
    back = requests.get(page["previous"], headers=headers, timeout=30).json()
    assert back["results"] == last["results"]


@pytest.mark.parametrize(
    "cursor", ["x", "%00", "p=1", "p=yesterday", "p=0001-01-01T00:00:00%2B23:59", "o=-1", "r=maybe"]
)
@pytest.mark.parametrize("path", ["conversations/", "chats/", "sessions/"])
def test_made_up_cursor_is_refused(reader: Person, path: str, cursor: str) -> None:
    encoded = b64encode(cursor.encode()).decode() if "=" in cursor else cursor
    reply = reader.get(path, params={"cursor": encoded})
    assert reply.status_code == 400, reply.text
    assert "cursor" in reply.json()["error"]["details"]


@pytest.mark.parametrize("size", ["0", "-1", "101", "many", "1.5", "", "9" * 50])
def test_impossible_page_size_is_refused(reader: Person, size: str) -> None:
    reply = reader.get("conversations/", params={"page_size": size})
    assert reply.status_code == 400, reply.text
    assert "page_size" in reply.json()["error"]["details"]
