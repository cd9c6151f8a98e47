"""Sign-in by OpenID Connect: what Airflow's FAB takes from a provider. The chart's webserver_config.py leads here."""
