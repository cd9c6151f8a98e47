"""The platform on a cluster, seen from outside: install it, ask it to run something, watch its pods."""
