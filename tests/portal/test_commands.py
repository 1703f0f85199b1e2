"""Commands tell in one line what is in their way."""

from __future__ import annotations

import pytest

from tests.services import run_manage


@pytest.mark.parametrize(
    "command",
    [
        ["close_period", "topseller", "2026Q3"],
        ["import_sellout", "README.md", "--vendor", "lenovo", "--distributor", "allnet", "--json"],
    ],
)
def test_without_a_database_a_command_ends_with_one_line(command: list[str]) -> None:
    process = run_manage(*command, database_url="postgres://portal@127.0.0.1:1/portal")
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert output == ""
    (line,) = errors.strip().splitlines()
    assert line.startswith("The database is not to be reached: ")
