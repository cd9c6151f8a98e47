"""What is made of a build that failed."""

import pytest

from airflow_k8s.images import failure
from airflow_k8s.images.failure import Step

DOCKERFILE = """\
# syntax comments go
ARG PARENT
FROM ${TOOLS} AS tools

FROM tools AS package
COPY src /src
WORKDIR /src
RUN make \\
 # why
 && make install

FROM scratch AS lists
COPY debian.txt /

FROM --platform=linux/amd64 ${PARENT}
ARG LOCKED
USER 0
RUN --mount=type=bind,from=tools,source=/opt/tools,target=/run/tools \\
    --mount=type=bind,from=lists,target=/run/image \\
    --mount=type=bind,source=trim.txt,target=/run/trim.txt \\
    --mount=type=cache,id=apt,target=/run/cache,sharing=locked \\
    --mount=type=secret,id=ca \\
    install-locked debian \\
 && true
ENV A=b
RUN second
"""

ENDS = {
    "a stage on an image": (Step("tools", 1), "", "FROM ${TOOLS} AS tools"),
    "a stage on a stage, whose FROM does not count": (Step("package", 1), "FROM tools AS package", "COPY src /src"),
    "a WORKDIR counts": (Step("package", 3), "WORKDIR /src", "RUN make \\\n && make install"),
    "a stage on nothing": (Step("lists", 1), "FROM scratch AS lists", "COPY debian.txt /"),
    "a stage without a name": (
        Step("stage-3", 2),
        "COPY --from=tools /opt/tools /run/tools\nCOPY --from=lists . /run/image\nCOPY trim.txt /run/trim.txt",
        "RUN install-locked debian \\\n && true",
    ),
    "what is set counts not": (Step("stage-3", 3), "ENV A=b", "RUN second"),
}


@pytest.mark.parametrize(("step", "last", "failed"), ENDS.values(), ids=ENDS)
def test_a_dockerfile_ends_right_before_a_step(step: Step, last: str, failed: str) -> None:
    kept, command = failure.before(DOCKERFILE, step)
    assert kept.rstrip("\n").endswith(last)
    assert command == failed


def test_a_step_that_is_not_there_is_told() -> None:
    with pytest.raises(ValueError, match="no step 9 in stage 'tools'"):
        failure.before(DOCKERFILE, Step("tools", 9))


LABELS = {
    " > [2/4] RUN false:": Step("", 2),
    " > [package 4/4] RUN false:": Step("package", 4),
    " > [stage-3 2/2] COPY nothere /:": Step("stage-3", 2),
    " > [linux/arm64 tools 10/12] RUN false:": Step("tools", 10),
    " > [linux/arm64 3/3] RUN false:": Step("", 3),
    " > [internal] load metadata for localhost:1/no-such:parent:": None,
    " > exporting to image:": None,
}


@pytest.mark.parametrize(("label", "step"), LABELS.items())
def test_the_failed_step_is_read_from_the_log(label: str, step: Step | None) -> None:
    assert failure.failed_step(f"#1 DONE\n------\n{label}\n0.1 said\n------\nERROR: failed\n") == step


def test_of_a_long_step_the_last_lines_are_shown() -> None:
    said = "\n".join(f"0.1 line {number}" for number in range(100))
    shown = failure.excerpt(f"#1\n------\n > [2/2] RUN x:\n{said}\n------\nERROR").splitlines()
    assert shown[0] == "  | > [2/2] RUN x:"
    assert shown[-1] == "  | 0.1 line 99"
    assert len(shown) == 1 + failure.LINES


def test_of_a_silent_step_the_end_of_the_log_is_shown() -> None:
    log = '#1\n------\n > [2/2] COPY nothere /:\n------\nERROR: failed to solve: "/nothere" not found\n'
    assert failure.excerpt(log).splitlines()[1] == '  | ERROR: failed to solve: "/nothere" not found'


def test_a_log_without_a_failed_step_has_no_excerpt() -> None:
    assert failure.excerpt("#1 DONE\nERROR: the engine went away\n") == ""


def remedy(label: str, **options: bool) -> str:
    return failure.remedy("r-data", f"#1\n------\n > {label}\n------\nERROR: failed\n", **options)


def test_a_remedy_offers_a_shell_only_where_there_can_be_one() -> None:
    assert "images shell r-data` opens a shell" in remedy("[2/2] RUN false:")
    assert "shell" not in remedy("exporting to image:")
    assert "shell" not in remedy("[2/2] RUN false:", shell=False)


def test_a_full_disk_is_called_so() -> None:
    assert remedy("[2/2] RUN x:\n0.1 write error: No space left on device").startswith("The disk is full: free it")
