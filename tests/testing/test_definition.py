"""What is left of a pipeline where datasets are given."""

from __future__ import annotations

from typing import Any

import pytest

from penstock import Pipeline
from penstock.errors import NotFound
from penstock.testing.definition import part

WHOLE: dict[str, Any] = {"from_": (), "to": (), "only": (), "tags": ()}

market = Pipeline("market")


@market.task
def opened() -> int:
    return 1


@market.task
def raw(opened: int) -> int:
    return opened


@market.task(outputs=["train", "test"])
def split(raw: int) -> tuple[int, int]:
    return raw, raw


@market.task
def model(train: int) -> int:
    return train


@market.task
def score(model: int, test: int) -> int:
    return model + test


@market.finally_
def close(opened: int) -> None: ...


def left(*given: str, **wish: tuple[str, ...]) -> set[str]:
    return set(part(market.spec(), given, **(WHOLE | wish)))


def test_what_runs_for_given_datasets_alone_is_left_out() -> None:
    assert left() == {"opened", "raw", "split", "model", "score"}
    # Who tidies up reads what the first one opens.
    assert left("train", "test") == {"opened", "model", "score"}
    assert left("raw") == {"opened", "split", "model", "score"}
    assert left("model", "test", "opened") == {"score"}


def test_what_is_made_for_others_too_stays() -> None:
    assert left("model") == {"opened", "raw", "split", "score"}


def test_who_is_asked_for_by_name_stays() -> None:
    assert left("opened", "train", "test") == {"model", "score"}
    assert left("opened", "train", "test", to=("raw", "score")) == {"raw", "model", "score"}


def test_all_that_a_left_out_task_makes_is_to_be_given() -> None:
    with pytest.raises(NotFound, match=r"'test' is needed.*inputs=\{'test': …\}"):
        left("train")
    assert left("train", "opened", to=("model",)) == {"model"}


def test_who_tidies_up_needs_its_inputs_too() -> None:
    with pytest.raises(NotFound, match="'opened' is needed"):
        left("model", "test", only=("score",))
