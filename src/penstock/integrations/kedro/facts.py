"""What is said of a run of a Kedro project that our engine makes, in the words of those that are only recorded."""

from __future__ import annotations

import subprocess
from typing import Any, Final

from penstock.model.spec import CodeRef

#: Seconds that git gets: a run does not wait for a slow disk only to tell its commit.
PATIENCE: Final = 2.0


def run_facts(code: CodeRef) -> dict[str, Any]:
    """Facts of a run: who runs it, of which project and environment, and the state of the code in git."""
    commit = _git(code.root, "rev-parse", "HEAD")
    facts = {"runner": "penstock", "recorded_by": "penstock", "project": code.module, **code.options}
    if commit:
        facts["git_commit"] = commit
        facts["git_dirty"] = bool(_git(code.root, "status", "--porcelain", "--", "."))
    return facts


def _git(folder: str, *words: str) -> str | None:
    """What git says; None where there is no git, no repository, or no answer in time."""
    try:
        done = subprocess.run(["git", "-C", folder, *words], capture_output=True, text=True, timeout=PATIENCE)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
