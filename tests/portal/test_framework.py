"""The list of the framework's classes that the style sheet keeps fits the pages. Journeys look at each page, too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.framework import LIST, ROOT, left_out, listed, missed

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
NOT_WRITTEN_OUT = LIST.read_text().rpartition("#")[2].splitlines()[1:]


def classes(template: Path) -> set[str]:
    """Those that stand there as they are; what a template makes up is the matter of the page."""
    plain = re.sub(r"{%.*?%}|{{.*?}}", " ", template.read_text())
    return {name for names in re.findall(r'class="([^"]*)"', plain) for name in names.split()}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_uses_a_class_whose_rules_are_left_out(template: Path) -> None:
    assert missed(classes(template)) == set(), f"they belong into {LIST.relative_to(ROOT)}"


def test_every_class_of_the_list_is_used() -> None:
    own = [path for path in ROOT.glob("*/**/*.py") if "tests" not in path.parts and ".venv" not in path.parts]
    sources = [*TEMPLATES, *own, *(ROOT / "frontend").glob("*.js")]
    words = {word for path in sources for word in re.findall(r"[\w-]+", path.read_text())}
    assert set(listed()) - set(NOT_WRITTEN_OUT) - words == set()


def test_the_framework_has_rules_for_much_more() -> None:
    assert len(left_out()) > 10 * len(listed())
