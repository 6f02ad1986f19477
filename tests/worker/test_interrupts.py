"""A signal that comes while a task forks."""

from __future__ import annotations

import signal
import subprocess
import sys

#: The hook is called before ours, while the child still has what its parent made of the signal.
FORKS = """
import os, signal, sys
from penstock.worker import interrupts

os.register_at_fork(after_in_child=lambda: os.kill(os.getpid(), signal.SIGTERM))
interrupts.install()
blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
child = os.fork()
if child == 0:
    os._exit(0)
status = os.waitpid(child, 0)[1]
assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == blocked
print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else "it lives")
"""


def test_a_child_that_has_just_begun_can_be_ended() -> None:
    said = subprocess.run([sys.executable, "-c", FORKS], capture_output=True, text=True, check=True)
    assert said.stdout == f"{signal.SIGTERM:d}\n"


def test_a_child_keeps_the_handler_of_the_task_that_forks_it() -> None:
    own = "interrupts.install()\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)"
    script = FORKS.replace("interrupts.install()", own)
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert said.stdout == "it lives\n"


def test_the_parent_hears_after_a_fork() -> None:
    script = FORKS.replace("after_in_child", "after_in_parent").replace("print(", "print(interrupts._asked, ")
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert said.stdout == "True it lives\n"
