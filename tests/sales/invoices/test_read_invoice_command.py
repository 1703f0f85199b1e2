"""The command that others call: its lines of JSON are a contract."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management import call_command

from tests.sales.invoices.samples import cii, hybrid, line, sample, totalled, ubl

ROOT = Path(__file__).resolve().parents[3]


def _read(*files: Path, **options: Any) -> str:
    out = io.StringIO()
    call_command("read_invoice", *map(str, files), stdout=out, **options)
    return out.getvalue()


def test_each_file_is_a_line_of_json_in_the_order_given(tmp_path: Path) -> None:
    good, order, missing = tmp_path / "a.xml", tmp_path / "order.xml", tmp_path / "missing.xml"
    good.write_bytes(ubl(sample()))
    order.write_text('<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>')
    read = [json.loads(row) for row in _read(missing, good, order, json=True).splitlines()]
    assert [row["file"] for row in read] == [str(missing), str(good), str(order)]
    assert read[0]["error"] == {"code": "unopened", "message": "The file cannot be opened: No such file or directory."}
    assert read[2]["error"]["code"] == "not_an_invoice"
    assert read[1] == {
        "file": str(good),
        "number": "RE-2026/0815",
        "type_code": "380",
        "issue_date": "2026-08-15",
        "currency": "EUR",
        "seller": {"name": "Musterdistribution GmbH", "vat_id": "DE123456789"},
        "buyer": {"name": "Fachhändler KG", "vat_id": "DE987654321"},
        "totals": {"lines_net": "1799.00", "net": "1789.00", "gross": "2128.91", "due": "2028.91"},
        "lines": [
            {
                "id": "1",
                "kind": "DETAIL",
                "quantity": "10",
                "unit": "H87",
                "net": "899.00",
                "price": "89.90",
                "price_base_quantity": None,
                "name": "Tischtelefon D785",
                "seller_article": "D785",
                "standard_id": "4260059580014",
                "serials": [],
            },
            {
                "id": "2",
                "kind": "DETAIL",
                "quantity": "2",
                "unit": "H87",
                "net": "900.00",
                "price": "450.00",
                "price_base_quantity": "1",
                "name": "Basisstation",
                "seller_article": "M 900",
                "standard_id": None,
                "serials": ["SN90001", "SN90002"],
            },
        ],
        "warnings": [],
    }


def test_remarks_come_with_their_code_and_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(cii(totalled(replace(sample(), lines=(replace(line("1", "2", "5.00"), unit=None),)))))
    (row,) = _read(file, json=True).splitlines()
    assert json.loads(row)["warnings"] == [{"code": "missing", "message": "Line 1: no unit."}]


def test_a_pdf_that_carries_an_invoice_is_read_like_its_xml(tmp_path: Path) -> None:
    xml, pdf = tmp_path / "a.xml", tmp_path / "a.pdf"
    xml.write_bytes(cii(sample()))
    pdf.write_bytes(hybrid(sample()))
    first, second = (json.loads(row) for row in _read(xml, pdf, json=True).splitlines())
    assert {**first, "file": ""} == {**second, "file": ""}


def test_people_get_a_readable_text(tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(cii(replace(sample(), type_code="384")))
    text = _read(file, tmp_path)
    assert "invoice RE-2026/0815 of 2026-08-15 (type 384)" in text
    assert "2: 2 H87 M 900 Basisstation [SN90001, SN90002] = 900.00" in text
    assert "! The document corrects an earlier invoice" in text
    assert "The file cannot be opened: Is a directory." in text


def test_it_needs_no_database(tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(ubl(sample()))
    environment = {**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    command = [sys.executable, "manage.py", "read_invoice", str(file), str(tmp_path / "none"), "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [list(json.loads(row))[1] for row in done.stdout.splitlines()] == ["number", "error"]
