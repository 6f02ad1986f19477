"""How the engine's process is told to end."""

from __future__ import annotations

import subprocess
import sys

#: Sends itself signals as fast as it can, while the main thread waits as the engine's does.
MANY = """
import os, signal, sys, threading
from penstock.compose.engine_process import Ending

def send():
    for _ in range(20_000):
        os.kill(os.getpid(), signal.SIGTERM)
    os.kill(os.getpid(), signal.SIGINT)

ending = Ending()
assert not ending.wait(0)
sender = threading.Thread(target=send)
sender.start()
while not ending.at_once:
    ending.wait(0.001)
    ending.asked = False
sender.join()
os.kill(os.getpid(), signal.SIGTERM)
assert ending.wait(60)
"""


def test_signals_that_come_while_it_is_told_are_heard_and_stop_nothing() -> None:
    subprocess.run([sys.executable, "-c", MANY], check=True, timeout=60)


#: The parent of an engine's process, which tells what that prints.
ORPHAN = """
import os, signal, sys
from penstock.compose.engine_process import Ending

told, tell = os.pipe()
if os.fork():
    os.read(told, 1)
    os._exit(0)
ending = Ending()
parent = os.getppid()
os.write(tell, b"x")
while os.getppid() == parent:
    ending.wait(0.001)
os.kill(os.getpid(), signal.SIGTERM)
print("drains", ending.asked, flush=True)
"""


def test_one_whose_parent_is_gone_does_not_drain() -> None:
    ran = subprocess.run([sys.executable, "-c", ORPHAN], check=True, timeout=60, capture_output=True, text=True)
    assert ran.stdout == ""
