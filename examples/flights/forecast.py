"""A small model of "will this flight arrive late?", and an honest account of how good it is.

scikit-learn is imported where it is used: it takes a second, and most tasks do without.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from features import CATEGORIES, FEATURES, NUMBERS

LEARNERS = ("boosting", "logistic")
RESAMPLES = 1_000


def fit(train: pd.DataFrame, learner: str, seed: int) -> Any:
    """A fitted scikit-learn classifier on the FEATURES of `train`; missing values need no filling before."""
    from threadpoolctl import threadpool_limits

    model = _boosting(seed) if learner == "boosting" else _logistic()
    # A task has one core by default. Threads that wait for each other on a busy machine burn ten times the time.
    with threadpool_limits(limits=1):
        return model.fit(train[FEATURES], train["late"])


def predict(model: Any, table: pd.DataFrame) -> pd.DataFrame:
    """`day`, `late` and the model's probability `risk` that each flight of `table` is late."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        risk = model.predict_proba(table[FEATURES])[:, 1]
    return table[["day", "late"]].assign(risk=risk)


def baselines(train: pd.DataFrame, test: pd.DataFrame) -> dict[str, pd.Series]:
    """What a person would say without a model, as a risk for each row of `test`.

    `hour`: how often flights of that hour were late in `train`. `recent_delay`: how late the airport runs
    right now, as minutes, which only rank. Rows without a value get the middle one of `train`.
    """
    by_hour = train.groupby("hour")["late"].mean()
    return {
        "hour": test["hour"].map(by_hour).fillna(train["late"].mean()),
        "recent_delay": test["recent_delay"].fillna(train["recent_delay"].median()),
    }


def score(
    predicted: pd.DataFrame,
    baseline: dict[str, pd.Series],
    usual_share: float,
    seed: int,
    progress: Callable[[int, int], object] | None = None,
) -> dict[str, float]:
    """ROC AUC of the model and of each baseline, the model's gain over the best one, and Brier scores.

    `auc_low`..`auc_high` and `gain_low`..`gain_high` are 95% intervals over RESAMPLES resamples of whole
    days, because the flights of a day share their luck. `usual_brier` is the score of always saying
    `usual_share`, the share of late flights in the training days.
    """
    from sklearn.metrics import brier_score_loss, roc_auc_score

    late = predicted["late"]
    aucs = {name: float(roc_auc_score(late, risk)) for name, risk in baseline.items()}
    best = max(aucs, key=lambda name: aucs[name])
    auc = float(roc_auc_score(late, predicted["risk"]))
    drawn = _resample_days(predicted, baseline[best], seed, progress)
    auc_low, auc_high = np.quantile(drawn["auc"], [0.025, 0.975])
    gain_low, gain_high = np.quantile(drawn["gain"], [0.025, 0.975])
    return {
        "auc": auc,
        "auc_low": float(auc_low),
        "auc_high": float(auc_high),
        **{f"{name}_auc": value for name, value in aucs.items()},
        "gain": auc - aucs[best],
        "gain_low": float(gain_low),
        "gain_high": float(gain_high),
        "brier": float(brier_score_loss(late, predicted["risk"])),
        "usual_brier": float(brier_score_loss(late, np.full(len(late), usual_share))),
        "late_share": float(late.mean()),
    }


def risk_tenths(predicted: pd.DataFrame) -> pd.DataFrame:
    """Mean predicted risk and true late share of ten equal groups of flights, from safest to riskiest."""
    tenth = (predicted["risk"].rank(method="first", pct=True) * 10).apply(np.ceil).astype("int8")
    groups = predicted.groupby(tenth.rename("tenth"))
    return groups.agg(flights=("late", "size"), risk=("risk", "mean"), late_share=("late", "mean")).reset_index()


def ranker(late: pd.Series, risk: pd.Series) -> Callable[[np.ndarray], float]:
    """A function from whole weights of the rows to the weighted ROC AUC of `risk`; a tie counts half.

    It sorts once, so that a thousand resamples cost what ten calls of scikit-learn's `roc_auc_score` do.
    It returns NaN where the weights leave late flights only, or none.
    """
    order = np.argsort(risk.to_numpy(), kind="stable")
    ranked = risk.to_numpy()[order]
    ties = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    is_late = late.to_numpy()[order]

    def auc(weights: np.ndarray) -> float:
        drawn = weights[order]
        hits = np.add.reduceat(drawn * is_late, ties)
        misses = np.add.reduceat(drawn * ~is_late, ties)
        pairs = hits.sum() * misses.sum()
        return float((hits * (misses.cumsum() - misses / 2)).sum() / pairs) if pairs else float("nan")

    return auc


def _resample_days(
    predicted: pd.DataFrame, baseline: pd.Series, seed: int, progress: Callable[[int, int], object] | None
) -> pd.DataFrame:
    """AUC and gain over `baseline` in each bootstrap resample of the days."""
    chance = np.random.default_rng(seed)
    day, days = pd.factorize(predicted["day"])
    by_model, by_baseline = ranker(predicted["late"], predicted["risk"]), ranker(predicted["late"], baseline)
    drawn = np.empty((RESAMPLES, 2))
    for turn in range(RESAMPLES):
        times = np.bincount(chance.integers(len(days), size=len(days)), minlength=len(days))[day]
        auc = by_model(times)
        drawn[turn] = auc, auc - by_baseline(times)
        if progress and (turn + 1) % 100 == 0:
            progress(turn + 1, RESAMPLES)
    return pd.DataFrame(drawn, columns=["auc", "gain"]).dropna()


def _boosting(seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    # Small trees and a slow rate: the next months differ from the ones learned, and large trees learn dates.
    return HistGradientBoostingClassifier(
        categorical_features="from_dtype",
        early_stopping=False,
        l2_regularization=1.0,
        learning_rate=0.05,
        max_iter=150,
        max_leaf_nodes=15,
        min_samples_leaf=50,
        random_state=seed,
    )


def _logistic() -> Any:
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    kinds = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=50)
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    return make_pipeline(
        make_column_transformer((kinds, [*CATEGORIES, "hour", "weekday"]), (numbers, NUMBERS)),
        LogisticRegression(max_iter=300),
    )
