"""Settings become endpoints, or an error that names the setting."""

import json

import pytest

from ai_models.endpoints import Endpoint, SettingError, read_endpoints

NO_OLLAMA = {"OLLAMA_URL": ""}


def read(**environ: str) -> tuple[Endpoint, ...]:
    return read_endpoints({**NO_OLLAMA, **environ})


def test_nothing_set_looks_for_ollama_only():
    assert read_endpoints({}) == (Endpoint("ollama", "http://localhost:11434/v1", found_by="ollama"),)
    assert read() == ()


def test_a_list_of_endpoints():
    entries = [
        {"name": "lab", "base_url": "http://lab:9000/v1/", "api_key": "k", "models": ["a", "b", "a"]},
        {"name": "Werk 2", "base_url": "https://x.example/api"},
    ]
    assert read(AI_ENDPOINTS=json.dumps(entries)) == (
        Endpoint("lab", "http://lab:9000/v1", "k", ("a", "b")),
        Endpoint("Werk 2", "https://x.example/api"),
    )


def test_the_short_form():
    assert read(OPENAI_API_KEY=" k ") == (Endpoint("openai", "https://api.openai.com/v1", "k", found_by="openai"),)
    assert read(OPENAI_BASE_URL="http://h/v1") == (Endpoint("openai", "http://h/v1", found_by="openai"),)


@pytest.mark.parametrize("url", ["http://gpu:11434", "http://gpu:11434/", "http://gpu:11434/v1"])
def test_ollama_elsewhere(url):
    assert read(OLLAMA_URL=url) == (Endpoint("ollama", "http://gpu:11434/v1", found_by="ollama"),)


def test_a_listed_endpoint_goes_before_the_short_forms():
    entries = [{"name": "OpenAI", "base_url": "http://a/v1"}, {"name": "mine", "base_url": "http://localhost:11434/v1"}]
    found = read_endpoints({"AI_ENDPOINTS": json.dumps(entries), "OPENAI_API_KEY": "k"})
    assert [endpoint.name for endpoint in found] == ["OpenAI", "mine"]


def test_a_key_is_not_shown():
    endpoint = read(OPENAI_API_KEY="sk-secret")[0]
    assert endpoint.api_key == "sk-secret"
    assert "sk-secret" not in repr(endpoint) + str(endpoint)


def entry(**changes: object) -> str:
    return json.dumps([{"name": "lab", "base_url": "http://lab/v1", "api_key": "sk-secret", **changes}])


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("AI_ENDPOINTS", "[{", "not JSON"),
        ("AI_ENDPOINTS", "{}", "JSON list"),
        ("AI_ENDPOINTS", '["x"]', "entry 1 must be an object"),
        ("AI_ENDPOINTS", "[{}]", 'entry 1 needs a "name"'),
        ("AI_ENDPOINTS", entry(name="a/b"), 'entry 1 needs a "name"'),
        ("AI_ENDPOINTS", entry(name=3), 'entry 1 needs a "name"'),
        ("AI_ENDPOINTS", entry(base_url=None), '"base_url" of entry 1 ("lab") is missing'),
        ("AI_ENDPOINTS", entry(base_url="lab/v1"), "must be an address"),
        ("AI_ENDPOINTS", entry(base_url="ftp://lab/v1"), "must be an address"),
        ("AI_ENDPOINTS", entry(base_url="http:///v1"), "must be an address"),
        ("AI_ENDPOINTS", entry(base_url="http://lab:99999/v1"), "must be an address"),
        ("AI_ENDPOINTS", entry(base_url="http://la b/v1"), "must be an address"),
        ("AI_ENDPOINTS", entry(base_url="http://u:p@lab/v1"), "must not hold a key"),
        ("AI_ENDPOINTS", entry(base_url="http://lab/v1?key=1"), "must not hold a key"),
        ("AI_ENDPOINTS", entry(base_url="http://lab/v1/chat/completions"), "must end before"),
        ("AI_ENDPOINTS", entry(api_key=5), '"api_key" of entry 1'),
        ("AI_ENDPOINTS", entry(api_key="sk-secret\nx"), '"api_key" of entry 1'),
        ("AI_ENDPOINTS", entry(models="a"), '"models" of entry 1'),
        ("AI_ENDPOINTS", entry(models=[1]), '"models" of entry 1'),
        ("AI_ENDPOINTS", entry(apikey="x"), 'unknown field "apikey"'),
        ("AI_ENDPOINTS", f"[{entry()[1:-1]}, {entry(name='LAB')[1:-1]}]", 'the name "LAB" is used twice'),
        ("OPENAI_API_KEY", "키", "without spaces"),
        ("OPENAI_BASE_URL", "localhost:8000", "must be an address"),
        ("OLLAMA_URL", "localhost", "must be an address"),
    ],
)
def test_a_wrong_value_names_the_setting_and_not_its_value(variable, value, words):
    with pytest.raises(SettingError) as caught:
        read(**{variable: value})
    assert caught.value.variable == variable
    assert words in caught.value.sentence
    assert str(caught.value).startswith(f"{variable}: ")
    assert "sk-secret" not in str(caught.value)
