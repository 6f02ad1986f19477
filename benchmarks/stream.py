"""`python -m benchmarks.stream`: from a commit to the byte that reaches each of many viewers, and what that costs.

Half of the viewers watch the run whose tasks end, half look at the list of runs. Everything is measured at once: the
viewers are sockets of one thread of this process, the server is a process of its own. Figures go to standard output as
JSON.
"""

from __future__ import annotations

import argparse
import json
import re
import selectors
import socket
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.machine import look
from benchmarks.page.figures import percentile
from benchmarks.page.made import Live, Maker, home_for
from benchmarks.page.serving import Server, serving

#: The target: milliseconds at the 95th percentile, and cores of the server.
LATENCY_MS, CORES = 250.0, 0.5
#: Seconds that the last change is waited for.
PATIENCE = 10.0
#: Seconds without a change, to see what the streams cost at rest.
REST = 3.0
_ID = re.compile(rb"^id: (\d+)$", re.MULTILINE)


def main(arguments: list[str] | None = None) -> int:
    """Exit status 1 when a target was missed."""
    options = parse(arguments)
    with tempfile.TemporaryDirectory(prefix="penstock-stream-") as folder:
        home = home_for(Path(folder))
        maker = Maker(home)
        try:
            live = maker.live(options.changes)
            with serving(home) as server:
                document = measure(server, live, options.viewers, options.changes, options.rate, REST)
        finally:
            maker.close()
    document["machine"] = look(Path(tempfile.gettempdir())).to_json()
    print(json.dumps(document, indent=1))
    reached = document["lost"] == 0 and document["ms_p95"] <= LATENCY_MS and document["server_cores"] <= CORES
    return 0 if reached else 1


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stream", description=__doc__)
    parser.add_argument("--viewers", type=int, default=100)
    parser.add_argument("--changes", type=int, default=400, help="tasks that end, one after the other")
    parser.add_argument("--rate", type=float, default=20.0, help="of them a second")
    return parser.parse_args(arguments)


def measure(server: Server, live: Live, count: int, changes: int, rate: float, rest: float) -> dict[str, Any]:
    """End the tasks of a run before viewers, then look at the server for `rest` seconds in which nothing happens.

    A change counts as lost where a viewer was not told within PATIENCE.
    """
    crowd = Crowd(server, live.id, count)
    try:
        before, begun = server.cpu_seconds(), time.perf_counter()
        committed = []
        for seq in range(changes):
            time.sleep(max(0.0, begun + seq / rate - time.perf_counter()))
            committed.append(live.end_task(seq))
        took = time.perf_counter() - begun
        cores = (server.cpu_seconds() - before) / took
        crowd.wait_for(changes, PATIENCE)
        quiet_before, quiet = server.cpu_seconds(), time.perf_counter()
        time.sleep(rest)
        idle = (server.cpu_seconds() - quiet_before) / (time.perf_counter() - quiet)
    finally:
        crowd.end()
    late = [(seen - at) * 1000 for viewer in crowd.viewers for seen, at in zip(viewer.seen, committed, strict=False)]
    return {
        "viewers": count,
        "changes": changes,
        "rate": round(changes / took, 1),
        "lost": count * changes - len(late),
        "ms_median": round(statistics.median(late), 1),
        "ms_p95": round(percentile(late, 0.95), 1),
        "ms_max": round(max(late), 1),
        "server_cores": round(cores, 3),
        "server_cores_idle": round(idle, 3),
        "server_rss_mb": round(server.process.memory_info().rss / 1e6, 1),
        "bytes_each": sum(viewer.bytes for viewer in crowd.viewers) // count,
    }


@dataclass
class Viewer:
    """One stream. `seen`: when it was told of each change; every change is one event, counted from `first`."""

    connection: socket.socket
    first: int
    seen: list[float] = field(default_factory=list)
    bytes: int = 0
    rest: bytes = b""

    def take(self, content: bytes, now: float) -> None:
        """Whole events count at the moment of their last byte."""
        self.bytes += len(content)
        whole, end, rest = (self.rest + content).rpartition(b"\n\n")
        self.rest = rest if end else self.rest + content
        for number in _ID.findall(whole):
            self.seen += [now] * (int(number) - self.first - len(self.seen))


class Crowd:
    """All viewers, read by one thread."""

    def __init__(self, server: Server, run: str, count: int) -> None:
        self.viewers: list[Viewer] = []
        self._over = threading.Event()
        self._waits = selectors.DefaultSelector()
        for number in range(count):
            viewer = Viewer(*_connect(server, run if number % 2 else None))
            self._waits.register(viewer.connection, selectors.EVENT_READ, viewer)
            self.viewers.append(viewer)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def wait_for(self, changes: int, patience: float) -> None:
        """Return when every viewer was told of all changes, or when time is up."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and any(len(viewer.seen) < changes for viewer in self.viewers):
            time.sleep(0.05)

    def end(self) -> None:
        """Close all."""
        self._over.set()
        self._thread.join()
        self._waits.close()
        for viewer in self.viewers:
            viewer.connection.close()

    def _read(self) -> None:
        while not self._over.is_set():
            for key, _ in self._waits.select(0.1):
                content = key.data.connection.recv(1 << 16)
                if content:
                    key.data.take(content, time.time())
                else:
                    self._waits.unregister(key.fileobj)


def _connect(server: Server, run: str | None) -> tuple[socket.socket, int]:
    """A stream after its snapshot, and the number of that. Raises RuntimeError when it is refused."""
    host, _, port = server.origin.removeprefix("http://").partition(":")
    connection = socket.create_connection((host, int(port)), timeout=PATIENCE)
    query = f"?run={run}" if run else ""
    credentials = f"Host: {host}:{port}\r\nAuthorization: Bearer {server.token}"
    # HTTP/1.0: the body is the events, without the lengths of chunks between them.
    connection.sendall(f"GET /api/v1/stream{query} HTTP/1.0\r\n{credentials}\r\n\r\n".encode())
    head = b""
    while not (b"event: snapshot" in head and head.endswith(b"\n\n")):
        part = connection.recv(1 << 16)
        head += part
        if not part or (b"\r\n" in head and b" 200 " not in head):
            raise RuntimeError(f"the stream answered {head[:200]!r}")
    found = _ID.search(head)
    assert found is not None
    return connection, int(found[1])


if __name__ == "__main__":
    sys.exit(main())
