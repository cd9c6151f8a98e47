"""The chart's values: which there are, what another chart calls them, and what of Airflow's they may set."""
