"""Texts of the page in English and Korean: `t("chat.placeholder")`, `t("page.failed", reference="ab12")`.

The catalogues are `locale/en.json` and `locale/ko.json`. `tests/frontend/test_catalogue.py` fails on a key that is
missing, unused, or has other placeholders in one of them.
"""

import json
from functools import cache
from pathlib import Path
from typing import Final

import streamlit as st

LANGUAGES: Final = {"ko": "한국어", "en": "English"}
STATE_KEY: Final = "language"

# Keys that are put together at run time: `error.<code>` for codes of the API and of models, `reason.<code>` for why an
# endpoint or a model is not available, `refusal.<code>` for why a file or a conversation was not taken or not read, `left_out.<name>` for what an import leaves out, `field.<code>` for what
# is wrong with a name or a password, `month.<number>`. Codes that are not listed are shown with the API's own (safe) sentence.
FAMILIES: Final[dict[str, tuple[str, ...]]] = {
    "error": (
        "api_unreachable", "api_timeout", "server_error", "unavailable", "throttled", "too_large", "answer_running",
        "idempotency_conflict", "answer_not_retryable", "invalid", "not_found", "not_signed_in", "session_ended",
        "model_unreachable", "model_refused_key", "model_not_found", "model_rate_limited", "model_failed",
        "model_bad_answer", "model_cut", "model_timeout", "model_context_too_long", "model_invalid_option",
        "model_unknown", "model_cannot_see", "picture_refused", "collection_is_default", "not_allowed", "gave_up", "setting_invalid", "plugin_broken", "endpoint_has_no_list",
        "too_many", "too_many_sign_ins", "too_many_codes", "too_many_registrations", "too_many_guests",
        "too_many_questions", "too_many_answers", "daily_tokens_used", "too_many_uploads", "forbidden", "registration_closed",
        "guests_closed", "invalid_credentials", "wrong_password", "user_id_invalid", "user_id_taken", "password_weak",
        "is_guest", "is_account", "code_invalid", "not_yourself",
        "comparison_decided",
    ),
    "field": (
        "user_id_length", "user_id_characters", "user_id_edges", "user_id_mixed_alphabets", "user_id_reserved",
        "required", "password_too_short", "password_too_common", "password_too_similar", "password_entirely_numeric",
    ),
    "reason": (
        "model_unreachable", "model_refused_key", "model_not_found", "model_rate_limited", "model_failed",
        "model_bad_answer", "model_timeout", "ollama_not_found", "no_models", "endpoint_has_no_list", "plugin_broken",
        "setting_invalid",
    ),
    "refusal": (
        "document_unreadable", "document_empty", "document_too_large", "document_unsupported", "document_hwp",
        "document_old_office", "document_type_mismatch", "document_encrypted", "document_damaged",
        "document_unpacks_too_large", "document_too_complex", "document_too_long", "document_no_text",
        "picture_too_large", "document_gave_up", "storage_full", "too_large", "throttled", "too_many_uploads", "api_unreachable",
        "api_timeout", "unavailable", "server_error", "not_found", "import_unreadable", "import_unsupported",
        "import_too_large", "import_damaged", "import_encrypted", "import_unpacks_too_large", "import_newer_version",
        "import_too_many", "import_gave_up", "import_running", "import_not_running", "conversation_malformed", "conversation_too_large",
        "conversation_too_deep", "conversation_empty", "conversation_deleted",
    ),
    "left_out": ("pictures", "files", "tool_calls", "tool_outputs", "other_parts"),
    "month": tuple(str(number) for number in range(1, 13)),
}  # fmt: skip


@cache
def catalogue(language: str) -> dict[str, str]:
    """All texts of one language by key."""
    path = Path(__file__).parent / "locale" / f"{language}.json"
    texts: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return texts


def current_language() -> str:
    """The language of this visitor; `visitor.preferences` chooses it at the start of each run."""
    return str(st.session_state.get(STATE_KEY, "en"))


def t(key: str, **values: object) -> str:
    """The text of a key in the visitor's language, with its placeholders filled in."""
    return catalogue(current_language())[key].format(**values)


def t_code(family: str, code: str, fallback: str) -> str:
    """The sentence for a code of the API, or the API's own one for a code that is newer than this page."""
    return t(f"{family}.{code}") if code in FAMILIES[family] else fallback
