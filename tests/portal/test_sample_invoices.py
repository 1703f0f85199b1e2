"""The invoices that newcomers upload by hand are read as what they are, and count as the README says."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import yaml
from django.core.management import call_command

from portal.demo.sample_invoices import sample_invoices
from sales.readers.invoices.limited import open_file
from tests.services import ROOT

DAY = date(2026, 11, 16)


def test_each_is_read_without_a_remark_but_the_scan_which_has_pages_only(tmp_path: Path) -> None:
    call_command("demo_invoices", str(tmp_path / "papers"), stdout=(tmp_path / "told").open("w"))
    written = sorted(path.name for path in (tmp_path / "papers").iterdir())
    assert written == ["credit-note.xml", "invoice.pdf", "invoice.xml", "scan.pdf"]
    opened = {name: open_file(content) for name, content in sample_invoices(today=DAY).items()}
    scan = opened.pop("scan.pdf")
    assert (scan.refusal, scan.invoice, scan.pages) == (None, None, 1)
    records = [each.invoice for each in opened.values() if each.invoice]
    assert [record.warnings for record in records] == [()] * 3
    assert {record.issue_date for record in records} == {DAY - timedelta(days=2)}
    presets = yaml.safe_load((ROOT / "programs" / "presets" / "distributors.yaml").read_text())["distributors"]
    known = {(each["name"], each["vat_id"]) for each in presets}
    assert {(record.seller.name, record.seller.vat_id) for record in records} <= known
    assert [record.preceding[0].number for record in records if record.preceding] == [records[0].number]
