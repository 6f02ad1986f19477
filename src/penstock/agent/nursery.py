"""The template process as the agent sees it: where workers are forked, and who tells of their ends."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable

from penstock.agent.channel import Channel
from penstock.agent.frames import Message, pack
from penstock.agent.poller import Poller
from penstock.agent.seedling import Seedling


class Nursery:
    """Speaks to one template. `take` gets its messages, `over` is called when it is gone."""

    def __init__(
        self,
        seedling: Seedling,
        poller: Poller,
        take: Callable[[list[Message]], None],
        over: Callable[[], None],
    ) -> None:
        self._channel = Channel(seedling.sock, poller, take, lambda _: over())

    def preload(self, modules: list[str]) -> None:
        """Have libraries imported before the next fork."""
        if modules:
            self._send(["preload", modules], [])

    def fork(self, name: str, marker: str, ends: list[int]) -> None:
        """Have a worker forked that gets these descriptors."""
        self._send(["fork", name, marker], ends)

    def _send(self, message: Message, fds: list[int]) -> None:
        # A frame must not be torn from its descriptors, and the template is never slow for long: wait for room.
        sock = self._channel.sock
        frame = pack([message])
        with contextlib.suppress(OSError):  # that it is gone is told by reading
            sock.setblocking(True)
            sent = socket.send_fds(sock, [frame], fds)
            sock.sendall(frame[sent:])
            sock.setblocking(False)

    def close(self) -> None:
        """Let it end: it kills all workers and what is below them, and goes."""
        self._channel.close()
