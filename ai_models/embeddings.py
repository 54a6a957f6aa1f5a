"""Texts as vectors, from any server that speaks the OpenAI protocol.

Synchronous, because a search is; one request, no retries. What the vectors are for is not
known here.
"""

import json
import logging
import math
from collections.abc import Sequence
from typing import Any

import httpx2

from ai_models.basic.connection import BROKEN, proxy_for
from ai_models.basic.refusals import error_for
from ai_models.contract import ModelBadAnswer, ModelTimeout, ModelUnreachable
from ai_models.endpoints import Endpoint

logger = logging.getLogger(__name__)

Vector = list[float]

_MAX_BYTES = 64_000_000
_MAX_REFUSAL_BYTES = 64_000


def embed_texts(endpoint: Endpoint, model: str, texts: Sequence[str], *, seconds: float) -> list[Vector]:
    """Return a vector of length 1 for each text, in their order, all of the same dimensions.

    Raises ModelError. `seconds` limits each wait for the server, not the whole: callers that
    cannot wait give up by themselves.
    """
    headers = {"Authorization": f"Bearer {endpoint.api_key}"} if endpoint.api_key else {}
    body = {"model": model, "input": list(texts), "encoding_format": "float"}
    proxied = proxy_for(endpoint.base_url) is not None
    try:
        with (
            httpx2.Client(timeout=seconds, follow_redirects=False, trust_env=proxied) as client,
            client.stream("POST", f"{endpoint.base_url}/embeddings", json=body, headers=headers) as response,
        ):
            if not response.is_success:
                words = _read(response, _MAX_REFUSAL_BYTES).decode(errors="replace")
                logger.warning("endpoint %s answered %d to embeddings", endpoint.name, response.status_code)
                raise error_for(response.status_code, words)
            return _vectors(_read(response, _MAX_BYTES), len(texts))
    except httpx2.TimeoutException:
        raise ModelTimeout from None
    except BROKEN as error:
        logger.info("endpoint %s: %r", endpoint.name, error)
        raise ModelUnreachable from None


def _read(response: httpx2.Response, most: int) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > most:
            break
    return bytes(body[:most])


def _vectors(body: bytes, count: int) -> list[Vector]:
    try:
        entries: list[dict[str, Any]] = json.loads(body)["data"]
        # Servers need not keep the order; those that name none do.
        ordered = sorted(entries, key=lambda entry: entry.get("index", 0))
        vectors = [_unit([float(number) for number in entry["embedding"]]) for entry in ordered]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ModelBadAnswer from None
    if len(vectors) != count or len({len(vector) for vector in vectors}) != 1:
        raise ModelBadAnswer
    return vectors


def _unit(vector: Vector) -> Vector:
    length = math.sqrt(sum(number * number for number in vector))
    if not math.isfinite(length) or length == 0:
        raise ValueError
    return [number / length for number in vector]
