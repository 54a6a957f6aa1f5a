"""Asks several models at once, and hears from the notifications when they have answered."""

import sys
import time
import uuid

import requests


def ask_later(api_url: str, token: str, question: str, models: list[str]) -> list[dict]:
    """Return the answers side by side, in the order of the models, once all of them have been announced."""
    headers = {"Authorization": f"Bearer {token}"}
    api = f"{api_url}/api"
    cursor = requests.get(f"{api}/notifications/", headers=headers, timeout=10).json()["cursor"]

    body = {"question_text": question, "mode": "advanced", "models": models}
    key = {"Idempotency-Key": uuid.uuid4().hex}
    reply = requests.post(f"{api}/chats/", json=body, headers={**headers, **key}, timeout=10)
    reply.raise_for_status()
    comparison = reply.json()["group"]

    waiting = {chat["question_id"] for chat in comparison["chats"]}
    deadline = time.monotonic() + 60
    while waiting and time.monotonic() < deadline:
        news = requests.get(f"{api}/notifications/?after={cursor}", headers=headers, timeout=10).json()
        cursor = news["cursor"]
        announced = [each for each in news["results"] if each["payload"].get("question") in waiting]
        waiting -= {each["payload"]["question"] for each in announced}
        if announced:
            ids = [each["id"] for each in announced]
            requests.post(f"{api}/notifications/read/", json={"ids": ids}, headers=headers, timeout=10)
        time.sleep(0.2)
    return requests.get(f"{api}/comparisons/{comparison['id']}/", headers=headers, timeout=10).json()["chats"]


if __name__ == "__main__":
    address = "http://localhost:8000"
    guest = requests.post(f"{address}/api/sessions/", json={}, timeout=10).json()["token"]
    passage = {"data_text": "Paid leave is asked for two weeks before it begins."}
    requests.post(f"{address}/api/rag-data/", json=passage, headers={"Authorization": f"Bearer {guest}"}, timeout=10)
    for answer in ask_later(address, guest, sys.argv[1], sys.argv[2:]):
        print(f"{answer['model']}: {answer['response_text']}\n")
