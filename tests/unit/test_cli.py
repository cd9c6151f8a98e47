"""The command line: help, and how mistakes end."""

import subprocess
import sys

import pytest
from docker.errors import DockerException

from airflow_k8s import cli
from airflow_k8s.errors import UserError


def run_cli(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from airflow_k8s.cli import main; main()", *arguments],
        text=True,
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("words", [[], ["up"], ["images"], ["images", "build"], ["cluster"], ["cluster", "up"]])
def test_every_command_explains_itself(words: list[str]) -> None:
    done = run_cli(*words, "--help")
    assert done.returncode == 0
    assert "Usage:" in done.stdout


@pytest.mark.parametrize("words", [["imges"], ["up", "--prot", "1"], ["up", "--port", "high"]])
def test_a_wrong_word_ends_with_usage_and_exit_code_2(words: list[str]) -> None:
    done = run_cli(*words)
    assert done.returncode == 2
    assert "Usage:" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("airflow-k8s images bu", ["build"]),
        ("airflow-k8s images build r", ["r-data"]),
        ("airflow-k8s images new geo --from py", ["python-data"]),
    ],
)
def test_a_shell_can_complete_commands_and_images(line: str, offered: list[str]) -> None:
    from click.shell_completion import BashComplete

    *words, begun = line.split()
    completion = BashComplete(cli.commands, {}, words[0], "_AIRFLOW_K8S_COMPLETE")
    assert [item.value for item in completion.get_completions(words[1:], begun)] == offered


def fail_with(error: BaseException):
    def failing(**_: object) -> None:
        raise error

    return failing


def test_a_users_mistake_ends_in_three_sentences(monkeypatch, capsys) -> None:
    monkeypatch.setattr(cli, "commands", fail_with(UserError("It broke.", "A [wire] is loose.", "Fasten it.")))
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert "It broke. A [wire] is loose. Fasten it." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(28, "No space left on device"), "No space left on device"),
        (DockerException("the engine is gone"), "The Docker engine refused something. It said: the engine is gone."),
    ],
)
def test_what_the_machine_refuses_is_told_without_a_traceback(monkeypatch, capsys, error, said: str) -> None:
    monkeypatch.setattr(cli, "commands", fail_with(error))
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert said in capsys.readouterr().out


def test_ctrl_c_says_how_to_go_on(monkeypatch, capsys) -> None:
    monkeypatch.setattr(cli, "commands", fail_with(KeyboardInterrupt()))
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 130
    assert "run the same command again" in capsys.readouterr().out
