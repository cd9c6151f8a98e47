"""What holds for every test: the closing report."""

from airflow_k8s import progress


def pytest_terminal_summary() -> None:
    """Tell where the time went when a run had to build images or a cluster first."""
    if progress.seconds_spent() > 1:
        progress.console.print(progress.where_the_time_went())
