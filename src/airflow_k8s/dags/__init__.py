"""The site's DAGs from git: one copy of its repository, which alone has the credentials, and a bundle that reads it."""
