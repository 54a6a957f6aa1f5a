"""A retriever that also searches for what an abbreviation means."""

from collections.abc import Sequence

from ai_models.retrieval import Candidate, Retriever, Search

GLOSSARY = {"WFH": "remote work", "PTO": "paid leave"}


class GlossaryRetriever(Retriever):
    name = "Glossary"

    def retrieve(self, query: str, search: Search, top_k: int) -> Sequence[Candidate]:
        words = {word.strip("?.,!") for word in query.split()}
        meanings = [meaning for short, meaning in GLOSSARY.items() if short in words]
        found = list(search(query, top_k))
        if meanings:
            # What is meant comes first.
            found = [*search(" ".join(meanings), top_k), *found]
        best: dict[int, Candidate] = {}
        for place, each in enumerate(found):
            score = 1.0 / (1 + place)
            best.setdefault(each.passage_id, Candidate(each.passage_id, each.text, each.title, each.heading, score))
        return list(best.values())[:top_k]
