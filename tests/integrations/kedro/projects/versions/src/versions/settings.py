"""Settings of the project: all as Kedro has them."""
