"""Small and whole: tables, a picture, figures, a condition, notes. Ends well in a second."""

import pandas as pd
from matplotlib.figure import Figure

from penstock import Param, Pipeline, run

orders = Pipeline(
    "orders",
    namespace="shop",
    description="What the shop sold, by country.",
    params={
        "day": Param("date", "2026-03-01", description="The day to look at."),
        "rows": Param("int", 400, min=1, max=100_000, description="Orders to make."),
        "currency": Param("str", "EUR", choices=["EUR", "USD", "JPY"]),
        "share": Param("float", 0.2, min=0, max=1, description="Share of VAT."),
        "publish": Param("bool", True, description="Draw the picture."),
        "countries": Param("list", ["DE", "FR", "JP", "PE"]),
    },
    labels={"team": "data"},
    tags=["daily"],
)


@orders.task(tags=["load"])
def sold(rows: int, day: str, countries: list[str]) -> pd.DataFrame:
    """Orders of one day."""
    run.metric("orders", rows, unit="rows")
    print(f"read {rows} orders of {day}")
    return pd.DataFrame(
        {
            "order": range(rows),
            "country": [countries[i % len(countries)] for i in range(rows)],
            "total": [round(5 + (i * 37 % 400) / 7, 2) for i in range(rows)],
            "gift": [i % 9 == 0 for i in range(rows)],
        }
    )


@orders.task(tags=["clean"])
def paid(sold: pd.DataFrame) -> pd.DataFrame:
    """Orders that are more than a trial."""
    kept = sold[sold["total"] > 6]
    run.metric("kept", len(kept) / len(sold))
    return kept.reset_index(drop=True)


@orders.task
def by_country(paid: pd.DataFrame, share: float) -> pd.DataFrame:
    """Totals of each country, with and without VAT."""
    table = paid.groupby("country", as_index=False)["total"].sum()
    table["net"] = (table["total"] / (1 + share)).round(2)
    return table


@orders.task
def summary(by_country: pd.DataFrame, currency: str) -> dict:
    """The figures that people ask for."""
    return {"currency": currency, "total": round(float(by_country["total"].sum()), 2), "countries": len(by_country)}


@orders.task(when=lambda publish: publish, tags=["publish"])
def picture(by_country: pd.DataFrame) -> Figure:
    """Totals as bars."""
    figure = Figure(figsize=(6, 3))
    axes = figure.subplots()
    axes.bar(by_country["country"], by_country["total"], color="#3b82c4")
    axes.set_ylabel("total")
    return figure


@orders.task(tags=["publish"])
def note(summary: dict) -> str:
    """A line for the mail."""
    return f"Sold for {summary['total']} {summary['currency']} in {summary['countries']} countries."
