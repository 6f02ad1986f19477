"""In which form a dataset is kept, as far as its class and its path tell."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

#: Words in the name of a class, most telling first, and what they say.
_BY_CLASS: Final = (
    ("plotly", "plotly"), ("matplotlib", "png"), ("csv", "csv"), ("parquet", "parquet"), ("excel", "xlsx"),
    ("feather", "feather"), ("json", "json"), ("yaml", "yaml"), ("pickle", "pickle"), ("text", "text"),
    ("markdown", "text"), ("image", "image"), ("pillow", "image"), ("sql", "sql"),
)  # fmt: skip
_BY_SUFFIX: Final = {
    ".csv": "csv", ".parquet": "parquet", ".pq": "parquet", ".xlsx": "xlsx", ".xls": "xlsx", ".json": "json",
    ".txt": "text", ".md": "text", ".png": "png", ".jpg": "image", ".jpeg": "image", ".svg": "image", ".pkl": "pickle",
    ".pickle": "pickle", ".yml": "yaml", ".yaml": "yaml", ".feather": "feather",
}  # fmt: skip


def format_of(kind: str, path: str) -> str | None:
    """A word such as `csv`, `parquet`, `json`, `xlsx`, `png`, `plotly`, `text`; None where nothing tells.

    `kind` is the class as catalogues write it (`pandas.CSVDataset`), `path` where the dataset is kept.
    """
    if "partition" in kind.lower():
        return None
    by_class = next((word for part, word in _BY_CLASS if part in kind.lower()), None)
    return by_class or _BY_SUFFIX.get(PurePosixPath(path).suffix.lower())
