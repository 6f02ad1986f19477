"""What is known of a Kedro run: its command, code and parameters, sizes, outputs, source and resources."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from penstock.store.graphs import spec_of_run
from penstock.store.versions import latest_version
from tests.integrations.kedro.projects.made import make_project
from tests.integrations.kedro.recorded import Recorded, states, task


@pytest.fixture(scope="module")
def flown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Recorded, dict[str, Any]]:
    """Spaceflights by Kedro's command line, in a repository with one commit and a change, with a parameter."""
    project = make_project("spaceflights", tmp_path_factory.mktemp("facts"))
    for words in (["init", "-q"], ["add", "conf", "src"], ["commit", "-qm", "all"]):
        subprocess.run(["git", *words], cwd=project, check=True, env=_git_env())
    recorded = Recorded(project)
    recorded.kedro("run", "--params", "model_options.test_size=0.5,api_token=hidden")
    return recorded, recorded.run()


def _git_env() -> dict[str, str]:
    who = {"NAME": "me", "EMAIL": "me@example.org"}
    return {
        **os.environ,
        **{f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()},
    }


def test_facts_of_the_run(flown: tuple[Recorded, dict[str, Any]]) -> None:
    recorded, run = flown
    facts = run["facts"]
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=recorded.project, capture_output=True, text=True, check=True
    )
    assert facts["git_commit"] == commit.stdout.strip()
    assert facts["git_dirty"] is True  # the data is not committed
    assert facts["command"] == "kedro run --params 'model_options.test_size=0.5,api_token=***'"
    assert facts["runner"] == "SequentialRunner"
    assert facts["env"] == "local"
    assert facts["project"] == recorded.project.name  # no path of this machine
    assert facts["recorded_by"] == "kedro"
    assert facts["async"] is False
    assert facts["kedro_version"].startswith("1.")
    assert facts["kedro_run_id"]
    assert (run["namespace"], run["pipeline"]) == ("spaceflights", "__default__")
    assert run["params"]["model_options"]["test_size"] == 0.5
    assert run["params"]["model_options.features"] == run["params"]["model_options"]["features"]


def test_outputs_have_the_size_that_they_had_on_disk(flown: tuple[Recorded, dict[str, Any]]) -> None:
    recorded, run = flown
    data = recorded.project / "data"
    made = {output["dataset"]: output for one in run["tasks"] for output in one["outputs"]}
    for name, path in {
        "preprocessed_companies": "02_intermediate/preprocessed_companies.parquet",
        "model_input_table": "03_primary/model_input_table.parquet",
        "metrics": "08_reporting/metrics.json",
        "capacity_plot": "08_reporting/capacity_plot.json",
    }.items():
        assert made[name]["kind"] == "dataset"
        assert made[name]["bytes"] == (data / path).stat().st_size, name
    (version,) = (data / "06_models/regressor.pickle").iterdir()
    assert made["regressor"]["bytes"] == (version / "regressor.pickle").stat().st_size
    assert made["train"]["bytes"] is None  # in memory only
    assert run["given"] == [
        {"dataset": "companies", "bytes": (data / "01_raw/companies.csv").stat().st_size, "rows": 60},
        {"dataset": "reviews", "bytes": (data / "01_raw/reviews.csv").stat().st_size, "rows": 300},
        {"dataset": "shuttles", "bytes": (data / "01_raw/shuttles.xlsx").stat().st_size, "rows": 300},
    ]
    assert made["preprocessed_companies"]["rows"] == 60
    assert {"name": "company_rating", "type": "float64"} in made["preprocessed_companies"]["columns"]
    assert made["metrics"]["rows"] is None
    with closing(sqlite3.connect(recorded.home.database_url)) as connection:
        kept = {name: json.loads(text) for name, text in connection.execute("SELECT dataset, inline FROM artifact")}
    assert kept["regressor"] == {
        "type": "pickle.PickleDataset", "path": f"data/06_models/regressor.pickle/{version.name}/regressor.pickle",
        "version": version.name, "format": "pickle",
    }  # fmt: skip
    assert kept["capacity_plot"]["format"] == "plotly"
    assert kept["train"] == {"type": "MemoryDataset", "path": None, "version": None, "format": None}


def test_loads_tell_sizes_and_rows(flown: tuple[Recorded, dict[str, Any]]) -> None:
    recorded, run = flown
    loaded = {event["data"]["dataset"]: event["data"] for event in recorded.events(run, "dataset_loaded")}
    raw = recorded.project / "data/01_raw"
    assert loaded["shuttles"]["bytes"] == (raw / "shuttles.xlsx").stat().st_size
    assert (loaded["shuttles"]["rows"], loaded["companies"]["rows"]) == (300, 60)
    assert loaded["train"]["bytes"] is None
    assert loaded["shuttles"]["seconds"] > 0
    assert not [name for name in loaded if name.startswith("params:")]


