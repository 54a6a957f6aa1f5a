"""Sentences for the codes with which answers fail. The client shows its own, translated ones."""

from __future__ import annotations

from chat.answers.watching import Event

_SENTENCES = {
    "model_unreachable": "The model's server cannot be reached. Check that it runs and that its address is right.",
    "model_refused_key": "The model's server refused the API key. Check the key in the settings.",
    "model_not_found": "This model is not there any more. Choose another one.",
    "model_rate_limited": "The model's server asks for fewer questions at a time. Try again in a minute.",
    "model_failed": "The model's server reported an error. Try again, or choose another model.",
    "model_bad_answer": "What answered is not a language model. Check the endpoint's address.",
    "model_cut": "The answer was cut off on its way. What had come is kept; try again for the whole of it.",
    "model_timeout": "The model took too long to answer. Try again, or choose another model.",
    "model_context_too_long": "The question is too long for this model.",
    "model_invalid_option": "The model does not take one of the options.",
    "gave_up": "The answer failed several times in a row and was given up. Try again later.",
    "endpoint_has_no_list": "The server does not list its models. Name them in AI_ENDPOINTS.",
    "plugin_broken": "The installed model package cannot be loaded.",
    "ollama_not_found": "No Ollama runs on its usual port.",
}


def answer_error(code: str) -> dict[str, str] | None:
    """Return `{code, message}` for a stored code, or None for no error."""
    if not code:
        return None
    return {"code": code, "message": _SENTENCES.get(code, "The answer failed. Try again.")}


def with_message(event: Event) -> Event:
    """Return an answer's event; one that carries a code gets its sentence."""
    error = answer_error(event.get("code", ""))
    return {**event, **error} if error else event
