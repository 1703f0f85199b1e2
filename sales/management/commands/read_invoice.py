"""`read_invoice FILE…`: what the portal reads from invoices, without a database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from common.sentences import _n
from sales.readers.invoices.limited import read_file
from sales.readers.invoices.opening import LARGEST
from sales.readers.invoices.record import Invoice, LineKind, Refused
from sales.readers.invoices.shown import as_document, as_error


class Command(BaseCommand):
    help = (
        "Reads invoices (XRechnung, ZUGFeRD, Factur-X and other UBL or CII, also inside a PDF) and prints what they "
        "say. A file that is no invoice is told as such; the exit code is 0 all the same."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="an invoice as its seller sent it")
        parser.add_argument("--json", action="store_true", help="print one JSON object per file, a line each")

    def handle(self, *args: Any, files: list[str], **options: Any) -> None:
        for name in files:
            try:
                invoice = read_file(_content(name))
            except Refused as refused:
                self._print_error(name, refused, as_json=options["json"])
            else:
                self._print(name, invoice, as_json=options["json"])

    def _print_error(self, name: str, refused: Refused, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"file": name, "error": as_error(refused)}, ensure_ascii=False))
        else:
            self.stdout.write(f"{name}\n  {self.style.ERROR(str(refused))}\n")

    def _print(self, name: str, invoice: Invoice, *, as_json: bool) -> None:
        read = as_document(invoice)
        if as_json:
            self.stdout.write(json.dumps({"file": name, **read}, ensure_ascii=False))
            return
        kind = "credit note" if invoice.takes_back else "invoice"
        self.stdout.write(f"{name}\n  {kind} {read['number']} of {read['issue_date']} (type {read['type_code']})")
        for role in ("seller", "buyer"):
            self.stdout.write(f"  {role}: {read[role]['name']}, VAT number {read[role]['vat_id'] or 'none'}")
        for line in read["lines"]:
            self.stdout.write(f"  {_line(line)}")
        totals = ", ".join(f"{name.replace('_', ' ')} {amount}" for name, amount in read["totals"].items() if amount)
        self.stdout.write(f"  {totals} {read['currency'] or ''}".rstrip())
        for warning in read["warnings"]:
            self.stdout.write(self.style.WARNING(f"  ! {warning['message']}"))
        self.stdout.write("")


def _line(line: dict[str, Any]) -> str:
    parts = [f"{line['id']}:", line["quantity"], line["unit"], line["seller_article"], line["name"]]
    text = " ".join(part for part in parts if part)
    serials = f" [{', '.join(line['serials'])}]" if line["serials"] else ""
    kind = "" if line["kind"] == LineKind.DETAIL else f" ({line['kind'].lower()})"
    return f"{text}{serials} = {line['net'] or 'no net'}{kind}"


def _content(name: str) -> bytes:
    try:
        with Path(name).open("rb") as file:
            return file.read(LARGEST + 1)  # what is larger is refused, however large it is
    except OSError as error:
        text = _n("The file cannot be opened: {reason}.")
        raise Refused("unopened", text, reason=error.strerror or type(error).__name__) from error
