"""docs/invoice-reading.md names every code that the reader can give, and no other."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READER = ROOT / "sales" / "readers" / "invoices"
# The reader for XML and the command; what opens PDF files has its own refusals.
MODULES = ("checks", "cii", "fields", "limits", "roots", "ubl", "xml")
_GIVEN = re.compile(r'(?:remark|Refused|_about)\(\s*"(\w+)"')


def test_the_page_names_every_code() -> None:
    modules = [READER / f"{name}.py" for name in MODULES]
    command = ROOT / "sales" / "management" / "commands" / "read_invoice.py"
    given = {code for module in (*modules, command) for code in _GIVEN.findall(module.read_text())} | {"more"}
    page = (ROOT / "docs" / "invoice-reading.md").read_text()
    _before, refused, looked_at = re.split("^## What is refused$|^## What a person looks at$", page, flags=re.MULTILINE)
    rows = refused + looked_at.partition("\n## ")[0]
    named = {
        code for row in re.findall(r"^\| (`.*?) \|", rows, re.MULTILINE) for code in re.findall("`([a-z_]+)`", row)
    }
    assert named == given
