"""Variables that are called as ours are, and that nothing reads."""

from __future__ import annotations

import pytest

from penstock.compose.settings import SETTABLE, variable
from penstock.compose.variables import unread


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("PENSTOCK_WORKER", "PENSTOCK_WORKER (did you mean PENSTOCK_WORKERS?)"),
        ("PENSTOCK_DATABASE_URL", "PENSTOCK_DATABASE_URL (did you mean PENSTOCK_DATABASE?)"),
        ("PENSTOCK_HOM", "PENSTOCK_HOM (did you mean PENSTOCK_HOME?)"),
        ("PENSTOCK_RETENTION", "PENSTOCK_RETENTION (it is set in penstock.toml alone)"),
        ("PENSTOCK_XYZZY", "PENSTOCK_XYZZY"),
    ],
)
def test_a_slip_of_the_pen_is_told_with_what_may_be_meant(name: str, told: str) -> None:
    assert unread({name: "1"}) == f"nothing reads {told}"


def test_several_are_told_in_one_line() -> None:
    assert unread({"PENSTOCK_B": "", "PENSTOCK_A": ""}) == "nothing reads PENSTOCK_A, PENSTOCK_B"


def test_what_is_read_or_is_not_ours_is_passed_over() -> None:
    ours = [variable(name) for name in SETTABLE["variable"]]
    more = ["PENSTOCK_HOME", "PENSTOCK_TOKEN", "PENSTOCK_KEDRO", "PENSTOCK_FAULT", "PENSTOCK_TEST_POSTGRES", "PATH"]
    assert unread(dict.fromkeys([*ours, *more], "1")) is None


def test_what_an_orchestrator_tells_of_a_service_called_penstock_is_passed_over() -> None:
    told = {
        "PENSTOCK_SERVICE_HOST": "10.0.0.1", "PENSTOCK_SERVICE_PORT": "7420", "PENSTOCK_SERVICE_PORT_HTTP": "7420",
        "PENSTOCK_PORT": "tcp://10.0.0.1:7420", "PENSTOCK_PORT_7420_TCP_ADDR": "10.0.0.1",
    }  # fmt: skip
    assert unread(told) is None
    assert unread({"PENSTOCK_PORT": "7420"}) is not None
