"""What measures Kedro projects: it measures, and says why where it can't."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.kedro import __main__ as program
from benchmarks.kedro import cost, opening, projects, runners
from benchmarks.page.figures import Figure


def test_parts_are_known_by_their_names() -> None:
    assert program.parse(["--only", "recorder, opening"]).only == ["recorder", "opening"]
    assert program.parse([]).only == ["recorder", "runners", "spaceflights", "opening"]
    with pytest.raises(SystemExit):
        program.parse(["--only", "recorders"])


def test_the_cost_of_a_node_is_the_difference_of_two_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def driven(_python: Path, _folder: Path, _runner: str, repeat: int, more: dict[str, str]) -> list[dict[str, float]]:
        seconds = 0.5 if more["PENSTOCK_KEDRO"] == "on" else 0.4
        return [{"wall": seconds, "cpu": seconds / 2}] * repeat

    monkeypatch.setattr(cost, "driven", driven)
    cpu, wall = cost._cost("ours", Path("python"), cost._OURS, 2, 0.3)
    assert (cpu.value, wall.value) == (pytest.approx(0.1), pytest.approx(0.2))
    assert (cpu.verdict, wall.verdict) == ("met", "met")


def test_a_run_that_fails_is_told(tmp_path: Path) -> None:
    with pytest.raises(projects.Broken, match="exit status 3: no wheels"):
        projects.timed([sys.executable, "-c", "import sys; print('no wheels'); sys.exit(3)"], tmp_path, {})


def test_settings_of_ours_do_not_reach_what_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENSTOCK_HOME", "/elsewhere")
    found = projects.surroundings(tmp_path, {"PENSTOCK_KEDRO": "off"})
    assert (found.get("PENSTOCK_HOME"), found["PENSTOCK_KEDRO"], found["DO_NOT_TRACK"]) == (None, "off", "1")


def test_we_stand_beside_parallel_runner_from_cold_and_run_against_run() -> None:
    theirs = [Figure("runners", "", seconds, "s") for seconds in (28.8, 28.1)]
    ours = [Figure("runners", "", seconds, "s") for seconds in (1.2, 0.1)]
    cold, alone = runners._beside(200, theirs, ours)
    assert (cold.what, alone.what) == (
        "200 nodes, ParallelRunner's time by ours, from cold",
        "200 nodes, ParallelRunner's time by ours, run against run",
    )
    assert (cold.value, cold.verdict) == (pytest.approx(24), "missed")
    assert (alone.value, alone.verdict) == (pytest.approx(281), "met")
    (absent,) = runners._beside(200, theirs, [Figure("runners", "", None, "", note="broken")])
    assert absent.value is None


@pytest.mark.slow
@pytest.mark.beside
def test_both_servers_are_opened() -> None:
    figures = list(opening.opening(1, installs=True))
    assert [figure.note for figure in figures if figure.value is None] == []
    assert [figure.what.split(":")[0] for figure in figures] == ["penstock up"] * 2 + ["kedro viz run"] * 2


def test_a_server_that_does_not_start_is_told_with_its_last_words(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('no such wheel')"]
    (figure,) = opening._opened("ours", command, "/health", tmp_path, 1, None)
    assert figure.note == "it ended with exit status 1: no such wheel"


@pytest.mark.slow
@pytest.mark.beside
def test_runs_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runners, "SIZES", (10,))
    monkeypatch.setattr(runners, "PARALLEL", 10)
    figures = list(runners.runners(1, whole=False))
    assert [figure.note for figure in figures if figure.value is None] == []
    assert [figure.what.split(",")[0] for figure in figures] == [
        *["kedro run"] * 4, *["penstock run"] * 2, *["10 nodes"] * 2
    ]  # fmt: skip


@pytest.mark.slow
def test_the_driver_tells_what_each_run_took() -> None:
    with projects.project("trivial") as folder:
        found = projects.driven(Path(sys.executable), folder, "SequentialRunner", 2, {"TRIVIAL_NODES": "5"})
    assert len(found) == 2
    assert all(each["wall"] > 0 for each in found)


def test_make_knows_it() -> None:
    root = Path(program.__file__).parents[2]
    done = subprocess.run(["make", "-n", "bench-kedro"], capture_output=True, text=True, check=False, cwd=root)
    assert "benchmarks.kedro" in done.stdout, done.stderr
