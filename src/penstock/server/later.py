"""An app that is made while the server answers already."""

from __future__ import annotations

import threading
from asyncio import wrap_future
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from starlette.types import ASGIApp, Receive, Scope, Send

from penstock.server.refusals import NotLoaded

A = TypeVar("A", bound=ASGIApp)


class Later(Generic[A]):
    """The app that `make` gives, made once, in a thread of its own: who asks for it before that waits.

    `begin` is called by who knows the moment, or else by the first request. Where it can't be made, requests are
    refused; `made` tells why.
    """

    def __init__(self, make: Callable[[], A]) -> None:
        self._make = make
        self._first = threading.Lock()
        self.made: Future[A] = Future()

    def begin(self) -> None:
        """Make it, if nobody has begun to. From any thread."""
        # A request that is given up cancels what it waits for, but not what is said to be running.
        if self._first.acquire(blocking=False) and self.made.set_running_or_notify_cancel():
            threading.Thread(target=self._work, name="penstock-later").start()

    def there(self) -> A | None:
        """It, once it is made."""
        return self.made.result() if self.made.done() and self.made.exception() is None else None

    def _work(self) -> None:
        try:
            self.made.set_result(self._make())
        except BaseException as error:
            self.made.set_exception(error)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.begin()
        try:
            app = self.made.result() if self.made.done() else await wrap_future(self.made)
        except Exception as error:
            raise NotLoaded from error
        await app(scope, receive, send)
