"""Params inside of params."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.errors import ParameterError
from penstock.model import nested
from penstock.model.params import resolve
from penstock.model.spec import ParamSpec

OPTIONS = ParamSpec("options", "dict", {"size": 0.2, "seed": 3, "deep": {"on": True}, "rest": None})
SIZE = ParamSpec("options.size", "float", 0.2)
ALL = {"options": OPTIONS, "options.size": SIZE, "plain": ParamSpec("plain", "int", 1)}

keys = st.sampled_from("abc")
trees = st.recursive(st.integers(), lambda inner: st.dictionaries(keys, inner, min_size=1, max_size=3), max_leaves=6)
paths = st.lists(keys, min_size=1, max_size=3).map(".".join)


def test_a_part_is_typed_as_in_the_default() -> None:
    values = resolve({"options": OPTIONS}, {}, {"options.size": "0.3", "options.deep.on": "no", "options.rest": "[1]"})
    assert values == {"options": {"size": 0.3, "seed": 3, "deep": {"on": False}, "rest": [1]}}
    assert OPTIONS.default["size"] == 0.2


def test_whole_and_part_change_together() -> None:
    assert resolve(ALL, {"options.size": 0.5}, {})["options"]["size"] == 0.5
    whole = {"size": 0.9, "seed": 1}
    assert resolve(ALL, {"options": whole}, {})["options.size"] == 0.9
    both = resolve(ALL, {"options": whole, "options.size": 0.1}, {})
    assert both["options"] == {"size": 0.1, "seed": 1}
    assert both["options.size"] == 0.1


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"options.siz": "1"}, "there is no parameter 'options.siz'; did you mean 'options.size'?"),
        ({"options.sed": "1"}, "there is no parameter 'options.sed'; did you mean 'options.seed'?"),
        ({"options.seed": "many"}, "parameter 'options.seed' is int, and 'many' is not"),
        ({"plain.x": "1"}, "there is no parameter 'plain.x'"),
    ],
)
def test_what_is_no_part_is_refused(texts: dict[str, str], message: str) -> None:
    with pytest.raises(ParameterError) as raised:
        resolve(ALL, {}, texts)
    assert message in str(raised.value)


@given(st.dictionaries(paths, trees, max_size=5))
def test_the_innermost_change_is_there_at_last(changes: dict[str, object]) -> None:
    made = nested.tree(changes.items())
    for name, value in changes.items():
        if not any(other.startswith(f"{name}.") for other in changes):
            assert nested.has(made, name.split("."))
            assert nested.at(made, name.split(".")) == value
