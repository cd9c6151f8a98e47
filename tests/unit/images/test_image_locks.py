"""Locks: what is checked in keeps its promises, and what breaks one is named."""

import pytest

from airflow_k8s.errors import UserError
from airflow_k8s.images.catalogue import Catalogue, airflow_version, load, parse
from airflow_k8s.images.lock import Checkout, problems, python_release, refuse_unlocked
from airflow_k8s.images.lock.downgrade import behind, consents, far_older, to_blame
from airflow_k8s.images.lock.renew import refuse_moves
from airflow_k8s.images.lock.texts import debian_versions, pins, requirement

HASH = " \\\n    --hash=sha256:0\n"
HEAD = "# Debian trixie, lists of 2026-11-20T08:15Z. Written by `airflow-k8s images lock`.\n"
IMAGE = {"purpose": "p", "owner": "o", "budget": {"size": 1}}
FILES = {
    "base/requirements.in": "pandas>=2  # tables\n",
    "base/requirements.txt": f"apache-airflow==3.3.2{HASH}pandas==3.1{HASH}",
    "base/debian.in": "python${PYTHON_RELEASE}\n",
    "base/debian.txt": f"{HEAD}python3.13=3.13.5-2\n",
    "geo/requirements.in": "geopandas\npandas\n",
    "geo/requirements.txt": f"geopandas==1.1{HASH}",
    "geo/r.in": "sf\n",
    "geo/debian.txt": f"{HEAD}r-cran-sf=1.0-19-1 [amd64]\nr-cran-sf=1.0-19-1+b1 [arm64]\n",
    "geo/environments/old.in": "pandas<2\n",
    "geo/environments/old.txt": f"pandas==1.5{HASH}",
}
"""A checkout in which nothing is wrong."""


def catalogue() -> Catalogue:
    base = {**IMAGE, "releases": {"python": "3.13"}}
    geo = {**IMAGE, "parent": "base", "environments": {"old": "a model of 2023"}}
    return parse({"debian": "trixie", "images": {"base": base, "geo": geo}})


def checkout(tmp_path, **changes: str) -> Checkout:
    for path, text in {**FILES, **changes}.items():
        file = tmp_path / "images" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return Checkout(catalogue(), "3.3.2", tmp_path)


def test_what_is_checked_in_is_in_order() -> None:
    assert problems(Checkout(load(), airflow_version())) == []


def test_locks_are_for_the_catalogues_python() -> None:
    assert python_release(load()) == "3.13"


def test_a_checkout_in_order_has_no_problems(tmp_path) -> None:
    assert problems(checkout(tmp_path)) == []


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("geo/requirements.in", "shapely\n", "wants `shapely`, which is not locked"),
        ("geo/requirements.in", "geopandas>=2\n", "wants `geopandas>=2`, and 1.1 is locked"),
        ("geo/requirements.in", "pandas<3\n", "wants `pandas<3`, and 3.1 is locked"),
        ("geo/requirements.txt", f"geopandas==1.1{HASH}pandas==3.0{HASH}", "repeats pandas, which base has"),
        ("geo/requirements.txt", f"geopandas==1.1{HASH}geopandas==1.1{HASH}", "has geopandas==1.1 twice"),
        ("geo/requirements.txt", "geopandas==1.1\n", "`geopandas==1.1` is no pin with hashes"),
        ("geo/requirements.txt", f"geopandas==1.1{HASH}pyproj @ https://host/x.whl{HASH}", "is no pin with hashes"),
        ("base/requirements.txt", f"apache-airflow==3.3.1{HASH}pandas==3.1{HASH}", "locks Airflow 3.3.1, not 3.3.2"),
        ("geo/environments/old.in", "pandas<2\ndask\n", "old.in wants `dask`, which is not locked"),
        ("geo/environments/old.in", "", "old.in is missing: the catalogue declares the environment"),
        ("geo/environments/old.txt", f"pandas==1.5{HASH}apache-airflow==2{HASH}", "holds Airflow"),
        ("base/debian.in", "python${PYTHON_RELEASE}=3.14*\n", "wants `python${PYTHON_RELEASE}=3.14*` of Debian"),
        ("geo/r.in", "sf\nterra\n", "images/geo wants `terra` of Debian, which is not locked"),
        ("geo/debian.txt", f"{HEAD}r-cran-sf=1 [amd64]\n", "images/geo wants `sf` of Debian, which is not locked"),
        ("geo/debian.txt", f"{HEAD}r-cran-sf=1\nr-cran-sf=2\n", "has r-cran-sf twice"),
        ("geo/debian.txt", f"{HEAD}r-cran-sf=1\npython3.13=4\n", "repeats python3.13, which base has"),
        ("geo/debian.txt", f"{HEAD}r-cran-sf=1\nr-cran-dbi\n", "`r-cran-dbi` is no package with its version"),
        ("geo/debian.txt", "r-cran-sf=1\n", "does not say in its first line of when Debian's lists were"),
    ],
)
def test_what_breaks_a_promise_is_named(tmp_path, path: str, text: str, said: str) -> None:
    (sentence,) = problems(checkout(tmp_path, **{path: text}))
    assert said in sentence


