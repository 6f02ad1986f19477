"""The data of the projects: made here, the same every time."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent


def make_project(name: str, folder: Path, *, rows: int = 300) -> Path:
    """A copy of a project in `folder`, with its data; its path. `rows`: shuttles of spaceflights."""
    project = folder / name
    shutil.copytree(HERE / name, project, ignore=shutil.ignore_patterns("__pycache__", "data", ".penstock"))
    (project / "conf/local").mkdir(exist_ok=True)
    if name == "spaceflights":
        _spaceflights(project / "data/01_raw", rows)
    elif name == "spaces":
        _spaces(project / "data/01_raw")
    return project


def _spaceflights(raw: Path, rows: int) -> None:
    raw.mkdir(parents=True)
    chance = random.Random(1)
    companies = [
        {
            "id": at,
            "company_rating": f"{chance.randint(40, 100)}%" if chance.random() > 0.1 else None,
            "company_location": chance.choice(["Niue", "Anguilla", "Malta", "Palau"]),
            "total_fleet_count": float(chance.randint(1, 9)),
            "iata_approved": chance.choice("tf"),
        }
        for at in range(max(rows // 5, 10))
    ]
    shuttles = [
        {
            "id": 1000 + at,
            "shuttle_location": chance.choice(["Niue", "Malta"]),
            "shuttle_type": chance.choice(["Type V5", "Type F5", "Type G2"]),
            "engine_type": chance.choice(["Quantum", "Plasma"]),
            "engine_vendor": chance.choice(["ThetaBase Services", "Banks, Wood and Phillips"]),
            "engines": float(chance.randint(1, 6)),
            "passenger_capacity": chance.randint(1, 12),
            "cancellation_policy": chance.choice(["strict", "moderate", "flexible"]),
            "crew": float(chance.randint(1, 5)),
            "d_check_complete": chance.choice("tf"),
            "moon_clearance_complete": chance.choice("tf"),
            "price": f"${chance.randint(1000, 9000):,}.0",
            "company_id": chance.randrange(len(companies)),
        }
        for at in range(rows)
    ]
    reviews = [
        {
            "shuttle_id": shuttle["id"],
            "review_scores_rating": float(chance.randint(60, 100)) if chance.random() > 0.1 else None,
            "review_scores_comfort": float(chance.randint(5, 10)),
            "number_of_reviews": chance.randint(0, 200),
        }
        for shuttle in shuttles
    ]
    pd.DataFrame(companies).to_csv(raw / "companies.csv", index=False)
    pd.DataFrame(reviews).to_csv(raw / "reviews.csv", index=False)
    pd.DataFrame(shuttles).to_excel(raw / "shuttles.xlsx", index=False)


def _spaces(raw: Path) -> None:
    raw.mkdir(parents=True)
    for place, area in enumerate(("europe_north", "europe_south", "asia_east")):
        chance = random.Random(place)
        orders = [{"order": at, "pieces": chance.randint(1, 50)} for at in range(40)]
        pd.DataFrame(orders).to_csv(raw / f"{area}_orders.csv", index=False)
