"""Files with partners for tests: how they are written and brought in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from common.access import Actor
from sales.golive.importing import Checked, check, import_partners
from tests.world import NOW, TODAY, World

SAMPLE = Path(__file__).parents[3] / "docs" / "samples" / "partners-de.csv"
HEADER = "Firma;PLZ;Ort;Land;USt-IdNr.;Stufe;Nimmt teil ab;E-Mail;Vorname;Nachname;Rolle;Distributor;Kundennummer"
NEW = "Nordlicht IT GmbH;20095;Hamburg;DE;DE136695976;Gold;01.02.2026;chef@nordlicht.example;Ada;Nord;;Allnet;N-1"


def partners(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def _given(world: World, content: bytes, changed: dict[str, Any]) -> dict[str, Any]:
    parties = {"actor": Actor.system(), "vendor": world.vendor, "program": world.program, "today": TODAY}
    return {**parties, "content": content, **changed}


def look(world: World, content: bytes, **changed: Any) -> Checked:
    return check(**_given(world, content, changed))


def bring(world: World, content: bytes, **changed: Any) -> Checked:
    return import_partners(now=NOW, **_given(world, content, changed))
