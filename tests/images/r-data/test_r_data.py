"""What holds for the R image: packages load, find their system libraries, and do their work for any uid."""

from tests.images.conftest import Running, wanted

from airflow_k8s.images.catalogue import load


def rscript(running: Running, script: str) -> str:
    return running.run("Rscript", "-e", script)


def test_every_package_that_is_wished_for_loads(running: Running) -> None:
    load_all = "for (p in commandArgs(TRUE)) suppressPackageStartupMessages(loadNamespace(p))"
    running.run("Rscript", "-e", load_all, *(wanted(running.name, "r.in") or wanted(running.name, "packages.txt")))


def test_it_has_the_catalogues_release(running: Running) -> None:
    found = rscript(running, "cat(as.character(getRversion()))")
    assert found.startswith(load().images["r-data"].releases["r"] + ".")


def test_linear_algebra_is_openblas(running: Running) -> None:
    assert "openblas" in rscript(running, "cat(extSoftVersion()[['BLAS']])")


def test_r_reads_and_writes_utf_8(running: Running) -> None:
    assert rscript(running, "cat(nchar('grüße'), 'grüße')") == "5 grüße"


def test_an_error_ends_with_an_exit_code(running: Running) -> None:
    said = running.try_to("Rscript", "-e", "stop('no such month')")
    assert said.code == 1
    assert "no such month" in said.output


def test_postgres_can_be_asked(running: Running) -> None:
    script = "DBI::dbConnect(RPostgreSQL::PostgreSQL(), host = '127.0.0.1', dbname = 'x')"
    said = running.try_to("Rscript", "-e", script)
    assert "Connection refused" in said.output


def test_time_zones_are_known_to_r(running: Running) -> None:
    winter = "cat(format(as.POSIXct('2026-01-01 12:00', tz = 'UTC'), tz = 'Asia/Kolkata', usetz = TRUE))"
    assert rscript(running, winter) == "2026-01-01 17:30:00 IST"


def test_time_is_utc_in_r_too(running: Running) -> None:
    assert rscript(running, "cat(Sys.timezone())") == "Etc/UTC"
