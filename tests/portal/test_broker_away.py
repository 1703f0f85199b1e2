"""A broker that is away costs a minute and no upload: the file is in, and the tick hands it to a worker."""

from __future__ import annotations

import json
import socket
from datetime import timedelta
from pathlib import Path

from invoices import processing
from invoices.models import Invoice
from sales import uploads
from sales.models import Upload
from tests.invoices.bonus import make_bonus, worked_on
from tests.sales.invoices.samples import cii, ubl
from tests.serving import manage_at
from tests.world import NOW, TODAY, World


def test_files_are_taken_on_every_way_while_the_broker_is_away(
    own_database: str, committed: World, tmp_path: Path
) -> None:
    bonus = make_bonus(committed)
    files = [tmp_path / "first.xml", tmp_path / "second.xml"]
    files[0].write_bytes(ubl(bonus.record()))
    files[1].write_bytes(cii(bonus.record(number="RE-2")))
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken, and not listened at: whoever connects is refused
        away = {"REDIS_URL": f"redis://127.0.0.1:{nobody.getsockname()[1]}/0", "SELLOUT_ROWS_AT_ONCE": "0"}
        code = f"from tests.portal.without_broker import main; main(*{[str(each) for each in files]})"
        answers = manage_at(NOW, "shell", "--no-imports", "--command", code, database_url=own_database, env=away)
    assert json.loads(answers) == {"invoice": 302, "invoice by API": 202, "report": 200, "report by API": 202}

    later = NOW + timedelta(minutes=5)
    assert [worked_on(Invoice.objects.get(pk=pk)).state for pk in processing.sweep(now=later)] == ["accepted"] * 2
    for pk in uploads.sweep(now=later):
        uploads.run(upload_id=pk, now=later, today=TODAY)
    assert list(Upload.objects.values_list("state", flat=True)) == [Upload.State.IMPORTED] * 2
