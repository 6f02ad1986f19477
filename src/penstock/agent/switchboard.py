"""How engines reach the agent of `penstock up`: through a pair of sockets that only its processes have.

`up` makes the pair and hands one end to the agent, the other to every engine that it starts. An engine calls by sending
one end of a connection of its own, with the descriptor of its lifeline: so no name in a file system is needed, and
nobody else can call. The agent's end is over when `up` and the engine are gone both.
"""

from __future__ import annotations

import json
import socket
from typing import Final, NamedTuple

from penstock.agent.frames import HEADER, pack

#: Received descriptors must not get to a task's process.
_CLOEXEC: Final = getattr(socket, "MSG_CMSG_CLOEXEC", 0)

#: Seconds that an agent goes on without an engine. On another machine one is taken for dead 15 s after its last beat,
#: of which it makes one every 3 s (store.instances): what it ran must have ended then, or it would run twice at once.
ADOPT: Final = 10.0


class Hello(NamedTuple):
    """What an engine says of itself.

    `rank` is higher for one that was started later; `lifeline` is the name of its lifeline, `spool` the file for
    reports that come when it is gone.
    """

    rank: int
    workers: int
    log_limit: int
    lifeline: str
    spool: str


class Call(NamedTuple):
    """A call that has come: from whom, its connection, the descriptor of its lifeline."""

    hello: Hello
    connection: socket.socket
    lifeline: int


def call(board: socket.socket, hello: Hello, connection: socket.socket, lifeline: int) -> None:
    """Call the agent; it answers on the other end of `connection`. Raises OSError."""
    socket.send_fds(board, [pack([["hello", *hello]])], [connection.fileno(), lifeline])


def answer(board: socket.socket) -> Call | None:
    """The next call, waited for; None when nobody is left who could call."""
    try:
        header, fds, _, _ = socket.recv_fds(board, HEADER, 2, _CLOEXEC)
        body = board.recv(int.from_bytes(header, "big"), socket.MSG_WAITALL) if header else b""
    except OSError:
        return None
    if not body:
        return None
    ((_, *facts),) = json.loads(body)
    connection, lifeline = fds
    made = socket.socket(fileno=connection)
    made.set_inheritable(False)
    return Call(Hello(*facts), made, lifeline)


def is_calling(board: socket.socket) -> bool:
    """Wait until somebody calls, and leave the call where it is; False when nobody is left who could."""
    try:
        return bool(board.recv(1, socket.MSG_PEEK))
    except OSError:
        return False