def test_a_wish_that_is_not_locked_is_not_built_silently_without_it(tmp_path) -> None:
    wished = checkout(tmp_path, **{"geo/requirements.in": "geopandas\nshapely\n"})
    refuse_unlocked(wished, ("base",))
    with pytest.raises(UserError, match=r"wants `shapely`, which is not locked.*Run `airflow-k8s images lock`"):
        refuse_unlocked(wished, ("base", "geo"))


def test_images_without_python_need_no_release_of_it(tmp_path) -> None:
    plain = parse({"debian": "trixie", "images": {"plain": IMAGE}})
    assert problems(Checkout(plain, "3.3.2", tmp_path)) == []


@pytest.mark.parametrize(
    ("got", "alone", "far"),
    [
        ("3.17.2", "3.17.2", False),
        ("3.18.0", "3.17.2", False),
        ("3.16.0", "3.17.2", False),
        ("1.27.0", "3.17.2", True),
        ("0.0.8", "3.17.1", True),
        ("4.8.1", "5.2.0", True),
        ("0.228.4", "0.236.4", True),
        ("0.236.1", "0.236.4", False),
        ("0.0.3", "0.0.4", True),
        ("2.0.0rc9", "1.12.6", True),
        ("2.0.0rc9", "2.0.0rc10", False),
        ("1.12.6", "2.0.0rc9", True),
        ("2025.12", "2026.1", True),
        ("2026.1", "1!1.0", True),
    ],
)
def test_far_older_is_what_nobody_meant(got: str, alone: str, far: bool) -> None:
    assert far_older(got, alone) is far


def test_what_is_not_older_is_not_behind() -> None:
    assert not behind("3.18.0", "3.17.2")


@pytest.mark.parametrize(
    ("wish", "consent"),
    [
        ("a", False),
        ("a>=1", False),
        ("a!=2", False),
        ("a<2", True),
        ("a~=1.4", True),
        ("a==1.*", True),
        ("a>1,<=3", True),
    ],
)
def test_an_upper_bound_is_consent(wish: str, consent: bool) -> None:
    assert consents(requirement(wish, "x.in")) is consent


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Because mlflow==3.17.2 depends on pyarrow>=4,<26 and pyarrow==26.0.1, we can conclude", "pyarrow>=4,<26"),
        ("depends on one of:\n   pyarrow>=3,<4\n   pyarrow>5,<26\n and pyarrow==26.0.1, we", "pyarrow>5,<26"),
        ("all versions of x depend on pyarrow==26.0.1, we", ""),
    ],
)
def test_the_pin_to_blame_is_read_from_what_uv_says(said: str, wanted: str) -> None:
    (blame,) = to_blame(said, {"base": {"numpy": "2"}, "python-data": {"pyarrow": "26.0.1"}})
    assert (blame.package, blame.image, blame.wanted) == ("pyarrow", "python-data", wanted)


def test_a_pin_that_is_not_named_is_not_to_blame() -> None:
    assert to_blame("pyarrow-hotfix==26.0.1 and pyarrow==25", {"base": {"pyarrow": "26.0.1"}}) == ()


def test_extras_and_markers_are_no_part_of_a_pins_name() -> None:
    assert pins(f"a[x,y]==1{HASH}B_c==2 ; python_version < '4'{HASH}") == {"a": "1", "b-c": "2"}


def test_a_child_that_moves_a_parents_debian_package_is_refused_with_both_versions() -> None:
    with pytest.raises(UserError, match=r"geo would move Debian packages of base: libc6 \(1 → 2\).*images lock base"):
        refuse_moves("geo", {"base": debian_versions("libc6=1\n")}, debian_versions("libc6=2\nr-base=4\n"))


def test_an_option_among_the_wishes_is_refused() -> None:
    with pytest.raises(UserError, match=r"x.in: `-r other.in` is no wish"):
        requirement("-r other.in", "x.in")


def test_an_unknown_image_is_refused_with_the_near_match(tmp_path) -> None:
    from airflow_k8s.images.lock import renew

    with pytest.raises(UserError, match=r"no image `goe`.*Did you mean `geo`"):
        renew(checkout(tmp_path), ("goe",))


def test_an_unknown_build_argument_is_refused_with_the_known_ones(tmp_path) -> None:
    broken = checkout(tmp_path, **{"base/debian.in": "python${PYHTON_RELEASE}\n"})
    with pytest.raises(UserError, match=r"images/base/debian.in names 'PYHTON_RELEASE'.*VERSION, PYTHON_RELEASE"):
        broken.debian_wishes("base")
