"""Runs are steered from Python, through a real `penstock up`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from penstock.client import Client, Refused, Where
from penstock.client.door import Unreachable
from penstock.errors import NotFound, UsageError
from tests.journeys.conftest import User, until
from tests.journeys.conftest import user as user
from tests.journeys.test_up import FLOW, Site

ROOT = Path(__file__).parents[2]


def test_runs_are_started_steered_and_deleted(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    user.write("flow.py", FLOW)
    monkeypatch.chdir(user.folder)
    for name in ("PENSTOCK_HOME", "PENSTOCK_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(NotFound, match="no `penstock up` runs"):
        Client()
    site = Site(user, "--workers", "1")
    runs = Client().runs
    mark = user.folder / "mark"
    run = runs.start("flow", params={"seconds": 60, "mark": str(mark)}, labels={"who": "me"}, key="once")["id"]
    assert runs.start("flow", params={"seconds": 60, "mark": str(mark)}, labels={"who": "me"}, key="once")["id"] == run
    until(mark.exists, "it runs")
    assert runs.pause(run, now=True)["state"] == "paused"
    with pytest.raises(Refused) as refused:
        runs.retry(run)
    assert (refused.value.code, refused.value.status) == ("action_refused", 409)
    assert runs.resume(run)["state"] == "running"
    told = runs.cancel([run], force=True)
    assert (told["applied"], told["results"][0]["id"]) == (1, run)
    until(lambda: runs.get(run)["state"] == "cancelled", "it is over")
    assert runs.set_state(run, "failed")["state"] == "failed"
    assert runs.label(Where("state=failed"), {"seen": "yes"})["applied"] == 1
    assert runs.list(state="failed", label=["seen=yes"])["items"][0]["labels"]["seen"] == "yes"
    again = runs.replay(run, params={"seconds": 0})
    until(lambda: runs.get(again["id"])["state"] == "succeeded", "it is repeated")
    assert runs.delete([run, again["id"]])["applied"] == 2
    with pytest.raises(Refused) as gone:
        runs.get("0000000000001")
    assert gone.value.code == "not_found"
    token = (Path(site.document["home"]) / "token").read_text().strip()
    assert Client(site.document["url"], f"{token}\n").runs.list()["items"] is not None
    with pytest.raises(Refused, match="not the token"):
        Client(site.document["url"], "x" * 20).runs.list()
    with pytest.raises(UsageError, match="http://host:port"):
        Client("127.0.0.1:7420", token)
    with pytest.raises(UsageError, match="all runs would fit"):
        Where("")
    with pytest.raises(Refused, match="all runs would fit"):
        Client().runs.label(Where("sort=-created_at"), {"seen": "no"})
    assert Client().runs.label(Where.all(), {"seen": "no"})["refused"] == 0
    with pytest.raises(Unreachable):
        Client("http://127.0.0.1:9", "x", timeout=1.0).runs.list()


def test_the_script_of_the_page_starts_and_repeats_runs(user: User) -> None:
    user.write("hello.py", _python("README.md"))
    user.write("start.py", _python("docs/client.md"))
    Site(user, "--workers", "1")
    command = [sys.executable, "start.py"]
    ran = subprocess.run(
        command, cwd=user.folder, env=user.env, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr
    first, again, *_, refused = ran.stdout.splitlines()
    assert first == "succeeded ['succeeded', 'succeeded']"
    assert again.split()[1] in {"created", "running", "succeeded"}
    assert refused.startswith("action_refused the run is over")


def _python(page: str) -> str:
    """The Python of a page."""
    (code,) = re.findall(r"^```python\n(.*?)^```$", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return str(code)
