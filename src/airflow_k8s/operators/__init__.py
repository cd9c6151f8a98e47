"""Operators that know the platform's images: a mixin for a team's own, and one that runs R scripts."""
