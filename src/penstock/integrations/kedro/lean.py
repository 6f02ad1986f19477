"""Keeping libraries from being loaded that only would be because a room of kedro_datasets imports all of its classes.

`kedro_datasets.pandas` tries each of its datasets in turn, and goes on without those whose library is missing; what
it went without is imported when it is asked for by name (lazy_loader). So a library that is missing for a while only
costs whoever asks for it later.
"""

from __future__ import annotations

import sys
from typing import Final

#: SQLAlchemy and Plotly's express take a fifth of the time in which the datasets of pandas are loaded.
LIBRARIES: Final = ("deltalake", "google.cloud", "pandas_gbq", "plotly.express", "sqlalchemy")


def begin() -> None:
    """Let those that are not loaded look as if they were not installed."""
    for name in LIBRARIES:
        if name not in sys.modules:
            sys.modules[name] = None  # type: ignore[assignment] # as Python's documentation of sys.modules has it


def end() -> None:
    """They can be imported again."""
    for name in LIBRARIES:
        if name in sys.modules and sys.modules[name] is None:
            del sys.modules[name]
