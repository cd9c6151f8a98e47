"""The bill of materials of an image names what dpkg names."""

from tests.images.conftest import Billed, Running, pairs

DPKG = ("dpkg-query", "--show", "--showformat", "${db:Status-Abbrev}${Package} ${Version}\n")


def test_it_names_every_debian_package_and_no_other(running: Running, billed: Billed) -> None:
    lines = running.run(*DPKG).splitlines()
    assert billed("deb") == pairs(line.removeprefix("ii ") for line in lines if line.startswith("ii "))
