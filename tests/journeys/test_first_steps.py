"""The first things that a person does."""

from __future__ import annotations

import json
import re

from tests.journeys.conftest import PATIENCE, User

HELLO = """
    from penstock import Pipeline

    hello = Pipeline("hello", params={"name": "world", "times": 3})

    @hello.task
    def greetings(name: str, times: int) -> list[str]:
        print("greeting", name)
        return [f"Hello, {name}!" for _ in range(times)]

    @hello.task
    def letters(greetings: list[str]) -> int:
        return sum(len(greeting) for greeting in greetings)
"""


def test_run_and_look(user: User) -> None:
    user.write("hello.py", HELLO)
    ran = user.types("run", "hello.py", "-p", "name=Ada", "--label", "owner=me")
    assert ran.returncode == 0, ran.stderr
    assert "greetings ✓ succeeded" in ran.stdout
    assert "\x1b" not in ran.stdout
    document = user.document()
    assert document["state"] == "succeeded"
    assert document["params"] == {"name": "Ada", "times": 3}
    assert document["labels"] == {"owner": "me"}
    assert document["trigger"]["kind"] == "manual"
    assert [task["name"] for task in document["tasks"]] == ["greetings", "letters"]
    letters = document["tasks"][1]
    assert letters["inputs"] == ["greetings"]
    assert letters["outputs"][0]["kind"] == "json"
    attempt = letters["attempts"][0]
    assert attempt["state"] == "succeeded"
    assert attempt["peak_rss_bytes"] > 1_000_000
    assert attempt["cpu_seconds"] >= 0
    assert document["started_at"] <= letters["started_at"] <= letters["ended_at"] <= document["ended_at"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", document["created_at"])
    listed = user.types("runs", "list")
    assert document["id"] in listed.stdout
    shown = user.types("runs", "show", document["id"][-6:])
    assert "letters" in shown.stdout
    logs = json.loads(user.types("runs", "logs", "latest", "--json").stdout)["lines"]
    assert [(line["task"], line["stream"], line["message"]) for line in logs] == [
        ("greetings", "stdout", "greeting Ada")
    ]
    assert "No line fits" in user.types("runs", "logs", "--grep", "goodbye").stderr
    assert user.types("db", "check").returncode == 0


def test_a_run_that_printed_nothing_says_so(user: User) -> None:
    user.write("hello.py", HELLO.replace('print("greeting", name)', "..."))
    user.types("run", "hello.py")
    logs = user.types("runs", "logs")
    assert (logs.returncode, logs.stdout, logs.stderr) == (0, "", "No task printed anything that is kept here.\n")


def test_json_prints_the_document_of_the_run_and_nothing_else(user: User) -> None:
    user.write("hello.py", HELLO)
    ran = user.types("run", "hello.py", "--json")
    document = json.loads(ran.stdout)
    assert document["state"] == "succeeded"
    assert document == user.document()


def test_the_home_is_found_from_below(user: User) -> None:
    user.write("hello.py", HELLO)
    user.types("run", "hello.py")
    below = user.folder / "deeper"
    below.mkdir()
    user.folder = below
    assert user.document()["pipeline"] == "hello"


def test_the_first_pipeline_that_is_shown_runs(user: User) -> None:
    first = user.types("pipelines", "list").stderr
    (user.folder / "pipelines").mkdir()
    user.write("pipelines/hello.py", first.partition("\n\n")[2].rpartition("\n\n")[0])
    assert user.types(*first.splitlines()[-1].removeprefix("Then: penstock ").split()).returncode == 0


def test_a_database_that_somebody_is_about_to_make_has_no_runs_yet(user: User) -> None:
    (user.folder / ".penstock").mkdir(exist_ok=True)
    (user.folder / ".penstock/penstock.db").touch()
    listed = user.types("runs", "list", "--json")
    assert (listed.returncode, json.loads(listed.stdout)["items"]) == (0, [])
    shown = user.types("runs", "show")
    assert (shown.returncode, "run a pipeline first" in shown.stderr) == (2, True)


def test_an_empty_folder_tells_how_to_begin(user: User) -> None:
    listed = user.types("runs", "list")
    assert listed.returncode == 0
    assert "no runs yet" in listed.stderr
    assert "penstock run FILE.py" in listed.stderr
    assert json.loads(user.types("runs", "list", "--json").stdout) == {"items": [], "next_cursor": None}
    for words in (["runs", "show"], ["runs", "logs"], ["db", "check"]):
        asked = user.types(*words)
        assert asked.returncode == 2
        assert "penstock run FILE.py" in asked.stderr
    assert not (user.folder / ".penstock").exists()


def test_a_pipeline_is_found_by_its_name(user: User) -> None:
    user.write("hello.py", HELLO)
    user.write("notes.py", "import penstock\nraise RuntimeError('not a pipeline')\n")
    assert user.types("run", "hello").returncode == 0
    listed = json.loads(user.types("pipelines", "list", "--json").stdout)
    assert [one["name"] for one in listed["items"]] == ["hello"]
    assert "RuntimeError" in listed["broken"][0]["message"]
    wrong = user.types("run", "helo")
    assert wrong.returncode == 2
    assert "did you mean 'hello'?" in wrong.stderr
    user.write("other.py", HELLO)
    listed = json.loads(user.types("pipelines", "list", "--json").stdout)
    assert [(one["file"], one["message"]) for one in listed["broken"][1:]] == [
        ("other.py", "pipeline 'hello' is also in hello.py")
    ]
    assert "in hello.py, other.py" in user.types("run", "hello").stderr


def test_a_slice_takes_what_it_needs_from_the_latest_run(user: User) -> None:
    user.write("hello.py", HELLO)
    early = user.types("run", "hello.py", "--from", "letters")
    assert early.returncode == 2
    assert "'greetings'" in early.stderr
    assert user.types("run", "hello.py", "-p", "times=2").returncode == 0
    ran = user.types("run", "hello.py", "--from", "letters")
    assert ran.returncode == 0, ran.stderr
    tasks = {task["name"]: task for task in user.document()["tasks"]}
    assert (tasks["greetings"]["state"], tasks["greetings"]["reason"]) == ("skipped", "slice")
    assert tasks["letters"]["state"] == "succeeded"


def test_the_live_view_in_a_terminal(user: User) -> None:
    user.write("hello.py", HELLO)
    code, shown = user.in_terminal("run", "hello.py")
    assert code == 0
    assert "greetings" in shown
    assert "\x1b[" in shown
    assert "penstock runs show" in shown


def test_help_shows_the_way(user: User) -> None:
    helped = user.types("--help")
    assert helped.returncode == 0
    assert "penstock run flights.py" in helped.stdout
    bare = user.types()
    assert bare.returncode == 2
    assert bare.stderr == helped.stdout
    assert user.types("run", "-h").stdout.startswith("Usage: penstock run TARGET [OPTIONS]")
    assert re.fullmatch(r"penstock \d+\.\d+\.\d+\S*\n", user.types("--version").stdout)


def test_pipelines_show_draws_what_flows(user: User) -> None:
    user.write("hello.py", HELLO)
    shown = user.types("pipelines", "show", "hello.py")
    assert shown.returncode == 0
    assert re.search(r"letters\s+greetings", shown.stdout)
    assert user.types("pipelines", "validate", "hello.py").returncode == 0


def test_output_that_nobody_reads_to_the_end(user: User) -> None:
    user.write("hello.py", HELLO)
    user.types("run", "hello.py")
    child = user.starts("runs", "show", "latest", "--json")
    assert child.stdout is not None
    child.stdout.read(1)
    child.stdout.close()
    assert child.wait(PATIENCE) == 0


def test_files_of_a_run_are_told_when_it_ends_and_later(user: User) -> None:
    user.write(
        "flow.py",
        """
        from pathlib import Path

        from penstock import Pipeline

        flow = Pipeline("flow")


        @flow.task
        def report() -> Path:
            file = Path("report.txt")
            file.write_text("all is well")
            return file
    """,
    )
    for words in (["run", "flow.py"], ["runs", "show"]):
        told = user.types(*words)
        assert told.returncode == 0, told.stderr
        (line,) = [line for line in told.stdout.splitlines() if line.startswith("  report  .penstock")]
        assert (user.folder / line.split()[1]).read_text() == "all is well"
