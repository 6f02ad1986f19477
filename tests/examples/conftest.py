"""The example's modules, imported the way that a worker does: its folder first on the path."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="session")
def flights() -> Iterator[ModuleType]:
    """examples/flights/pipeline.py, with `sources`, `delays`, `features`, `forecast` ... beside it."""
    folder = EXAMPLES / "flights"
    known = set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        yield import_module("pipeline")
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - known:
            if str(folder) in str(getattr(sys.modules[name], "__file__", "")):
                del sys.modules[name]
