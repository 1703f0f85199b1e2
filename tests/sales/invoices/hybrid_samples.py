"""PDF files that show an invoice and carry it as XML, made by factur-x."""

from __future__ import annotations

import io

import facturx
import pikepdf

from sales.readers.invoices.record import Invoice


def hybrid_pdf(invoice: Invoice, *, xml: bytes, name: str) -> bytes:
    """One page with number, gross total and the lines; the XML is not checked, so that it may be wrong on purpose."""
    level = "extended" if invoice.profile is None or "extended" in invoice.profile else "en16931"
    made = facturx.generate_from_binary(
        page(invoice), xml, flavor="factur-x", level=level, check_xsd=False, check_schematron=False
    )
    return made if name == "factur-x.xml" else _renamed(made, name)


def page(invoice: Invoice) -> bytes:
    """A PDF without attachments."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    rows = [
        f"Rechnung {invoice.number}",
        f"Datum {invoice.issue_date:%d.%m.%Y}" if invoice.issue_date else "",
        *(f"{line.id} {line.quantity} x {line.name} {line.net}" for line in invoice.lines),
        f"Gesamtbetrag {invoice.totals.gross} {invoice.currency}",
    ]
    shown = "".join(f"({_escaped(row)}) Tj T* " for row in rows)
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name.Helvetica,
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )
    first = pdf.pages[0]
    first.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    stream = f"BT /F1 11 Tf 14 TL 50 780 Td {shown}ET".encode("cp1252", "replace")
    first.Contents = pdf.make_stream(stream)
    file = io.BytesIO()
    pdf.save(file)
    return file.getvalue()


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _renamed(content: bytes, name: str) -> bytes:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        (attached,) = pdf.attachments.keys()
        xml = pdf.attachments[attached].get_file().read_bytes()
        del pdf.attachments[attached]
        pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, xml, mime_type="text/xml")
        file = io.BytesIO()
        pdf.save(file)
        return file.getvalue()