def test_the_definition_has_layers_sources_and_ids(flown: tuple[Recorded, dict[str, Any]]) -> None:
    recorded, _ = flown
    with recorded.reading() as connection:
        (key,) = connection.all("SELECT key FROM run")[0]
        spec, _ = spec_of_run(connection, key)
    one = spec.tasks["preprocess_companies_node"]
    assert one.facts["id"] == "94112458"
    assert one.call == "spaceflights.pipelines.data_processing:preprocess_companies"
    assert one.source is not None
    assert "Ratings as numbers" in one.source
    assert spec.datasets["companies"].layer == "raw"
    assert spec.datasets["companies"].path == "data/01_raw/companies.csv"
    assert spec.datasets["regressor"].versioned
    assert "train" not in spec.datasets


def test_resources_and_logs(flown: tuple[Recorded, dict[str, Any]]) -> None:
    recorded, run = flown
    (attempt,) = task(run, "preprocess_shuttles_node")["attempts"]
    assert attempt["cpu_seconds"] > 0
    assert attempt["worker"] == "kedro"
    lines = recorded.log(run, "preprocess_companies_node")
    own = [line for line in lines if line["logger"] == "spaceflights.pipelines.data_processing"]
    assert [(line["level"], line["message"]) for line in own] == [("info", "cleaning 60 companies")]
    assert [line["seq"] for line in lines] == list(range(len(lines)))


def test_versions_parts_pieces_and_nodes_without_outputs(tmp_path: Path) -> None:
    recorded = Recorded(make_project("versions", tmp_path))
    assert recorded.drives({}) == [None]
    run = recorded.run()
    assert states(run) == dict.fromkeys(
        ("count", "divide", "gather", "square", "write_pieces", "say"), ("succeeded", None)
    )
    data = recorded.project / "data"
    made = {output["dataset"]: output for one in run["tasks"] for output in one["outputs"]}
    (version,) = (data / "numbers.csv").iterdir()
    assert made["numbers"]["bytes"] == (version / "numbers.csv").stat().st_size
    assert made["parts"]["bytes"] == sum(file.stat().st_size for file in (data / "parts").iterdir())
    assert made["squares"]["bytes"] == (data / "squares.csv").stat().st_size
    assert made["pieces"]["bytes"] == (data / "pieces.txt").stat().st_size
    assert task(run, "say")["outputs"] == []
    assert task(run, "write_pieces")["inputs"] == ["squares"]
    # Saved three times, told once.
    saved = [event for event in recorded.events(run, "dataset_saved") if event["data"]["dataset"] == "pieces"]
    assert len(saved) == 1
    loaded = {event["data"]["dataset"]: event["data"] for event in recorded.events(run, "dataset_loaded")}
    assert loaded["numbers"]["bytes"] == made["numbers"]["bytes"]
    assert loaded["parts"]["bytes"] == made["parts"]["bytes"]


def test_what_kedro_has_run_is_not_taken_for_what_can_be_started(tmp_path: Path) -> None:
    recorded = Recorded(make_project("trivial", tmp_path), TRIVIAL_NODES="2")

    def current() -> str:
        with recorded.reading() as connection:
            return str(latest_version(connection, "trivial", "__default__"))

    recorded.kedro("run")
    known = recorded.runs()[-1]["version"]  # all of it is on record then
    assert current() == known
    recorded.python_module("penstock.cli", "run", ".", "--quiet")
    started = recorded.runs()[-1]["version"]
    assert current() == started
    recorded.kedro("run")
    assert recorded.runs()[-1]["version"] != started
    assert current() == started


def test_a_run_that_never_began_a_node_tells_its_error(tmp_path: Path) -> None:
    project = make_project("failing", tmp_path)
    registry = project / "src/failing/pipeline_registry.py"
    registry.write_text(registry.read_text().replace('node(add, "one", "two"', 'node(add, "nowhere", "two"'))
    recorded = Recorded(project)
    assert recorded.drives({}) == ["ValueError"]
    run = recorded.run()
    assert (run["state"], run["reason"]) == ("failed", "user_error")
    assert run["error"]["task"] is None
    assert "nowhere" in run["error"]["message"]
    assert states(run) == dict.fromkeys(("begin", "add"), ("cancelled", "interrupted"))


def test_params_like_secrets_are_covered(tmp_path: Path) -> None:
    project = make_project("failing", tmp_path)
    (project / "conf/base/parameters.yml").write_text("login: {password: hidden, user: me}\n")
    (project / "conf/local/credentials.yml").write_text("store: {key: hidden}\n")
    registry = project / "src/failing/pipeline_registry.py"
    registry.write_text(registry.read_text().replace("node(begin, None,", 'node(take, "params:login",'))
    recorded = Recorded(project)
    assert recorded.drives({}) == [None]
    assert recorded.run()["params"] == {"login": {"password": "***", "user": "me"}}
    kept = b"".join(file.read_bytes() for file in recorded.home.path.rglob("*") if file.is_file())
    assert b"hidden" not in kept
