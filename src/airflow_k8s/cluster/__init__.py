"""A Kubernetes cluster on this machine: the engine, the tools, the node, the registry beside it."""
