"""The benchmarks' own drivers at their smallest: what they call is there, and what they measure is there too."""

from __future__ import annotations

import json
import math
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import lists, seed, stream, up, workloads
from benchmarks.page import kedro_viz, queries
from benchmarks.page.made import Maker, home_for
from benchmarks.page.serving import Server, free_port, serving
from benchmarks.peers import driver
from benchmarks.peers.penstock import PEER
from benchmarks.result import result_from
from penstock.store.database import open_database


@pytest.mark.parametrize("key", ["A", "B", "BF", "C", "D"])
def test_penstock_is_measured_by_its_real_driver(
    key: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small = replace(workloads.WORKLOADS[key], full=workloads.WORKLOADS[key].warm_up)
    monkeypatch.setitem(workloads.WORKLOADS, key, small)
    assert driver.main(PEER, ["--workload", key, "--repeat", "1"]) == 0
    result = result_from(json.loads(capsys.readouterr().out))
    assert (result.error, len(result.seconds)) == (None, 1)


@pytest.mark.parametrize("shape", ["explicit", "foreach"])
def test_scale_measures_every_size(shape: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarks import scale  # makes pipelines of 10,000 tasks: not in every process that gathers tests

    assert set(scale.scale_pipelines.MAKERS) == {"explicit", "foreach"}
    monkeypatch.setattr(scale, "ENVIRONMENTS", tmp_path)
    (seconds,) = scale.measure(shape, 2, (scale.WARM_UP,)).values()
    assert len(seconds) == 2
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some runs that are over."""
    home = home_for(tmp_path_factory.mktemp("driven"))
    database = open_database(home / "penstock.db")
    seed.fill(database, 60, 3, 10, 7, time.time())
    database.close()
    return home


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Server]:
    with serving(home) as server:
        yield server


def test_lists_are_measured_over_http(server: Server) -> None:
    figures = list(queries.lists(server, times=2))
    assert len(figures) == 14
    assert all(figure.value is not None and figure.value > 0 for figure in figures)


def test_a_document_is_measured(server: Server, home: Path) -> None:
    maker = Maker(home)
    figures = list(queries.document(server, maker.graph(60, 90), times=2))
    maker.close()
    assert len(figures) == 3
    assert all(figure.value is not None for figure in figures)


def test_lists_are_measured_in_the_store(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lists.main([str(home), "--repeat", "2", "--json"]) in (0, 1)
    told = json.loads(capsys.readouterr().out)
    assert told["runs"] >= 60
    assert len(told["queries"]) == len(lists.QUERIES)


def test_the_stream_is_measured(server: Server, home: Path) -> None:
    maker = Maker(home)
    told = stream.measure(server, maker.live(4), count=2, changes=4, rate=50.0, rest=0.01)
    maker.close()
    assert (told["viewers"], told["changes"], told["lost"]) == (2, 4, 0)
    assert 0 < told["ms_median"] <= told["ms_p95"] <= told["ms_max"]


def test_up_is_measured(tmp_path: Path) -> None:
    figures = up.Figures()
    up.measure(tmp_path, figures, rest=0.0, asked=1)
    for taken in (figures.first_answer, figures.request_to_end, figures.change_seen, figures.ended):
        assert len(taken) == 1
        assert math.isfinite(taken[0])


def test_the_last_words_of_a_program_are_told(tmp_path: Path) -> None:
    output = tmp_path / "output.txt"
    assert kedro_viz.last_words(output) == "it said nothing"
    output.write_text("Traceback\n  it broke here\nValueError: no port\n\n")
    assert kedro_viz.last_words(output) == "ValueError: no port"


def test_a_port_is_chosen_among_those_that_are_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        busy = taken.getsockname()[1]
        assert free_port([busy, 0]) != busy
        with pytest.raises(OSError, match="no port is free"):
            free_port([busy])
