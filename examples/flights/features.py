"""What could be known before a flight left: nothing here looks past the moment of the forecast.

The forecast is asked some hours before the full hour in which the flight is to depart (`asked_at`). Known
then: the timetable, the plane that is planned, the last weather report, and the flights that have already
left. Not known, and not used: anything of the flight's own departure, its time in the air, its arrival.
"""

import pandas as pd

CATEGORIES = ["carrier", "origin", "dest"]
TIMETABLE = ["hour", "weekday", "distance", "departures_in_hour"]
PLANE = ["seats", "age"]
WEATHER = ["humid", "wind_speed", "wind_gust", "precip", "pressure", "visib"]
TRAFFIC = ["recent_delay"]
NUMBERS = TIMETABLE + PLANE + WEATHER + TRAFFIC
FEATURES = CATEGORIES + NUMBERS

OLDEST_REPORT = pd.Timedelta("3h")
RECENT = pd.Timedelta("2h")
# A handful of flights leave a day late; beyond two hours their exact delay says nothing more of the queue.
DELAY_RANGE = (-15, 120)


def add_weather(departures: pd.DataFrame, weather: pd.DataFrame, notice_hours: int) -> pd.DataFrame:
    """`departures` with `asked_at` and the last report before it; missing when that is over 3 hours old."""
    asked = departures["time_hour"] - pd.Timedelta(hours=notice_hours)
    return pd.merge_asof(
        departures.assign(asked_at=asked).sort_values("asked_at", kind="stable", ignore_index=True),
        weather.sort_values("seen_at", kind="stable"),
        left_on="asked_at",
        right_on="seen_at",
        by="origin",
        tolerance=OLDEST_REPORT,
        allow_exact_matches=False,
    )


def add_planes(departures: pd.DataFrame, planes: pd.DataFrame) -> pd.DataFrame:
    """`departures` with the plane's `seats` and its `age` in years; missing for planes not in the register."""
    table = departures.merge(planes, on="tailnum", how="left", validate="many_to_one")
    return table.assign(age=table["year"] - table["built"]).drop(columns="built")


def add_recent_delay(table: pd.DataFrame) -> pd.DataFrame:
    """`table` with `recent_delay`: how many minutes late, on average, the airport's flights have been leaving.

    The mean is over the 2 hours up to the last departure before `asked_at`, and missing when that one was
    itself over 2 hours ago. A flight counts from the moment it has left: one that still waits is not seen.
    """
    gone = table.dropna(subset="dep_delay")
    gone = pd.DataFrame(
        {
            "origin": gone["origin"],
            "left_at": gone["departs"] + pd.to_timedelta(gone["dep_delay"], unit="min"),
            "delay": gone["dep_delay"].clip(*DELAY_RANGE),
        }
    ).sort_values("left_at", kind="stable")
    rolled = gone.set_index("left_at").groupby("origin")["delay"].rolling(RECENT).mean()
    recent = rolled.rename("recent_delay").reset_index()
    # Flights that leave in the same minute: the last row's window holds all of them.
    recent = recent.drop_duplicates(["origin", "left_at"], keep="last").sort_values("left_at", kind="stable")
    return pd.merge_asof(
        table.sort_values("asked_at", kind="stable", ignore_index=True),
        recent,
        left_on="asked_at",
        right_on="left_at",
        by="origin",
        tolerance=RECENT,
        allow_exact_matches=False,
    ).drop(columns="left_at")


def build_features(joined: pd.DataFrame) -> pd.DataFrame:
    """The FEATURES, `day` and `late` of every flight that arrived, in order of departure."""
    table = add_recent_delay(joined).assign(
        weekday=lambda rows: rows["day"].dt.day_of_week,
        departures_in_hour=lambda rows: rows.groupby(["origin", "time_hour"])["status"].transform("size"),
    )
    arrived = table[table["status"] == "arrived"].sort_values("departs", kind="stable", ignore_index=True)
    types = dict.fromkeys(CATEGORIES, "category") | dict.fromkeys(NUMBERS, "float32") | {"late": "bool"}
    return arrived[["day", "late", *FEATURES]].astype(types)


def split_by_day(table: pd.DataFrame, test_share: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The earlier days to learn from, and the last days, about `test_share` of the rows, to test on.

    Rows of one day share its weather and its jams, and tomorrow is not known today: a random split would
    flatter the model. Raises ValueError when a side is left without flights or without late ones.
    """
    days = table["day"].sort_values()
    first_test_day = days.iloc[int(len(days) * (1 - test_share))]
    train = table[table["day"] < first_test_day].reset_index(drop=True)
    test = table[table["day"] >= first_test_day].reset_index(drop=True)
    for side, rows in (("train", train), ("test", test)):
        if rows["late"].nunique() < 2:
            raise ValueError(f"{side} has no two kinds of flights in {len(rows)} rows: choose more months")
    return train, test
