"""What others can check: an image's bill of materials, its provenance, its signature, and its known vulnerabilities."""
