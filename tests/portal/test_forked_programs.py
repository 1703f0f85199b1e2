"""A forked program of the tests is what the interpreter would have started, but for the libraries it has loaded."""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

import pytest

from tests import forked_programs
from tests.forked_programs import OWN, can_fork
from tests.services import run

SAY = """
import json, os, sys, __main__
said = {"arguments": sys.argv, "parent": os.getppid(), "given": os.environ.get("GIVEN"), "cwd": os.getcwd(),
        "files": sorted(int(each) for each in os.listdir("/proc/self/fd")), "database": os.environ["DATABASE_URL"],
        "settings": os.environ.get("DJANGO_SETTINGS_MODULE"), "name": __main__.__name__, "modules": list(sys.modules)}
print(json.dumps(said))
"""


def said(*arguments: str, **env: str) -> dict[str, Any]:
    process = run(sys.executable, "-c", SAY, *arguments, database_url="postgres://nobody@/nothing", env=env)
    assert isinstance(process, forked_programs.Forked)
    output, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, "")
    found: dict[str, Any] = json.loads(output)
    return found


def test_it_is_a_child_with_arguments_environment_folder_and_files_of_its_own() -> None:
    found = said("one", "two words", GIVEN="yes")
    assert (found["arguments"], found["given"]) == (["-c", "one", "two words"], "yes")
    assert (found["parent"], found["cwd"], found["name"]) == (os.getpid(), str(forked_programs.ROOT), "__main__")
    assert found["database"] == "postgres://nobody@/nothing"
    # The fourth is the folder it looks into.
    assert len(found["files"]) == 4
    assert said()["given"] is None


def test_it_has_libraries_and_nothing_of_the_portal() -> None:
    loaded = {name.partition(".")[0] for name in said()["modules"]}
    assert {"django", "celery", "psycopg"} <= loaded
    assert loaded & OWN == set()
    assert "pytest" not in loaded


@pytest.mark.parametrize(
    ("code", "status", "last"),
    [
        ("import sys; sys.exit(3)", 3, ""),
        ("import sys; sys.exit('no')", 1, "no"),
        ("1 / 0", 1, "ZeroDivisionError: division by zero"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM, ""),
        ("import atexit, sys; atexit.register(lambda: print('bye', file=sys.stderr))", 0, "bye"),
    ],
)
def test_it_ends_as_programs_do(code: str, status: int, last: str) -> None:
    process = run(sys.executable, "-c", code, database_url="")
    _output, errors = process.communicate(timeout=120)
    assert (process.returncode, errors.strip().rpartition("\n")[2]) == (status, last)


def test_it_is_killed_and_waited_for_as_any_child() -> None:
    process = run(sys.executable, "-c", "import time; print('here', flush=True); time.sleep(600)", database_url="")
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    assert process.poll() is None
    process.kill()
    assert process.wait(60) == -signal.SIGKILL


def test_other_programs_and_flags_of_the_interpreter_are_not_forked() -> None:
    assert can_fork([sys.executable, "-m", "celery"])
    assert can_fork([sys.executable, "manage.py", "check"])
    assert not can_fork([sys.executable, "-E", "manage.py"])
    assert not can_fork(["/bin/sh", "-c", "true"])
