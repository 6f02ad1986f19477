"""Processes for the tests of the supervisor."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from importlib import import_module

from penstock.errors import SettingsError


def main(arguments: list[str]) -> int:
    """Do what the first argument says."""
    act, *rest = arguments
    if act == "exit":
        return int(rest[0])
    if act == "wrong":
        raise SettingsError("its lamp is out", cure="change it")
    if act == "imports":
        import_module(rest[0])
    if act == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if act == "talks":
        print("no document")
        print("[1]")
    sys.stdout.write(json.dumps({"pid": os.getpid()}) + "\n")
    sys.stdout.flush()
    if act == "falls":
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(600)
    return 0
