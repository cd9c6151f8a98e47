"""How far the platform carries: what each component takes of a task, what the executor can create, and what follows."""
