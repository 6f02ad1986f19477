"""What files hold tables, by their names."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_FORMS: Final = {
    ".csv": "csv",
    ".feather": "feather",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".tsv": "csv",
    ".xlsx": "xlsx",
}


def table_form(file: Path) -> str | None:
    """How the rows of a file can be read, as `kept_page.look` knows it; None where it is no table."""
    return _FORMS.get(file.suffix.lower())
