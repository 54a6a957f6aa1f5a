"""Turns the OpenAPI schema into Postman's collection format, version 2.1."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from api.postman.scripts import ERROR_SHAPE, after_reply, check_reply
from api.postman.story import Step, tell_story
from api.schema import openapi_schema

_FORMAT = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_METHODS = ("get", "post", "put", "patch", "delete")
# Postman replaces it with a new UUID in each request.
_HEADER_VALUES = {"Idempotency-Key": "{{$guid}}"}

Json = dict[str, Any]


def build_collection(base_url: str) -> Json:
    """Return the collection; `base_url` is where it sends its requests, without /api/."""
    schema = openapi_schema()
    operations = {operation["operationId"]: operation for operation in _operations(schema)}
    return {
        "info": {"name": schema["info"]["title"], "description": _description(schema), "schema": _FORMAT},
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}", "type": "string"}]},
        "event": [after_reply(ERROR_SHAPE)],
        "variable": [
            {"key": "base_url", "value": base_url},
            *({"key": name, "value": ""} for name in ("token", *_path_variables(operations))),
        ],
        "item": [
            {"name": chapter.title, "item": [_item(step, operations[step.operation]) for step in chapter.steps]}
            for chapter in tell_story(operations)
        ],
    }


def _description(schema: Json) -> str:
    return (
        f"{schema['info']['description']}\n\nRun it from top to bottom, in Postman or with newman. "
        "The first request that opens a session stores its token for all later ones."
    )


def _operations(schema: Json) -> Iterator[Json]:
    for path, methods in schema["paths"].items():
        for method in _METHODS:
            if method in methods:
                yield {**methods[method], "path": path, "method": method}


def _path_variables(operations: Mapping[str, Json]) -> list[str]:
    return sorted({name for each in operations.values() for name in re.findall(r"{(\w+)}", each["path"])})


def _item(step: Step, operation: Json) -> Json:
    statuses = sorted({*_successful(operation), *step.also})
    return {
        "name": step.title or operation["summary"],
        "event": [after_reply(check_reply(statuses, step.keeps))],
        "request": _request(step, operation),
        "response": list(_examples_of_replies(operation)),
    }


def _successful(operation: Json) -> list[int]:
    return [int(status) for status in operation["responses"] if status.startswith("2")]


def _request(step: Step, operation: Json) -> Json:
    request: Json = {
        "method": operation["method"].upper(),
        "description": operation.get("description", operation["summary"]),
        "header": list(_headers(operation)),
        "url": _url(step, operation),
    }
    if not operation.get("security"):
        request["auth"] = {"type": "noauth"}
    if "requestBody" in operation:
        request["body"] = _body(step, operation)
    return request


def _body(step: Step, operation: Json) -> Json:
    example = _example_body(step, operation)
    if _has_files(operation):
        # Whoever runs it chooses the files.
        return {"mode": "formdata", "formdata": [{"key": name, "type": "file", "src": []} for name in example]}
    text = json.dumps(example, indent=2, ensure_ascii=False)
    return {"mode": "raw", "raw": text, "options": {"raw": {"language": "json"}}}


def _has_files(operation: Json) -> bool:
    return "multipart/form-data" in operation["requestBody"]["content"]


def _headers(operation: Json) -> Iterator[Json]:
    if "requestBody" in operation and not _has_files(operation):
        yield {"key": "Content-Type", "value": "application/json"}
    for parameter in _parameters(operation, "header"):
        name = parameter["name"]
        description = parameter.get("description", "")
        if name in _HEADER_VALUES:
            yield {"key": name, "value": _HEADER_VALUES[name], "description": description}
        else:
            yield {"key": name, "value": "", "description": description, "disabled": True}


def _url(step: Step, operation: Json) -> Json:
    path = operation["path"].replace("{", "{{").replace("}", "}}")
    sent = "&".join(f"{name}={value}" for name, value in step.query.items())
    url: Json = {
        "raw": f"{{{{base_url}}}}{path}" + (f"?{sent}" if sent else ""),
        "host": ["{{base_url}}"],
        "path": [*path.strip("/").split("/"), ""],  # the empty part is the slash at the end
    }
    if query := [_query_entry(step, parameter) for parameter in _parameters(operation, "query")]:
        url["query"] = query
    return url


def _query_entry(step: Step, parameter: Json) -> Json:
    name = parameter["name"]
    return {
        "key": name,
        "value": step.query.get(name, ""),
        "description": parameter.get("description", ""),
        "disabled": name not in step.query,
    }


def _parameters(operation: Json, place: str) -> list[Json]:
    return [parameter for parameter in operation.get("parameters", []) if parameter["in"] == place]


def _example_body(step: Step, operation: Json) -> Any:
    examples = _examples(operation["requestBody"])
    return next(value for name, _, value in examples if step.example in {"", name})


def _examples_of_replies(operation: Json) -> Iterator[Json]:
    for status in map(str, _successful(operation)):
        for name, media_type, value in _examples(operation["responses"][status]):
            yield {
                "name": name,
                "status": HTTPStatus(int(status)).phrase,
                "code": int(status),
                "header": [{"key": "Content-Type", "value": media_type}],
                "body": value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False),
            }


def _examples(described: Json) -> Iterator[tuple[str, str, Any]]:
    """Yield name, media type and value of each example of a request's or a reply's body."""
    for media_type, content in described.get("content", {}).items():
        for key, example in content.get("examples", {}).items():
            yield example.get("summary", key), media_type, example["value"]
