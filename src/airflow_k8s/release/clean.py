"""Delete rows about what ran long ago: what the CronJob of ``cleanup.database`` runs."""

import argparse
import subprocess
import sys
from datetime import UTC, datetime, timedelta

BATCH = 10_000
"""Rows in a transaction: locks stay short while the platform runs."""


def words(days: int, now: datetime) -> list[str]:
    """Airflow's own command for it; the last run of each DAG stays, so that its schedule goes on.

    Args:
        days: for how long rows stay.
        now: the time.

    Example:
        >>> words(90, datetime(2026, 4, 1, tzinfo=UTC))[3]
        '--clean-before-timestamp=2026-01-01T00:00:00+00:00'
    """
    before = (now - timedelta(days=days)).isoformat(timespec="seconds")
    # Without archive: it would keep in another table what is to go.
    options = [f"--clean-before-timestamp={before}", f"--batch-size={BATCH}", "--skip-archive", "--yes"]
    return ["airflow", "db", "clean", *options, "--error-on-cleanup-failure"]


def main() -> None:
    """Run it, and end as it ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, required=True, help="for how long rows stay")
    sys.exit(subprocess.run(words(parser.parse_args().days, datetime.now(UTC)), check=False).returncode)


if __name__ == "__main__":
    main()
