"""A Kedro project under `penstock up`: its pipelines are started over HTTP, whatever Kedro itself has run."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from penstock.client import Client, Refused
from tests.integrations.kedro.recorded import Recorded
from tests.integrations.kedro.written import COMMAND, PATIENCE, User, states, write_project
from tests.loopback import NO_TLS

pytestmark = pytest.mark.beside

REGISTRY = """
    from pathlib import Path
    from kedro.pipeline import Pipeline, node

    GOOD = Path(__file__).parents[2] / "data" / "good"

    def begin(step):
        return step

    def add(one, by):
        if not GOOD.exists():
            raise OSError("not yet")
        return one + by

    def register_pipelines():
        return {"__default__": Pipeline([
            node(begin, "params:step", "one", name="begin"),
            node(add, ["one", "params:by"], "two", name="add"),
        ])}
"""


@contextmanager
def up(project: Path, **env: str) -> Iterator[httpx2.Client]:
    """Its API, as long as it is up."""
    process = subprocess.Popen(
        [*COMMAND, "up", "--port", "0", "--json"], cwd=project, env=User(project).env | env,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        token = (Path(told["home"]) / "token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        with httpx2.Client(
            base_url=told["url"], headers=headers, timeout=PATIENCE, trust_env=False, verify=NO_TLS
        ) as client:
            yield client
    finally:
        process.terminate()
        process.communicate()


def until(asked: Callable[[], dict[str, Any]], there: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The answer in which it is there."""
    deadline = time.monotonic() + PATIENCE
    while not there(answer := asked()):
        assert time.monotonic() < deadline, answer
        time.sleep(0.05)
    return answer


def found(client: httpx2.Client) -> None:
    """Wait until the project's pipelines are known."""
    until(lambda: dict(client.get("/api/v1/pipelines").json()), lambda told: told["items"])


def over(client: httpx2.Client, run: str, generation: int = 1) -> dict[str, Any]:
    """The document of a run once it is over."""
    return until(
        lambda: dict(client.get(f"/api/v1/runs/{run}").json()),
        lambda told: told["ended_at"] and told["generation"] == generation,
    )


def test_started_over_http_after_kedro_has_run(tmp_path: Path) -> None:
    project = write_project(
        tmp_path, REGISTRY, parameters="{step: 1, by: 2}", policies="pipelines: {__default__: {labels: {team: sales}}}"
    )
    recorded = Recorded(project)
    with up(project) as client:
        found(client)
        recorded.kedro("run", exit_code=1)
        asked = {"pipeline": "__default__", "namespace": "small", "params": {"by": 5}}
        started = client.post("/api/v1/runs", json=asked)
        assert started.status_code == 201, started.text
        run = over(client, started.json()["id"])
        assert states(run) == {"begin": "succeeded", "add": "failed"}
        assert (run["params"], run["labels"]) == ({"step": 1, "by": 5}, {"team": "sales"})
        (project / "data/good").touch()
        assert client.post(f"/api/v1/runs/{run['id']}/actions/retry", json={}).status_code in (200, 202)
        again = over(client, run["id"], generation=2)
        assert states(again) == {"begin": "succeeded", "add": "succeeded"}
        part = client.post("/api/v1/runs", json={**asked, "to": ["begin"]})
        assert states(over(client, part.json()["id"])) == {"begin": "succeeded", "add": "skipped"}
        assert client.get("/api/run-status").json()["pipeline"]["run_id"] == part.json()["id"]


def test_the_environment_is_the_one_that_kedros_own_variable_names(tmp_path: Path) -> None:
    project = write_project(tmp_path, REGISTRY, parameters="{step: 1, by: 2}")
    (project / "conf/prod").mkdir()
    (project / "conf/prod/parameters.yml").write_text("step: 8")
    with up(project, KEDRO_ENV="prod") as client:
        found(client)
        asked = {"pipeline": "__default__", "namespace": "small", "only": ["begin"]}
        run = over(client, client.post("/api/v1/runs", json=asked).json()["id"])
    assert (run["facts"]["env"], run["params"]["step"], states(run)["begin"]) == ("prod", 8, "succeeded")


def test_a_run_in_another_environment_keeps_it_and_leaves_the_others_theirs(tmp_path: Path) -> None:
    project = write_project(tmp_path, REGISTRY, parameters="{step: 1, by: 2}")
    prod = project / "conf/prod/parameters.yml"
    prod.parent.mkdir()
    prod.write_text("step: 8")
    asked = {"pipeline": "__default__", "namespace": "small"}

    def told(run: dict[str, Any]) -> tuple[str, int, int]:
        return run["facts"]["env"], run["params"]["step"], run["params"]["by"]

    with up(project) as client:
        found(client)

        def pipeline() -> dict[str, Any]:
            return dict(client.get("/api/v1/pipelines/__default__", params={"namespace": "small"}).json())

        def written(text: str) -> None:
            before = pipeline()["version"]
            prod.write_text(text)
            until(pipeline, lambda now: now["version"] != before)

        assert (pipeline()["environment"], pipeline()["environments"]) == ("local", ["local", "prod"])
        looked = client.post("/api/v1/pipelines/__default__/environments/prod", params={"namespace": "small"}).json()
        assert {one["name"]: one["default"] for one in looked["params"]} == {"step": 8, "by": 2}
        ours = Client(str(client.base_url), client.headers["Authorization"].removeprefix("Bearer "), timeout=PATIENCE)
        first = over(client, ours.runs.start(**asked, env="prod", params={"by": 5})["id"])
        assert first["version"] == looked["version"] != pipeline()["version"]
        assert (told(first), states(first)) == (("prod", 8, 5), {"begin": "succeeded", "add": "failed"})
        (project / "data/good").touch()
        assert told(over(client, ours.runs.start(**asked)["id"])) == ("local", 1, 2)
        ours.runs.retry(first["id"])
        again = over(client, first["id"], generation=2)
        assert (told(again), states(again)["add"]) == (("prod", 8, 5), "succeeded")
        made = client.get(f"/api/v1/runs/{first['id']}/outputs/two/preview").json()
        assert made["text"] == "13"
        User(project).runs(".", "--env", "prod", "--only", "begin")
        assert pipeline()["environment"] == "local"

        written("step: 9")
        repeated = over(client, ours.runs.replay(first["id"], version="latest")["id"])
        fresh = over(client, ours.runs.start(**asked, env="prod")["id"])
        # A replay has the values of the run that it repeats, whatever the defaults are now.
        assert (told(repeated), told(fresh)) == (("prod", 8, 5), ("prod", 9, 2))
        assert pipeline()["version"] != fresh["version"] == repeated["version"] != first["version"]

        written("step: [")
        with pytest.raises(Refused, match=r"in environment 'prod': conf/prod/parameters[.]yml:1: ") as refused:
            ours.runs.start(**asked, env="prod")
        assert (refused.value.code, refused.value.status) == ("definition", 422)
