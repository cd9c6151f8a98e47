"""What holds for the R image: packages load, find their system libraries, and do their work for any uid."""

import pytest

from airflow_k8s.images.catalogue import load
from airflow_k8s.paths import ROOT
from tests.images.conftest import Running


def packages() -> list[str]:
    lines = (ROOT / "images" / "r-data" / "packages.txt").read_text().splitlines()
    return [line for line in lines if not line.startswith("#")]


def rscript(running: Running, script: str) -> str:
    return running.run("Rscript", "-e", script)


def test_every_package_that_is_wished_for_loads(running: Running) -> None:
    load_all = "for (p in commandArgs(TRUE)) suppressPackageStartupMessages(loadNamespace(p))"
    running.run("Rscript", "-e", load_all, *packages())


def test_every_shared_library_finds_what_it_is_linked_to(running: Running) -> None:
    find = "find /usr/lib/R -name '*.so' | sort"
    assert len(running.run("sh", "-c", find).splitlines()) > 100
    assert running.run("sh", "-c", f"{find} | xargs ldd | grep 'not found' || true") == ""


def test_it_has_the_catalogues_release(running: Running) -> None:
    found = rscript(running, "cat(as.character(getRversion()))")
    assert found.startswith(load().images["r-data"].releases["r"] + ".")


def test_linear_algebra_is_openblas(running: Running) -> None:
    assert "openblas" in rscript(running, "cat(extSoftVersion()[['BLAS']])")


@pytest.mark.parametrize(
    "script",
    [
        "library(tidyverse); stopifnot(nrow(tibble(x = 1:3) |> filter(x > 1)) == 2)",
        "library(data.table); stopifnot(data.table(x = 1:3)[x > 1, .N] == 2)",
        "library(DBI); d <- dbConnect(RSQLite::SQLite()); stopifnot(dbGetQuery(d, 'select 1 a')$a == 1)",
        "library(lme4); fixef(lmer(Reaction ~ Days + (Days | Subject), sleepstudy))",
        "library(glmnet); coef(glmnet(as.matrix(mtcars[-1]), mtcars$mpg), s = 1)",
        "library(jsonlite); stopifnot(fromJSON(toJSON(list(a = 1)))$a == 1)",
        "library(lubridate); stopifnot(month(ymd('2026-02-03')) == 2)",
        "library(readxl); writexl::write_xlsx(mtcars, '/tmp/x.xlsx'); stopifnot(nrow(read_xlsx('/tmp/x.xlsx')) == 32)",
        "library(ggplot2); ggsave('/tmp/x.png', ggplot(mtcars, aes(wt, mpg)) + geom_point())",
        "library(optparse); parse_args(OptionParser(), character())",
        "library(rmarkdown); writeLines('# Ä `r 1+1`', '/tmp/x.Rmd'); render('/tmp/x.Rmd', quiet = TRUE)",
        "library(httr2); request('http://localhost') |> req_headers(a = 'b')",
        "library(yaml); stopifnot(yaml.load('a: 1')$a == 1)",
        "library(survival); coxph(Surv(time, status) ~ age, lung)",
    ],
    ids=lambda script: script.removeprefix("library(").split(")")[0],
)
def test_a_package_does_its_work(running: Running, script: str) -> None:
    rscript(running, script)


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
