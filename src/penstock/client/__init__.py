"""Steering runs from Python, through the HTTP API of a `penstock up`.

    from penstock.client import Client

    client = Client()                                    # of the home at hand
    run = client.runs.start("flights", params={"year": 2013})
    client.runs.pause(run["id"])

All answers are the documents of `docs/http.md`. What the server refuses raises `Refused`, with its code and its cure.
"""

from __future__ import annotations

from penstock.client.door import Door, Refused, Unreachable, at_hand
from penstock.client.runs import Runs, Where

__all__ = ["Client", "Refused", "Unreachable", "Where"]


class Client:
    """Of the `penstock up` at `url` with that `token`; by default of the home at hand (PENSTOCK_HOME, or upward).

    `timeout`: seconds to wait for each answer. Raises NotFound where none runs here, UsageError for what is no address.
    Use from one thread, or make one for each.
    """

    def __init__(self, url: str | None = None, token: str | None = None, *, timeout: float = 30.0) -> None:
        if url is None or token is None:
            found = at_hand(url)
            url, token = url or found.url, token or found.token
        self.runs = Runs(Door(url, token, timeout))
