"""Times the search: for a question without an abbreviation, and for one with."""

import statistics

import requests

API = "http://localhost:8000/api"
PASSAGES = [
    "Remote work is allowed on two days a week, after a word with your team.",
    "The canteen opens at half past eleven.",
    "Paid leave is asked for two weeks before it begins.",
]

if __name__ == "__main__":
    guest = requests.post(f"{API}/sessions/", json={}, timeout=10).json()["token"]
    headers = {"Authorization": f"Bearer {guest}"}
    rows = [{"data_text": passage} for passage in PASSAGES]
    requests.post(f"{API}/rag-data/", json=rows, headers=headers, timeout=10).raise_for_status()
    for question in ("canteen", "WFH"):
        replies = [
            requests.post(f"{API}/search/", json={"query": question}, headers=headers, timeout=10).json()
            for _ in range(20)
        ]
        took = statistics.median(reply["duration_ms"] for reply in replies)
        best = replies[0]["results"][0]["data_text"] if replies[0]["results"] else "nothing"
        print(f"{question}: {took:.1f} ms, finds: {best}")
