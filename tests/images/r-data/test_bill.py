"""The bill of materials of an image with R names what R can load."""

from tests.images.conftest import Billed, Running, pairs

INSTALLED = 'p <- installed.packages(priority="NA"); cat(paste(p[, "Package"], p[, "Version"]), sep="\n")'


def test_it_names_every_r_package(running: Running, billed: Billed) -> None:
    assert pairs(running.run("Rscript", "-e", INSTALLED).splitlines()) <= billed("cran")
