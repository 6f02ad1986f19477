"""Matplotlib figures, kept as the picture that people look at. A consumer gets the picture's path."""

from __future__ import annotations

import io
from typing import Any

from penstock.artifacts.codecs.codec import Prepared, Unfit, reason
from penstock.artifacts.codecs.files import reader as reader

__all__ = ["prepare", "reader"]


def prepare(value: Any) -> Prepared:
    """Draws the figure. Raises Unfit when that fails."""
    picture = io.BytesIO()
    try:
        value.savefig(picture, format="png")
    except Exception as error:
        raise Unfit(f"the figure can't be drawn ({reason(error)})") from error
    return Prepared("file", ".png", "matplotlib.figure.Figure", lambda out: out.write(picture.getvalue()))
