"""Which model servers the settings name. Reads a mapping, never a file or the network."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

FoundBy = Literal["settings", "openai", "ollama"]

DEFAULT_OPENAI_URL = "https://api.openai.com/v1"
DEFAULT_OLLAMA_URL = "http://localhost:11434"

_SETTINGS = ("AI_ENDPOINTS", "OPENAI_API_KEY", "OPENAI_BASE_URL", "OLLAMA_URL")

# A name is the first part of a model's id, "<endpoint>/<model>", so it has no slash.
_NAME = re.compile(r"\w[\w .-]{0,63}")
_RESERVED = {"cited"}
_FIELDS = {"name", "base_url", "api_key", "models", "images"}


class SettingError(ValueError):
    """A setting with a value that cannot be used.

    `variable` names it, `sentence` (English) says what is wrong; neither holds its value.
    """

    def __init__(self, variable: str, sentence: str) -> None:
        self.variable = variable
        self.sentence = sentence
        super().__init__(f"{variable}: {sentence}")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server that speaks the OpenAI protocol below `base_url` (no slash at its end).

    With `models` only these are offered; without, the server is asked. `images` says whether
    they take pictures; None: their names tell.
    """

    name: str
    base_url: str
    api_key: str = field(default="", repr=False)
    models: tuple[str, ...] = ()
    found_by: FoundBy = "settings"
    images: bool | None = None


def read_endpoints(environ: Mapping[str, str]) -> tuple[Endpoint, ...]:
    """All endpoints that the settings name, Ollama's usual address included.

    `AI_ENDPOINTS` goes before the short forms: where it uses a name or an address itself,
    the short form adds no second one. Raises SettingError.
    """
    return _read_named(tuple((name, environ[name]) for name in _SETTINGS if name in environ))


# Every answer looks for its model's endpoint here.
@lru_cache(maxsize=1)
def _read_named(settings: tuple[tuple[str, str], ...]) -> tuple[Endpoint, ...]:
    environ = dict(settings)
    listed = _read_list(environ.get("AI_ENDPOINTS", ""))
    names = {endpoint.name.casefold() for endpoint in listed}
    urls = {endpoint.base_url for endpoint in listed}
    short = [*_read_openai(environ), *_read_ollama(environ)]
    return (*listed, *(each for each in short if each.name not in names and each.base_url not in urls))


def _read_list(value: str) -> tuple[Endpoint, ...]:
    if not value.strip():
        return ()
    try:
        entries = json.loads(value)
    except ValueError:
        raise SettingError("AI_ENDPOINTS", "it is not JSON.") from None
    if not isinstance(entries, list):
        raise SettingError("AI_ENDPOINTS", "it must be a JSON list, such as [{...}].")
    endpoints = tuple(_read_entry(number, entry) for number, entry in enumerate(entries, start=1))
    _refuse_twins(endpoint.name for endpoint in endpoints)
    return endpoints


def _read_entry(number: int, entry: object) -> Endpoint:
    if not isinstance(entry, dict):
        raise _wrong_entry(number, 'must be an object with "name" and "base_url".')
    unknown = sorted(str(key) for key in set(entry) - _FIELDS)
    if unknown:
        raise _wrong_entry(number, f'has the unknown field "{unknown[0]}".')
    name = entry.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise _wrong_entry(number, 'needs a "name" of letters, digits, spaces, dots and dashes.')
    if name.casefold() in _RESERVED:
        raise _wrong_entry(number, f'must have another name than "{name}", which stands before ids of our own.')
    where = f'entry {number} ("{name}")'
    return Endpoint(
        name=name,
        base_url=_read_url("AI_ENDPOINTS", entry.get("base_url"), f'the "base_url" of {where}'),
        api_key=_read_key("AI_ENDPOINTS", entry.get("api_key", ""), f'the "api_key" of {where}'),
        models=_read_models(entry.get("models", []), where),
        images=_read_images(entry.get("images"), where),
    )


def _wrong_entry(number: int, what: str) -> SettingError:
    return SettingError("AI_ENDPOINTS", f"entry {number} {what}")


def _refuse_twins(names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name.casefold() in seen:
            raise SettingError("AI_ENDPOINTS", f'the name "{name}" is used twice.')
        seen.add(name.casefold())


def _read_url(variable: str, value: object, what: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise SettingError(variable, f"{what} is missing.")
    try:
        parts = urlsplit(value.strip())
        # Reading the port is what checks it.
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or re.search(r"\s", value.strip()):
        raise SettingError(variable, f"{what} must be an address such as http://localhost:8000/v1.")
    if parts.username is not None or parts.query or parts.fragment:
        raise SettingError(variable, f"{what} must not hold a key, a question mark or a hash sign.")
    if parts.path.rstrip("/").endswith("/chat/completions"):
        raise SettingError(variable, f"{what} must end before /chat/completions.")
    return value.strip().rstrip("/")


def _read_key(variable: str, value: object, what: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[!-~]*", value.strip()):
        raise SettingError(variable, f"{what} must be text without spaces and letters outside ASCII.")
    return value.strip()


def _read_models(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(model, str) and model for model in value):
        raise SettingError("AI_ENDPOINTS", f'the "models" of {where} must be a list of names.')
    return tuple(dict.fromkeys(value))


def _read_images(value: object, where: str) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise SettingError("AI_ENDPOINTS", f'the "images" of {where} must be true or false.')
    return value


def _read_openai(environ: Mapping[str, str]) -> tuple[Endpoint, ...]:
    """The short form for one endpoint: a key, an address, or both."""
    key = _read_key("OPENAI_API_KEY", environ.get("OPENAI_API_KEY", ""), "the key")
    address = environ.get("OPENAI_BASE_URL", "").strip()
    if not key and not address:
        return ()
    base_url = _read_url("OPENAI_BASE_URL", address or DEFAULT_OPENAI_URL, "it")
    return (Endpoint("openai", base_url, key, found_by="openai"),)


def _read_ollama(environ: Mapping[str, str]) -> tuple[Endpoint, ...]:
    """Ollama's address without its /v1; an empty one means: do not look for it."""
    address = environ.get("OLLAMA_URL", DEFAULT_OLLAMA_URL).strip()
    if not address:
        return ()
    base_url = _read_url("OLLAMA_URL", address, "it").removesuffix("/v1") + "/v1"
    return (Endpoint("ollama", base_url, found_by="ollama"),)
