"""What README and docs show holds: pipelines run as told, commands exist, links lead somewhere."""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.verbs import GROUPS, VERBS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXTS = {str(page.relative_to(ROOT)): page.read_text(encoding="utf-8") for page in PAGES}
#: Pages whose pipelines run, and how each ends.
RUN = {
    "README.md": "succeeded",
    "docs/coming-from.md": "succeeded",
    "docs/debugging.md": "failed",
    "docs/limits.md": "succeeded",
}


def fences(name: str, *languages: str) -> Iterator[str]:
    for language, code in re.findall(r"^```(\w*)\n(.*?)^```$", TEXTS[name], re.DOTALL | re.MULTILINE):
        if language in languages:
            yield code


def commands(name: str) -> Iterator[list[str]]:
    """The words of each `penstock …` of a page, in its fences and within its lines."""
    for code in fences(name, "console", "sh", "", "python"):
        for line in code.splitlines():
            found = re.match(r"(?:\$ )?(?:\S+/)?penstock( .*|$)", line)
            if found:
                yield _words(found[1].partition("  #")[0])
    for text in re.findall(
        r"`penstock( [^`]+)`", re.sub(r"^```.*?^```$", "", TEXTS[name], flags=re.DOTALL | re.MULTILINE)
    ):
        yield _words(text)


def _words(text: str) -> list[str]:
    return shlex.split(text.replace("…", "X").replace("|", " "))


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", TEXTS)
def test_code_is_python(name: str) -> None:
    for code in fences(name, "python"):
        ast.parse(code)


@pytest.mark.parametrize("name", TEXTS)
def test_commands_and_their_options_exist(name: str) -> None:
    for words in commands(name):
        _check(words)


def _check(words: list[str]) -> None:
    verb = "penstock"
    for word in words:
        if f"{verb} {word}" not in VERBS and f"{verb} {word}" not in GROUPS:
            break
        verb = f"{verb} {word}"
    rest = words[len(verb.split()) - 1 :]
    known = VERBS.get(verb) or GROUPS[verb]
    assert verb in VERBS or not rest or rest[0].startswith("-") or rest[0].isupper(), words
    options = {flag for param in known.params for flag in (*param.opts, *param.secondary_opts)} | {"-h", "--help"}
    wrong = [word for word in rest if re.match(r"--?[a-z]", word) and word.partition("=")[0] not in options]
    assert not wrong, words


@pytest.mark.parametrize("name", TEXTS)
def test_links_lead_somewhere(name: str) -> None:
    here = ROOT / name
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", TEXTS[name]):
        path, _, anchor = target.partition("#")
        file = (here.parent / path) if path else here
        assert file.exists(), target
        if anchor:
            assert anchor in anchors(file.read_text(encoding="utf-8")), target


@pytest.mark.parametrize("name", RUN)
def test_a_pipeline_of_the_page_runs_as_told(name: str, tmp_path: Path) -> None:
    (code,) = [code for code in fences(name, "python") if "Pipeline(" in code]
    (tmp_path / "flow.py").write_text(code, encoding="utf-8")
    settings = [text for text in fences(name, "toml") if "[pools]" in text]
    (tmp_path / "penstock.toml").write_text("".join(settings), encoding="utf-8")
    command = [sys.executable, "-m", "penstock.cli", "run", "flow.py", "--json"]
    ran = subprocess.run(command, cwd=tmp_path, env=_env(), capture_output=True, text=True, timeout=60)
    assert f'"state": "{RUN[name]}"' in ran.stdout, ran.stdout + ran.stderr


@pytest.mark.waits
def test_the_tests_of_the_page_about_tests_pass(tmp_path: Path) -> None:
    for at, code in enumerate(fences("docs/testing.md", "python")):
        (tmp_path / f"test_{at}.py").write_text(code, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    ran = subprocess.run(command, cwd=tmp_path, env=_env(), capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stdout
    assert "4 passed" in ran.stdout


def _env() -> dict[str, str]:
    """Our environment, with `penstock` on the path."""
    known = {key: value for key, value in os.environ.items() if not key.startswith(("PENSTOCK_", "PYTEST_"))}
    return known | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
