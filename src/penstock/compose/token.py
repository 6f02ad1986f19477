"""The token by which programs of this person reach the server: a file that only its owner can read."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import Final

from penstock.errors import SettingsError

#: Characters below which a token that a person set counts as none.
SHORTEST: Final = 16
VARIABLE: Final = "PENSTOCK_TOKEN"


def make_token(home: Path) -> str:
    """The token of a home, made if there is none. One that others could read is replaced. Raises SettingsError."""
    file = home / "token"
    try:
        found = _read(file)
        if found == "":
            file.unlink(missing_ok=True)
        if not found:
            _write(file)
            found = _read(file)
    except OSError as error:
        raise SettingsError(f"{file} can't be used ({error.strerror})", cure="see who may write there") from error
    if not found:
        raise SettingsError(f"{file} can't be kept to its owner alone", cure="put the home on a disk that has modes")
    return found


def set_by_person(given: str | None) -> str | None:
    """A token from the environment; None without one. Raises SettingsError for one that can be guessed."""
    if not given:
        return None
    if len(given) < SHORTEST or not given.isascii() or not given.isprintable():
        raise SettingsError(
            f"{VARIABLE} must have {SHORTEST} plain characters or more",
            cure='python3 -c "import secrets; print(secrets.token_urlsafe(32))" makes a good one',
        )
    return given


def _read(file: Path) -> str | None:
    """The token in the file; empty for one that can't be trusted, None without a file."""
    if file.is_symlink():
        return ""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with open(descriptor, encoding="ascii", errors="replace") as opened:
        status = os.fstat(descriptor)
        private = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077
        token = opened.read(200).strip()
    return token if private and len(token) >= SHORTEST else ""


def _write(file: Path) -> None:
    """A new token, there whole or not at all. Of several that are made at once, the first stays."""
    new = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "w", encoding="ascii") as opened:
            opened.write(secrets.token_urlsafe(32) + "\n")
        os.link(new, file)
    except FileExistsError:
        pass
    finally:
        new.unlink()
