"""The arrows of the architecture: who may import whom (docs/architecture.md), read from the source."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = {
    "ai_models": ROOT / "ai_models",
    "api": ROOT / "backend" / "api",
    "chat": ROOT / "backend" / "chat",
    "config": ROOT / "backend" / "config",
    "frontend": ROOT / "frontend",
    "launcher": ROOT / "launcher",
    "models": ROOT / "backend" / "models",
}
MAY_IMPORT = {
    "ai_models": set(),
    "api": {"chat"},
    "chat": {"models", "ai_models"},
    "config": {"api", "chat", "models", "ai_models", "launcher"},
    "frontend": set(),
    "launcher": set(),
    "models": set(),
}
# Beyond that table: a folder of ours, and what it may import besides.
ALSO = {
    ("api/serializers/", "models"): "serializers show models",
    ("api/admin/", "models"): "the admin shows models",
    ("api/management/", "launcher"): "runserver ties its worker to itself as the launcher does",
    ("api/", "config.env"): "the environment; it knows nothing of what reads it",
    ("api/", "config.request_id"): "one context variable, for errors here and for the log's lines there",
    ("chat/", "config.env"): "an edited .env counts without a restart",
}
# Imports inside a function, each with its reason. manage.py is as Django writes it: nothing is imported there before
# the settings are named.
INSIDE = {
    ("backend/chat/apps.py", "chat.guide_library"): "models can be imported only once all applications are ready",
    ("launcher/cli.py", "launcher.backup.commands"): "needs what the lines before have just installed",
    ("launcher/cli.py", "launcher.serve"): "needs what the lines before have just installed",
    ("launcher/serve.py", "launcher.external"): "its drivers are slow to import, and seldom needed",
    ("run.py", "launcher.cli"): "its syntax is too new for the old Pythons that get a sentence here",
}
ONLY_DATABASE = {"django", "pgvector"}
WEB_FRAMEWORKS = {"channels", "django", "procrastinate", "psycopg", "redis", "rest_framework", "streamlit"}
SPEAKS_HTTP = {"aiohttp", "http.client", "httpx", "httpx2", "requests", "urllib.request", "urllib3", "websockets"}
MOST_LINES = 400
# The style sheet is one file on purpose.
CODE = frozenset({".html", ".js", ".lua", ".py"})
SKIPPED = {"node_modules", "migrations"}


@dataclass(frozen=True)
class Import:
    """`path`: relative to the root; `inside` tells whether a function holds it."""

    path: str
    module: str
    inside: bool


def own_files(folder: Path = ROOT, suffixes: frozenset[str] = frozenset({".py"})) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "__pycache__")) or path.name in SKIPPED or path.is_symlink():
            continue
        if path.is_dir():
            yield from own_files(path, suffixes)
        elif path.suffix in suffixes:
            yield path


def imports_of(path: Path) -> Iterator[Import]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    within = {
        id(inner)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for inner in ast.walk(function)
    }
    for node in ast.walk(tree):
        for module in modules_named(node):
            yield Import(path.relative_to(ROOT).as_posix(), module, id(node) in within)


def modules_named(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute"
        # `from launcher import serve` means the module launcher.serve.
        longer = [f"{node.module}.{alias.name}" for alias in node.names]
        return [name if is_module(name) else str(node.module) for name in longer]
    return []


def is_module(name: str) -> bool:
    parts = name.split(".")
    return any(
        (base / Path(*parts)).with_suffix(".py").exists() for base in (ROOT, ROOT / "backend", ROOT / "frontend")
    )


def all_imports(package: str) -> list[Import]:
    return [each for path in own_files(FOLDERS[package]) for each in imports_of(path)]


def package_of(module: str) -> str:
    return module.split(".")[0]


def within(module: str, names: set[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in names)


def exception_for(each: Import) -> tuple[str, str] | None:
    place = each.path.removeprefix("backend/")
    return next((key for key in ALSO if place.startswith(key[0]) and within(each.module, {key[1]})), None)


def test_arrows_point_where_the_architecture_says() -> None:
    wrong = [
        f"{each.path} imports {each.module}"
        for package in FOLDERS
        for each in all_imports(package)
        if package_of(each.module) in FOLDERS.keys() - {package} - MAY_IMPORT[package] and not exception_for(each)
    ]
    assert wrong == []


def test_every_exception_is_still_needed() -> None:
    used = {exception_for(each) for package in FOLDERS for each in all_imports(package)}
    assert ALSO.keys() - used == set()


def test_launcher_serves_only_the_start_of_the_backend() -> None:
    places = {each.path for package in FOLDERS for each in all_imports(package) if within(each.module, {"launcher"})}
    assert {
        path for path in places if not path.startswith(("launcher/", "backend/config/", "backend/api/management/"))
    } == set()


def test_models_import_the_database_only() -> None:
    allowed = ONLY_DATABASE | {"models"} | sys.stdlib_module_names
    assert {each.module for each in all_imports("models") if package_of(each.module) not in allowed} == set()


def test_ai_models_know_no_web_framework_and_no_database() -> None:
    assert [each for each in all_imports("ai_models") if within(each.module, WEB_FRAMEWORKS)] == []


def test_one_file_of_the_frontend_speaks_http() -> None:
    speakers = {each.path for each in all_imports("frontend") if within(each.module, SPEAKS_HTTP)}
    assert speakers == {"frontend/api_client.py"}


def test_nothing_imports_the_frontend() -> None:
    modules = {module_name(path).split(".")[0] for path in own_files(FOLDERS["frontend"])}
    others = [each for package in FOLDERS.keys() - {"frontend"} for each in all_imports(package)]
    assert "api_client" in modules
    assert [each for each in others if within(each.module, {"frontend", *modules})] == []


def test_no_circles() -> None:
    files = {module_name(path): path for package in FOLDERS for path in own_files(FOLDERS[package])}
    graph = {name: {each.module for each in imports_of(path)} & files.keys() - {name} for name, path in files.items()}
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise AssertionError(" -> ".join(error.args[1])) from None


def module_name(path: Path) -> str:
    base = ROOT / "backend" if path.is_relative_to(ROOT / "backend") else ROOT
    base = FOLDERS["frontend"] if path.is_relative_to(FOLDERS["frontend"]) else base
    return ".".join(path.relative_to(base).with_suffix("").parts).removesuffix(".__init__")


def test_no_import_hides_in_a_function() -> None:
    files = [*(path for folder in FOLDERS.values() for path in own_files(folder)), ROOT / "run.py"]
    hidden = {(each.path, each.module) for path in files for each in imports_of(path) if each.inside}
    assert hidden == INSIDE.keys()


def test_no_file_is_too_long_to_hold_in_mind() -> None:
    counted = list(own_files(ROOT, CODE))
    assert len(counted) > 100
    lines = {path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in counted}
    assert {path: count for path, count in lines.items() if count > MOST_LINES} == {}
