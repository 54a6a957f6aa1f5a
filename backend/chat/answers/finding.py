"""The passages that an answer may use: of the user's library in Advanced chat, of the guide otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ai_models.contract import Passage
from chat.answers.context import Context, tokens_of_texts
from chat.answers.rows import Claim, Place
from chat.guide_library import GuideHits
from chat.open_connections import in_thread
from chat.search.follow_up import standing_alone
from chat.search.library import LibraryHits, search_library
from chat.search_logs import search_guide_for
from models.models import Mode, User

TOP_PASSAGES = 8


@dataclass(frozen=True, slots=True)
class Found:
    """The passages, best first, the place of each by its id, and what they were searched by.

    `search_query` is "" where that was the question itself.
    """

    passages: tuple[Passage, ...]
    places: Mapping[str, Place]
    term_weights: Mapping[str, float]
    search_query: str = ""

    def within(self, tokens: int) -> tuple[Passage, ...]:
        """The best passages that fit into that many tokens; at least one."""
        kept: list[Passage] = []
        for passage in self.passages:
            tokens -= tokens_of_texts([passage.text])
            if tokens < 0 and kept:
                break
            kept.append(passage)
        return tuple(kept)


async def find_passages(claim: Claim, context: Context) -> Found:
    """Search for the question and store the search log."""
    if claim.mode != Mode.ADVANCED:
        return _of_guide(await asyncio.to_thread(in_thread(search_guide_for), claim))
    query = standing_alone(claim.question_text, [turn.question for turn in context.turns])
    # In a thread of several: a long search must not hold up the other answers.
    hits = await asyncio.to_thread(_search, claim, query)
    return _of_library(hits, query if query != claim.question_text else "")


@in_thread
def _search(claim: Claim, query: str) -> LibraryHits:
    return search_library(
        user=User.objects.get(uuid=claim.user),
        query=query,
        top_k=TOP_PASSAGES,
        collections=claim.collections,
        question_id=claim.question_id,
        log_query=not claim.temporary,
    )


def _of_guide(hits: GuideHits) -> Found:
    places = {each.passage_id: Place(title=each.title, heading=each.heading) for each in hits.passages}
    return Found(hits.passages, places, hits.term_weights)


def _of_library(hits: LibraryHits, search_query: str) -> Found:
    passages = tuple(
        Passage(
            passage_id=str(each.data_id),
            text=each.text,
            title=each.title,
            heading=each.heading,
            score=each.score,
            image_urls=each.image_urls,
        )
        for each in hits.passages
    )
    places = {str(each.data_id): Place(each.title, each.heading, each.page, each.document_id) for each in hits.passages}
    return Found(passages, places, hits.term_weights, search_query)


def passages_event(found: Found) -> dict[str, Any]:
    """What was found, for whoever watches. `watching.py` makes the same of the search log."""
    return {
        "kind": "passages",
        "passages": [_shown(passage, found.places[passage.passage_id]) for passage in found.passages],
    }


def _shown(passage: Passage, place: Place) -> dict[str, Any]:
    return {
        "data_id": int(passage.passage_id),
        "score": passage.score,
        "title": place.title,
        "heading": place.heading,
        "page": place.page,
        "document": str(place.document) if place.document else None,
    }
