"""The one `penstock up` of a home: a file that tells where it is, locked as long as it lives.

The kernel gives the lock back when the process is gone, however it went, so nothing stale is ever believed.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path
from typing import Any, Final, NamedTuple

from penstock.errors import SettingsError

FILE: Final = "up.json"


class Address(NamedTuple):
    """Where a server is reached from this machine. `pid` is that of `penstock up`."""

    host: str
    port: int
    pid: int

    @property
    def reached_at(self) -> str:
        """The host that a browser of this machine takes."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)

    @property
    def url(self) -> str:
        """As browsers write it, without a path."""
        host = self.reached_at
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


class Presence:
    """Held by `penstock up`. Raises SettingsError where the home can't be written."""

    def __init__(self, home: Path) -> None:
        self._file = home / FILE
        self._descriptor: int | None = None

    def take(self) -> bool:
        """Become the one. False when another process is it."""
        try:
            descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise SettingsError(f"{self._file} can't be written ({error.strerror})", cure="see who owns it") from error
        if not _lock(descriptor):
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        self._descriptor = descriptor
        return True

    def tell(self, address: Address) -> None:
        """Say where the server is."""
        assert self._descriptor is not None
        os.pwrite(self._descriptor, json.dumps(address._asdict()).encode(), 0)

    def leave(self) -> None:
        """Be gone."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None


def _lock(descriptor: int) -> bool:
    """Lock the file, unless somebody holds it for longer than those do who only look."""
    for _ in range(10):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            time.sleep(0.02)
    return False


def find(home: Path) -> Address | None:
    """Where the server of a home is; None where `penstock up` does not run, or has not come so far."""
    try:
        descriptor = os.open(home / FILE, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None  # nobody holds it
    except BlockingIOError:
        return _read(os.read(descriptor, 4096))
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _read(text: bytes) -> Address | None:
    try:
        body: dict[str, Any] = json.loads(text)
        return Address(str(body["host"]), int(body["port"]), int(body["pid"]))
    except (ValueError, KeyError, TypeError):
        return None
