"""Fails until somebody leaves a file beside it: what a retry is for."""

from pathlib import Path

from penstock import Pipeline

mended = Pipeline("mended", namespace="shop")


@mended.task
def received() -> list[int]:
    return [3, 1, 2]


@mended.task
def checked(received: list[int]) -> list[int]:
    if not Path(__file__).with_name("stamp").exists():
        raise FileNotFoundError("the stamp is not there yet")
    return sorted(received)


@mended.task
def sent(checked: list[int]) -> int:
    return len(checked)
