"""A home that is removed while it is in use."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from penstock.compose.ground import Ground
from penstock.compose.home import Home
from penstock.errors import StoreError
from penstock.store.database import open_database


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / ".penstock", str(tmp_path / ".penstock" / "penstock.db"))
    home.make()
    open_database(home.database_url).close()
    return home


def replace(file: Path) -> None:
    file.with_name("copy").write_bytes(file.read_bytes())
    file.with_name("copy").replace(file)


@pytest.mark.parametrize(
    "harm", [lambda file: shutil.rmtree(file.parent), Path.unlink, replace], ids=["folder", "file", "replaced"]
)
def test_who_is_up_notices_that_its_database_is_gone(home: Home, harm: Callable[[Path], None]) -> None:
    ground = Ground(home)
    ground.check()
    harm(Path(home.database_url))
    with pytest.raises(StoreError, match=r"penstock\.db was removed"):
        ground.check()


def test_where_the_database_is_elsewhere_the_folder_counts(home: Home) -> None:
    ground = Ground(Home(home.path, "postgresql://127.0.0.1/penstock"))
    ground.check()
    shutil.rmtree(home.path)
    with pytest.raises(StoreError):
        ground.check()
