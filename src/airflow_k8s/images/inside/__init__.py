"""Scripts that run inside images: each is given to an image's own Python, and imports nothing of this package."""
