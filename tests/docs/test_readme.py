"""What README.md and CONTRIBUTING.md point to is there: files, targets, logins, pictures of a size to load quickly."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.utils.translation import override

from portal.demo.accounts import logins

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", "CONTRIBUTING.md", *(str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("docs/*.md")))]
FOLDERS = (
    "common", "deals", "docs", "frontend", "invoices", "locale", "partners", "portal", "programs", "rebates", "sales",
    "templates", "tests", "tiers", "trainings",
)  # fmt: skip
LARGEST_PICTURE = 200_000


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text_of(page))
    missing = [
        target for target in targets if "://" not in target and not (ROOT / page).parent.joinpath(target).exists()
    ]
    assert not missing


@pytest.mark.parametrize("page", PAGES)
def test_files_named_in_the_text_exist(page: str) -> None:
    named = re.findall(rf"`((?:{'|'.join(FOLDERS)})/[\w./-]+)`", text_of(page))
    assert not [path for path in named if not (ROOT / path).exists()]


@pytest.mark.parametrize("page", PAGES)
def test_commands_named_in_the_text_exist(page: str) -> None:
    text = text_of(page)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE))
    assert not [target for target in targets if f"\n{target}:" not in makefile]
    assert not set(re.findall(r"manage\.py ([a-z_]+)", text)) - set(get_commands())


def test_the_logins_are_those_that_the_demo_prints() -> None:
    with override("en"):
        rows = [f"| {login.role} | {login.of} | `{login.email}` |" for login in logins()]
    assert "\n".join(rows) in text_of("README.md")
    assert {login.password for login in logins()} == set(re.findall(r"password is `([^`]+)`", text_of("README.md")))


def test_pictures_load_quickly() -> None:
    pictures = sorted(ROOT.glob("docs/img/*.png"))
    assert pictures
    assert not [path.name for path in pictures if path.stat().st_size > LARGEST_PICTURE]
    used = text_of("README.md")
    assert not [path.name for path in pictures if f"docs/img/{path.name}" not in used]


def test_what_is_quoted_of_the_benchmarks_is_what_was_measured() -> None:
    quoted = text_of("README.md").partition("## At volume")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| \S.* \|$", quoted, re.MULTILINE)
    assert len(rows) > 1
    assert set(rows) <= set(text_of("docs/benchmarks.md").splitlines())
