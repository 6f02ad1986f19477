"""Where the files lie that a run keeps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from penstock.cli.render.source import near
from penstock.cli.render.spans import Line, Span, clean

#: Files that are listed.
_MOST: Final = 8


def files(kept: Sequence[tuple[str, Path]], folder: Path) -> list[Line]:
    """A line for each dataset that is a file, with its path as seen from `folder`; none where there is no file."""
    if not kept:
        return []
    widest = max(len(clean(dataset)) for dataset, _ in kept[:_MOST])
    # Paths are never cut: people copy them.
    lines: list[Line] = [
        [Span(f"  {clean(dataset):<{widest}}  "), Span(clean(near(str(path), folder)), "cyan")]
        for dataset, path in kept[:_MOST]
    ]
    if len(kept) > _MOST:
        lines.append([Span(f"  and {len(kept) - _MOST:,} more", "dim")])
    return [[], [Span("files", "bold")], *lines]
