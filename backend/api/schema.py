"""The OpenAPI schema, and what drf-spectacular cannot know by itself.

That is: the errors of each operation, and that unknown fields are refused. Summaries and
examples stand at the views.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.generators import SchemaGenerator

from api.errors import error_body

_METHODS = ("get", "post", "put", "patch", "delete")
_SUCCESSES = {
    "200": "Here it is.",
    "201": "It was made.",
    "202": "Accepted: a worker is at it.",
    "204": "Done; there is nothing to show.",
}
_ERRORS = {
    "400": ("invalid", "The request is not valid: unknown or wrong fields, or a body that cannot be read."),
    "401": ("not_signed_in", "No token, or its session has ended."),
    "404": ("not_found", "There is nothing here, or it is not yours."),
    "409": ("answer_running", "It does not fit the present state; `code` says how."),
    "413": ("too_large", "The request is too large."),
    "415": ("unsupported_media_type", "The body is not sent as this address takes it."),
    "503": ("unavailable", "A part of the service is away for the moment."),
}
# What an operation's own logic refuses.
_BUSY = ("answer_running", "The conversation's last question is being answered, or the key was used before.")
_FORBIDDEN = ("forbidden", "For staff only, or not for this rank.")
_LIMITED = {"429": ("too_many_questions", "A limit of the settings; `code` says which, Retry-After how long to wait.")}
_GUESSED = {
    "429": (
        "too_many_sign_ins",
        "Too many wrong passwords or codes, or new guests: `code` says which; see Retry-After.",
    )
}
_CLASH = ("user_id_taken", "The name is taken, or you are what you want to become; `code` says which.")
_STAFF = {"403": _FORBIDDEN}
_REFUSALS = {
    "sessions_open": {"403": ("guests_closed", "Guests are not admitted here."), **_GUESSED},
    "sessions_redeem": {"400": ("code_invalid", "The code, the name or the password will not do."), "409": _CLASH}
    | _GUESSED,
    "users_register": {
        "400": ("password_weak", "The name or the password will not do; `details` says why."),
        "403": ("registration_closed", "New accounts are made by invitation only."),
        "409": _CLASH,
        "429": ("too_many_registrations", "Too many new accounts from this address."),
    },
    "users_change_me": {"403": ("wrong_password", "The present password is wrong."), "409": _CLASH, **_GUESSED},
    "users_delete_me": {"403": ("wrong_password", "The present password is wrong or missing."), **_GUESSED},
    "users_list": _STAFF,
    "users_read": _STAFF,
    "users_change": {**_STAFF, "409": ("not_yourself", "You cannot take this from yourself.")},
    "users_reset_password": {**_STAFF, "409": ("is_guest", "A guest has no password.")},
    "users_invitations": _STAFF,
    "users_invite": _STAFF,
    "users_withdraw_invitation": _STAFF,
    "chats_ask": {**_LIMITED, "404": ("not_found", "There is no such conversation, or it is not yours."), "409": _BUSY},
    "chats_regenerate": {**_LIMITED, "409": _BUSY},
    "comparisons_choose": {
        "400": ("invalid", "None of the answers, or one that has no text."),
        "409": ("answer_running", "An answer is on its way, or it was chosen blind; `code` says which."),
    },
    "collections_change": {"403": ("forbidden", "Only staff can share a collection with all accounts.")},
    "collections_delete": {"409": ("collection_is_default", "Your default collection stays.")},
    "documents_add": {"404": ("not_found", "There is no such collection, or it is not yours.")},
    "rag_data_create": {"404": ("not_found", "There is no such collection, or it is not yours.")},
    "search": {"404": ("not_found", "There is no such collection, or it is not yours.")},
    "documents_add_sample": {"413": ("storage_full", "There is no room left for your files.")},
    "documents_cancel": {"409": ("document_not_being_read", "The document is not being read any more.")},
    "documents_change": {"409": ("document_there_already", "The same file is in that collection already.")},
    "documents_file": {"409": ("document_has_no_file", "These passages were written one by one.")},
    "documents_restore": {"409": ("document_there_already", "The same file is in that collection already.")},
    "documents_retry": {"409": ("document_not_failed", "Only one that failed or was cancelled can be read again.")},
    "conversations_import": {**_LIMITED, "409": ("import_running", "Another import of yours is still being read.")},
    "imports_cancel": {"409": ("import_not_running", "The import is not being read any more.")},
    "models_check": {"409": ("setting_invalid", "A setting of the server cannot be used; `message` names it.")},
}

_ERROR_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "details", "request_id"],
            "properties": {
                "code": {"type": "string", "description": "Stable, made for programs."},
                "message": {"type": "string", "description": "For people."},
                "details": {"type": "object", "additionalProperties": True},
                "request_id": {"type": "string", "description": "Stands in the server's log as well."},
            },
        }
    },
}


@lru_cache(maxsize=1)
def openapi_schema() -> dict[str, Any]:
    """Return the whole schema; to be read, not changed. Needs no request and no database."""
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return schema


class StrictFields(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Says in the schema that a strict serializer refuses unknown fields; drf-spectacular finds it by itself."""

    target_class = "api.serializers.strict.StrictSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**schema, "additionalProperties": False}


def add_error_responses(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """drf-spectacular's post-processing hook: one error shape, on every operation that can fail so."""
    result.setdefault("components", {}).setdefault("schemas", {})["Error"] = _ERROR_SCHEMA
    for path, operations in result["paths"].items():
        for operation in (operations[method] for method in _METHODS if method in operations):
            operation["responses"] = _all_responses(path, operation)
    return result


def _all_responses(path: str, operation: dict[str, Any]) -> dict[str, Any]:
    errors = {status: _ERRORS[status] for status in _usual_errors(path, operation)}
    errors |= _REFUSALS.get(operation["operationId"], {})
    own = operation["responses"]
    for status, response in own.items():
        response["description"] = response["description"] or (_SUCCESSES | {"503": _ERRORS["503"][1]})[status]
    responses = {status: _error_response(*error) for status, error in errors.items()} | own
    return dict(sorted(responses.items()))


def _usual_errors(path: str, operation: dict[str, Any]) -> list[str]:
    statuses = [] if operation["operationId"] == "health_live" else ["503"]
    if operation.get("security"):
        statuses.append("401")
    if "requestBody" in operation:
        statuses += ["400", "413", "415"]
    if any(parameter["in"] != "path" for parameter in operation.get("parameters", [])):
        statuses.append("400")
    if "{" in path:
        statuses.append("404")
    return statuses


def _error_response(code: str, description: str) -> dict[str, Any]:
    example = error_body(code, description)
    example["error"]["request_id"] = "7d1c0d6e5f0b4c0e9a3b"
    return {
        "description": description,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}, "example": example}},
    }
