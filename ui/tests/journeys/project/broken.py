"""Fails in its second task, after some words; what follows is not run."""

import logging
import time

from penstock import Pipeline, Retry

broken = Pipeline("broken", namespace="shop", description="Shows how a failure looks.", labels={"team": "data"})
log = logging.getLogger("shop.prices")


@broken.task
def prices() -> dict[str, str]:
    return {"apple": "1.20", "pear": "n/a", "plum": "0.40"}


@broken.task(retry=Retry(2, delay="50ms"))
def parsed(prices: dict[str, str]) -> dict[str, float]:
    found = {}
    for name, text in prices.items():
        log.info("reading the price of %s", name)
        time.sleep(0.005)  # lines of one moment have no strip of times
        if text == "n/a":
            log.error("no price for %s: %r", name, text)
        found[name] = float(text)
    return found


@broken.task
def cheapest(parsed: dict[str, float]) -> str:
    return min(parsed, key=parsed.__getitem__)


@broken.task(allow_failure=True)
def archive(prices: dict[str, str]) -> int:
    return len(prices)


@broken.finally_
def tidy() -> None:
    print("put all away")
