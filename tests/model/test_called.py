"""Pipelines as people call them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.model.called import full_name, pipeline_meant, split

names = st.text("abcdefgh_.", min_size=1, max_size=12)


@given(names, names)
def test_a_full_name_is_split_into_what_it_was_made_of(namespace: str, name: str) -> None:
    assert split(full_name(namespace, name)) == (namespace, name)
    assert split(name) == (None, name)


KNOWN = [("default", "flights"), ("shop", "orders"), ("shop", "nightly"), ("sales", "nightly")]


@pytest.mark.parametrize(
    ("called", "told"),
    [
        ("fligths", "did you mean 'flights'?"),
        ("ordres", "did you mean 'shop/orders'?"),
        ("nigthly", "did you mean 'sales/nightly' or 'shop/nightly'?"),
        ("default/orders", "did you mean 'shop/orders'?"),
        # What has the name comes before what is only alike.
        ("shop/flights", "did you mean 'default/flights'?"),
        ("shop/nigthly", "did you mean 'shop/nightly'?"),
        ("xyz", "there are 'flights', 'sales/nightly', 'shop/nightly', 'shop/orders'"),
    ],
)
def test_what_may_be_meant_is_told_so_that_it_can_be_typed(called: str, told: str) -> None:
    assert pipeline_meant(called, KNOWN) == told


def test_where_there_is_no_pipeline_that_is_told() -> None:
    assert pipeline_meant("nightly", []) == pipeline_meant("shop/nightly", []) == "there are none"
