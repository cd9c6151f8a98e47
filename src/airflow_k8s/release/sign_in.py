"""Write the password file of Airflow's simple sign-in.

Airflow opens that file for writing, so a Secret cannot be mounted there.
"""

import json
import os
from pathlib import Path


def main() -> None:
    """Write the one user, admin, with the password from the environment, readable by this user alone."""
    file = Path(os.environ["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])
    file.touch(mode=0o600)
    file.write_text(json.dumps({"admin": os.environ["ADMIN_PASSWORD"]}))


if __name__ == "__main__":
    main()
