"""The state of a project's code, as git tells it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any, Final

#: Seconds that git may take.
PATIENCE: Final = 5.0


def code_facts(project: Path) -> dict[str, Any]:
    """`git_commit` and `git_dirty` of a project; {} where there is no git, or no commit yet."""
    commit = _git(project, "rev-parse", "--verify", "HEAD")
    if not commit:
        return {}
    # Only what is the project's own: other folders of the same repository do not run.
    status = _git(project, "--no-optional-locks", "status", "--porcelain", "--", ".")
    return {"git_commit": commit} if status is None else {"git_commit": commit, "git_dirty": bool(status)}


def _git(project: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(project), *words], capture_output=True, text=True, timeout=PATIENCE, check=True,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return done.stdout.strip()
