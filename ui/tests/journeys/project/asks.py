"""Asks a person between two tasks."""

from penstock import Param, Pipeline

asks = Pipeline("asks", namespace="shop")


@asks.task
def bill() -> float:
    return 120.0


asks.approval(
    "release",
    message="Pay this bill?",
    after=[bill],
    params={"amount": Param("float", 100.0, min=0, max=500), "note": ""},
    timeout="2d",
)


@asks.task
def paid(bill: float, release: dict) -> str:
    return f"{release['amount']} of {bill}: {release['note']}"
