"""Public invoices with the records they are expected to give, where ../shared holds them."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pytest

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "corpus"
_SUFFIX = ".expected.json"
needs_public_files = pytest.mark.skipif(not FOLDER.is_dir(), reason="needs the public invoices in ../shared/corpus")


@dataclass(frozen=True)
class PublicFile:
    path: Path

    @property
    def source(self) -> str:
        return self.path.parent.name

    @property
    def name(self) -> str:
        return self.path.name

    def __str__(self) -> str:
        return f"{self.source}/{self.name}"

    def xml(self) -> bytes:
        content = self.path.read_bytes()
        if self.path.suffix != ".pdf":
            return content
        with pikepdf.open(io.BytesIO(content)) as pdf:
            (name,) = (name for name in pdf.attachments if name.lower().endswith(".xml"))
            return bytes(pdf.attachments[name].get_file().read_bytes())

    def expected(self) -> dict[str, Any]:
        return dict(json.loads(self.path.with_name(self.name + _SUFFIX).read_text()))


def public_files() -> list[PublicFile]:
    expected = sorted(FOLDER.glob(f"*/*{_SUFFIX}"))
    return [PublicFile(path.with_name(path.name.removesuffix(_SUFFIX))) for path in expected]
