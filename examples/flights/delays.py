"""What happened: a clean table of departures, and delay statistics with their uncertainty."""

import numpy as np
import pandas as pd

SCHEDULE_KEY = ["carrier", "flight", "origin", "time_hour", "minute"]
Z_95 = 1.96  # standard normal quantile of a two-sided 95% interval


def clean_flights(flights: pd.DataFrame, late_minutes: int) -> pd.DataFrame:
    """One row a scheduled departure, with what became of it.

    `departs` is the scheduled time in UTC. `status` is "arrived", "diverted" (left, but no arrival at the
    planned airport) or "cancelled" (never left). `late` is missing unless the flight arrived: a cancelled
    flight is neither late nor in time, and counting it as either would bend every rate.
    """
    table = flights.drop_duplicates(SCHEDULE_KEY, ignore_index=True)
    arrived, left = table["arr_delay"].notna(), table["dep_delay"].notna()
    status = np.select([arrived, left], ["arrived", "diverted"], "cancelled")
    return table.assign(
        departs=table["time_hour"] + pd.to_timedelta(table["minute"], unit="min"),
        status=pd.Series(status, index=table.index, dtype="str"),
        late=(table["arr_delay"] >= late_minutes).astype("boolean").mask(~arrived),
    )


def delay_rates(departures: pd.DataFrame, by: str) -> pd.DataFrame:
    """Counts, rates and quantiles for each value of column `by`, most flights first.

    Rates are shares from 0 to 1: of all scheduled flights for `cancelled_share`, of arrived flights for
    `late_share`, whose 95% interval is `late_low` to `late_high`. Delays are minutes.
    """
    marked = departures.assign(cancelled=departures["status"] == "cancelled")
    groups = marked.groupby(by)
    table = groups.agg(
        flights=("status", "size"),
        arrived=("late", "count"),
        cancelled_share=("cancelled", "mean"),
        late_share=("late", "mean"),
        median_delay=("arr_delay", "median"),
    )
    table["late_share"] = table["late_share"].astype("float64")
    table["worst_tenth"] = groups["arr_delay"].quantile(0.9)
    table["late_low"], table["late_high"] = wilson_interval(table["late_share"], table["arrived"])
    return table.sort_values("flights", ascending=False, kind="stable").reset_index()


def expected_late_share(departures: pd.DataFrame, by: str) -> pd.Series:
    """The late share that each group would have if its flights were as punctual as all their neighbours.

    Neighbours left the same airport in the same month and hour. This is indirect standardisation: it tells
    an airline that flies at bad hours from one that is late by itself. The result is indexed by `by`.
    """
    arrived = departures[departures["status"] == "arrived"]
    usual = arrived.groupby(["origin", "month", "hour"])["late"].transform("mean")
    return usual.astype("float64").groupby(arrived[by]).mean()


def wilson_interval(share: pd.Series, count: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The 95% interval of a share seen in `count` trials; honest for small counts and extreme shares.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
    """
    weight = Z_95**2 / count
    centre = (share + weight / 2) / (1 + weight)
    reach = Z_95 / (1 + weight) * np.sqrt(share * (1 - share) / count + weight / count / 4)
    return centre - reach, centre + reach
