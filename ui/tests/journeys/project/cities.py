"""One task run for each city; one of them is only a warning."""

from penstock import Param, Pipeline, run

cities = Pipeline(
    "cities", namespace="weather", params={"names": Param("list", ["Lima", "Oslo", "Kyiv", "Cairo", "Quito", "Hanoi"])}
)


@cities.task(foreach={"city": "names"}, label="{city}")
def forecast(city: str) -> dict:
    print(f"\x1b[32mforecast\x1b[0m for {city}")
    run.metric("letters", len(city))
    return {"city": city, "degrees": 10 + len(city)}


@cities.task(allow_failure=True)
def rare(forecast: list[dict]) -> dict:
    return next(found for found in forecast if found["degrees"] > 100)


@cities.task
def warmest(forecast: list[dict]) -> str:
    return max(forecast, key=lambda found: found["degrees"])["city"]
