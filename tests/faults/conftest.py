"""A home with one good night, run once and copied for every fault."""

import shutil
from pathlib import Path

import pytest

from orchestration.home import Home
from tests.conftest import NIGHT, Installation, shop_in


@pytest.fixture(scope="session")
def published_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with one good night, to be copied."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        made = shop_in(tmp_path_factory.mktemp("published"), monkeypatch)
        made.night(NIGHT)
    return made.home.root


@pytest.fixture
def published(
    published_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Installation:
    root = tmp_path / "home"
    shutil.copytree(published_root, root, symlinks=True)
    return Installation(Home(root), monkeypatch)
