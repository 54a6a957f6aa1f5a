"""What the API's tests share: somebody to ask as, and an API whose Redis may be harmed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cast import Person, new_guest
from tests.own_redis import OwnApi, own_api
from tests.system import LiveSystem


@pytest.fixture
def system(live_system: LiveSystem) -> Iterator[LiveSystem]:
    """The live system with a model that holds its answers back until told."""
    live_system.upstream.reset()
    yield live_system
    live_system.upstream.release()


@pytest.fixture
def owner(system: LiveSystem) -> Person:
    return new_guest(system.api_url)


@pytest.fixture(scope="session")
def separate_api(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnApi]:
    with own_api(tmp_path_factory.mktemp("separate-api")) as api:
        yield api
