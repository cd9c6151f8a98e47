"""Operators that know the platform's images: for R, SQL and containers, decorators, and a mixin for a team's own."""
