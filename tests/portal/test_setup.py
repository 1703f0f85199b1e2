"""Setting the checkout up never touches what lies elsewhere."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_an_environment_that_is_a_link_is_refused_and_what_it_points_to_stays(tmp_path: Path) -> None:
    checkout, others = tmp_path / "checkout", tmp_path / "others"
    (checkout / "portal").mkdir(parents=True)
    for name in ("__init__.py", "setup.py", "children.py"):
        shutil.copy(ROOT / "portal" / name, checkout / "portal")
    others.mkdir()
    (others / "precious").write_text("kept")
    (checkout / ".venv").symlink_to(others)
    done = subprocess.run(
        [sys.executable, "-m", "portal.setup", "run"], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == (
        f"set-up: .venv is a link to {others}: remove the link, and a folder is made in its place.\n"
    )
    assert [each.name for each in others.iterdir()] == ["precious"]
