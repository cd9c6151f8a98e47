"""Build, tag, lock and publish the images that ``images/catalogue.yaml`` names."""
