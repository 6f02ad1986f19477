"""From raw files to one table."""

import logging

import pandas as pd
from kedro.pipeline import Pipeline, node, pipeline

log = logging.getLogger(__name__)


def preprocess_companies(companies: pd.DataFrame) -> pd.DataFrame:
    """Ratings as numbers, approval as a truth value."""
    log.info("cleaning %d companies", len(companies))
    rating = companies["company_rating"].str.removesuffix("%").astype(float) / 100
    return companies.assign(company_rating=rating, iata_approved=companies["iata_approved"] == "t")


def preprocess_shuttles(shuttles: pd.DataFrame) -> pd.DataFrame:
    """Checks as truth values, prices as numbers."""
    price = shuttles["price"].str.replace("[$,]", "", regex=True).astype(float)
    return shuttles.assign(price=price, d_check_complete=shuttles["d_check_complete"] == "t")


def create_model_input_table(shuttles: pd.DataFrame, companies: pd.DataFrame, reviews: pd.DataFrame) -> pd.DataFrame:
    """One row a rated shuttle, with its company."""
    rated = shuttles.merge(reviews, left_on="id", right_on="shuttle_id").drop(columns="id")
    return rated.merge(companies, left_on="company_id", right_on="id").dropna()


def create_pipeline(**_: object) -> Pipeline:
    """The nodes of this part."""
    return pipeline(
        [
            node(preprocess_companies, "companies", "preprocessed_companies", name="preprocess_companies_node"),
            node(preprocess_shuttles, "shuttles", "preprocessed_shuttles", name="preprocess_shuttles_node"),
            node(
                create_model_input_table,
                ["preprocessed_shuttles", "preprocessed_companies", "reviews"],
                "model_input_table",
                name="create_model_input_table_node",
            ),
        ],
        tags="processing",
    )
