"""Locks: what images want (written by hand) becomes what they get (written by machine).

`texts` and `downgrade` decide, without a look at the world; `uv` and `debian` ask the resolvers; `ground` asks what
fits where; `renew` writes locks, `trial` tries additions, and `rules` holds what is checked in to its promises.
"""

from airflow_k8s.images.lock.renew import Checkout, python_release, renew
from airflow_k8s.images.lock.rules import problems, refuse_unlocked
from airflow_k8s.images.lock.trial import Trial, Verdict, attempt

__all__ = ["Checkout", "Trial", "Verdict", "attempt", "problems", "python_release", "refuse_unlocked", "renew"]
