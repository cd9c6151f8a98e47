"""What holds for locks at all times, and needs no network to be seen."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import chain

from airflow_k8s.errors import UserError
from airflow_k8s.images.lock.renew import Checkout
from airflow_k8s.images.lock.texts import ARCHITECTURES, PACKAGE, blocks, debian_versions, lines, name_of, pins

HEAD = re.compile(r"# Debian \w+, lists of \d{4}-\d\d-\d\dT\d\d:\d\dZ\. Written by `airflow-k8s images lock`\.")


def problems(checkout: Checkout, names: tuple[str, ...] = ()) -> list[str]:
    """A sentence for each thing that is wrong with the locks as they stand; none when all is well.

    Every wish is locked, in a version that it allows; every line pins one version with hashes and names no host;
    no package is there twice; a child says nothing about what its parents have; Airflow is the chart's.

    Args:
        checkout: wishes and locks.
        names: images; none means all.
    """
    return list(chain.from_iterable(_image(checkout, name) for name in names or checkout.catalogue.order()))


def refuse_unlocked(checkout: Checkout, names: tuple[str, ...]) -> None:
    """See to it that what would be built is what is wished for: a wish alone moves no tag, and nobody would notice.

    Args:
        checkout: wishes and locks.
        names: the images that would be built.

    Raises:
        UserError: with everything that is wrong.
    """
    if wrong := problems(checkout, names):
        why = "What is built is what is locked, not what is wished for."
        raise UserError(" ".join(wrong), why, "Run `airflow-k8s images lock`.")


def _image(checkout: Checkout, name: str) -> Iterator[str]:
    folder = f"images/{name}"
    above = {one: pins(text) for one, text in checkout.company(name)[1].items()}
    yield from _python(checkout, f"{folder}/requirements", above)
    for environment in checkout.catalogue.images[name].environments:
        path = f"{folder}/environments/{environment}"
        if not checkout.read(f"{path}.in"):
            yield f"{path}.in is missing: the catalogue declares the environment."
        yield from _python(checkout, path, {})
        if "apache-airflow" in pins(checkout.read(f"{path}.txt")):
            yield f"{path}.txt holds Airflow, which an isolated environment is there to be without."
    yield from _airflow(checkout, name)
    yield from _debian(checkout, name)


def _python(checkout: Checkout, path: str, above: dict[str, dict[str, str]]) -> Iterator[str]:
    lock = checkout.read(f"{path}.txt")
    locked = pins(lock)
    everything = {**{name: version for one in above.values() for name, version in one.items()}, **locked}
    for wish in checkout.wishes(f"{path}.in"):
        version = everything.get(name_of(wish.name))
        if version is None:
            yield f"{path}.in wants `{wish}`, which is not locked."
        elif not all(wish.specifier.contains(one, prereleases=True) for one in version.split(" or ")):
            yield f"{path}.in wants `{wish}`, and {version} is locked."
    for block in blocks(lock):
        if not re.match(r"[\w.-]+(\[[\w,.-]+\])?==\S", block) or "--hash=sha256:" not in block or "://" in block:
            yield f"{path}.txt: `{block.splitlines()[0]}` is no pin with hashes."
    yield from _twice(f"{path}.txt", [block.split(" \\")[0] for block in blocks(lock)])
    for parent, versions in above.items():
        yield from (f"{path}.txt repeats {name}, which {parent} has." for name in sorted(locked.keys() & versions))


def _airflow(checkout: Checkout, name: str) -> Iterator[str]:
    airflow, above = checkout.company(name)
    locked = pins(checkout.read(f"images/{name}/requirements.txt"))
    if locked and airflow and not above and locked.get("apache-airflow") != airflow:
        yield f"images/{name}/requirements.txt locks Airflow {locked.get('apache-airflow')}, not {airflow}."


def _debian(checkout: Checkout, name: str) -> Iterator[str]:
    path, line = f"images/{name}/debian.txt", checkout.catalogue.line(name)
    lock = checkout.read(path)
    versions = {one: debian_versions(checkout.read(f"images/{one}/debian.txt")) for one in line}
    for asked, written in checkout.debian_wishes(name).items():
        package, _, bound = asked.partition("=")
        found = next((one[package] for one in versions.values() if package in one), {})
        if any(not fnmatch(found.get(each, ""), bound or "?*") for each in ARCHITECTURES):
            yield f"images/{name} wants `{written}` of Debian, which is not locked."
    if lock and not HEAD.match(lock):
        yield f"{path} does not say in its first line of when Debian's lists were."
    yield from (
        f"{path}: `{line}` is no package with its version." for line in lines(lock) if not PACKAGE.fullmatch(line)
    )
    yield from _twice(path, [re.sub("=[^ ]*", "", line) for line in lines(lock)])
    for parent in line[1:]:
        repeated = sorted(versions[name].keys() & versions[parent])
        yield from (f"{path} repeats {package}, which {parent} has." for package in repeated)


def _twice(path: str, names: list[str]) -> Iterator[str]:
    yield from (f"{path} has {name} twice." for name in sorted({name for name in names if names.count(name) > 1}))
