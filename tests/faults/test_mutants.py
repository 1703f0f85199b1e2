"""The proofs are proofs: with each broken version of `mutants`, in a copy of the checkout, its named test fails."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.testing import KEPT
from tests import forked_programs
from tests.faults.mutants import MUTANTS
from tests.services import ROOT, end

# What neither the code nor its tests need: what was installed, and what tests and tools leave.
LEFT_OUT = shutil.ignore_patterns(".*", "node_modules", "var", "docs", "staticfiles", "__pycache__")
ONE_TEST_FAILED = 1
"""pytest's exit status; it has others for tests that are not found and modules that cannot be loaded."""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy without history that shares the migrated database, which nobody writes to."""
    folder = tmp_path_factory.mktemp("mutants") / "checkout"
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
    (folder / "var").mkdir()
    KEPT.mkdir(parents=True, exist_ok=True)
    (folder / "var" / "tests").symlink_to(KEPT)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_version_makes_its_test_fail(checkout: Path, name: str) -> None:
    mutant = MUTANTS[name]
    original = (checkout / mutant.file).read_bytes()
    mutant.apply(checkout)
    try:
        done = outcome_of(checkout, mutant.test)
    finally:
        (checkout / mutant.file).write_bytes(original)

    assert done.returncode == ONE_TEST_FAILED, done.stdout + done.stderr
    assert f"FAILED {mutant.test}" in done.stdout, done.stdout + done.stderr


def outcome_of(checkout: Path, test: str) -> subprocess.CompletedProcess[str]:
    """pytest's run of this one test in the copy, with services of its own."""
    ours = ("PYTEST_", "COV_", "PORTAL_", "TEST_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    command = (sys.executable, "-m", "pytest", "-n0", "-x", "-p", "no:cacheprovider", "--tb=line", test)
    settings: dict[str, Any] = {"cwd": checkout, "env": env, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    start = forked_programs.Forked if forked_programs.can_fork(command) else subprocess.Popen
    process = start(command, text=True, **settings)
    try:
        output, errors = process.communicate(timeout=400)
    finally:
        end(process)
    return subprocess.CompletedProcess(command, process.returncode, output, errors)
