"""PDFs that want to do harm, a function for each file."""

from __future__ import annotations

import io
import zlib

import pikepdf

from tests.sales.invoices.cases import Case
from tests.sales.invoices.pdfs import USUAL_PAGE, attached, cii, hybrid, pdf, stream

DATA = cii()
SPECIFICATION = b"<</Type/Filespec/F(factur-x.xml)/EF<</F 10 0 R>>>>"
IN_NAMES = b"/Names<</EmbeddedFiles<</Names[(factur-x.xml)11 0 R]>>>>"
FLATE = b"/Filter/FlateDecode"


def packed(size: int, what: bytes = b"\0", before: bytes = b"") -> bytes:
    """`before` and then `what` again and again, about `size` bytes, packed without ever being in memory."""
    piece = what * (1_000_000 // len(what))
    packer = zlib.compressobj(9)
    begun = packer.compress(before) + packer.flush(zlib.Z_FULL_FLUSH)
    # What stands behind a full flush refers to nothing before it, and can be repeated.
    block = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    end = packer.flush()[:-4]
    times = size // len(piece)
    check = zlib.adler32(before)
    for _number in range(times):
        check = zlib.adler32(piece, check)
    return begun + block * times + end + check.to_bytes(4, "big")


# --- what unpacks to more ---------------------------------------------------------------------------------------------


def attachment_bomb() -> bytes:
    return pdf({10: stream(packed(1_000_000_000), FLATE), 11: SPECIFICATION}, catalog=IN_NAMES)


def attachment_bomb_in_blanks() -> bytes:
    """An invoice with a gigabyte of spaces behind it."""
    return pdf({10: stream(packed(1_000_000_000, b" ", before=DATA), FLATE), 11: SPECIFICATION}, catalog=IN_NAMES)


def many_attachment_bombs() -> bytes:
    """Each is small enough, all together are not."""
    bomb = packed(15_000_000, b"<a/>")
    files = {100 + number: stream(bomb, FLATE) for number in range(100)}
    names = b"".join(b"(%d)<</F(%d.xml)/EF<</F %d 0 R>>>>" % (number, number, number) for number in files)
    return pdf(files, catalog=b"/Names<</EmbeddedFiles<</Names[%s]>>>>" % names)


def nested_flate() -> bytes:
    data = zlib.compress(packed(1_000_000_000), 9)
    return pdf({10: stream(data, b"/Filter[/FlateDecode/FlateDecode]"), 11: SPECIFICATION}, catalog=IN_NAMES)


def nested_flate_content() -> bytes:
    data = packed(1_000_000_000)
    for _level in range(3):
        data = zlib.compress(data, 9)
    return pdf({4: stream(data, b"/Filter[" + b"/FlateDecode" * 4 + b"]")})


def content_bomb() -> bytes:
    return pdf({4: stream(packed(1_000_000_000, b"0 0 m 9 9 l S "), FLATE)})


def content_bomb_beside_data() -> bytes:
    return attached([("factur-x.xml", DATA)], {4: stream(packed(1_000_000_000, b"0 0 m 9 9 l S "), FLATE)})


def text_bomb() -> bytes:
    return pdf({4: stream(packed(400_000_000, b"BT /F1 9 Tf (12345) Tj ET "), FLATE)})


def run_length_content() -> bytes:
    return pdf({4: stream(zlib.compress(b"\x81q" * 50_000_000), b"/Filter[/FlateDecode/RunLengthDecode]")})


def object_stream_bomb() -> bytes:
    """The catalogue is in a stream of objects that unpacks to a gigabyte."""
    objects = b"1 0 <</Type/Catalog/Pages 2 0 R>>"
    data = packed(1_000_000_000, b" ", before=objects)
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, text in (
        (2, b"<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"),
        (6, stream(data, b"/Type/ObjStm/N 1/First 4" + FLATE)),
    ):
        places.append((number, len(out)))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    entries = {1: b"\2" + (6).to_bytes(4, "big") + b"\0", 7: b"\1" + len(out).to_bytes(4, "big") + b"\0"}
    entries |= {number: b"\1" + place.to_bytes(4, "big") + b"\0" for number, place in places}
    table = b"".join(entries.get(number, bytes(6)) for number in range(8))
    start = len(out)
    out += b"7 0 obj\n%s\nendobj\n" % stream(table, b"/Type/XRef/Size 8/W[1 4 1]/Root 1 0 R")
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def reference_stream_bomb() -> bytes:
    table = stream(packed(1_000_000_000), b"/Type/XRef/Size 99999999/W[1 4 1]/Root 1 0 R" + FLATE)
    return b"%PDF-1.7\n7 0 obj\n" + table + b"\nendobj\nstartxref\n9\n%%EOF\n"


def image(width: int, height: int, data: bytes, entries: bytes) -> bytes:
    head = b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceRGB" % (width, height)
    page = b"/Resources<</XObject<</I 10 0 R>>>>/MediaBox[0 0 595 842]"
    objects = {10: stream(data, head + entries), 3: b"<</Type/Page/Parent 2 0 R/Contents 4 0 R%s>>" % page}
    return pdf({**objects, 4: stream(b"q 500 0 0 500 9 9 cm /I Do Q")})


def image_bomb() -> bytes:
    return image(30_000, 30_000, packed(2_700_000_000), FLATE)


def image_of_nothing() -> bytes:
    return image(2_000_000_000, 1_000_000_000, b"", b"")


def images_without_end() -> bytes:
    """One picture, drawn a million times."""
    content = packed(30_000_000, b"q 500 0 0 500 9 9 cm /I Do Q ")
    file = image(2_000, 2_000, packed(12_000_000), FLATE)
    with pikepdf.open(io.BytesIO(file)) as opened:
        opened.pages[0].Contents = opened.make_stream(content, Filter=pikepdf.Name.FlateDecode)
        out = io.BytesIO()
        opened.save(out, compress_streams=False)
    return out.getvalue()


# --- what leads in circles, or deep down ------------------------------------------------------------------------------


def names_in_a_circle() -> bytes:
    return pdf({12: b"<</Kids[13 0 R]>>", 13: b"<</Kids[12 0 R 13 0 R]>>"}, catalog=b"/Names<</EmbeddedFiles 12 0 R>>")


def names_in_a_circle_with_data() -> bytes:
    objects = {10: stream(DATA), 11: SPECIFICATION, 12: b"<</Kids[12 0 R 13 0 R]>>", 13: b"<</Names[(a)11 0 R]>>"}
    return pdf(objects, catalog=b"/Names<</EmbeddedFiles 12 0 R>>")


def names_deep_down() -> bytes:
    depth = 50_000
    objects = {100 + level: b"<</Kids[%d 0 R]>>" % (101 + level) for level in range(depth)}
    return pdf({**objects, 100 + depth: b"<<>>"}, catalog=b"/Names<</EmbeddedFiles 100 0 R>>")


def names_deep_down_directly() -> bytes:
    tree = b"<</Kids[" * 100_000 + b"]>>" * 100_000
    return pdf(catalog=b"/Names<</EmbeddedFiles %s>>" % tree)


def names_that_multiply() -> bytes:
    """Each node leads ten times to the next."""
    objects = {100 + level: b"<</Kids[%s]>>" % (b"%d 0 R " % (101 + level) * 10) for level in range(30)}
    return pdf({**objects, 130: b"<</Names[(a)11 0 R]>>"}, catalog=b"/Names<</EmbeddedFiles 100 0 R>>")


def million_names() -> bytes:
    return pdf({11: b"<</F(a.txt)>>"}, catalog=b"/Names<</EmbeddedFiles<</Names[%s]>>>>" % (b"(a)11 0 R" * 1_000_000))


def associated_with_itself() -> bytes:
    return pdf({11: b"[11 0 R 11 0 R]"}, catalog=b"/AF 11 0 R")


def specification_of_itself() -> bytes:
    return pdf({11: b"<</F(factur-x.xml)/EF 11 0 R/UF 11 0 R/AF[11 0 R]>>"}, catalog=b"/AF[11 0 R]")


def pages_in_a_circle() -> bytes:
    return pdf({2: b"<</Type/Pages/Kids[2 0 R 3 0 R 2 0 R]/Count 9>>"})


def pages_in_a_circle_with_data() -> bytes:
    return attached([("factur-x.xml", DATA)], {2: b"<</Type/Pages/Kids[2 0 R 3 0 R 2 0 R]/Count 9>>"})


def pages_deep_down() -> bytes:
    depth = 20_000
    objects = {100 + level: b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % (101 + level) for level in range(depth)}
    return pdf({**objects, 100 + depth: b"<</Type/Page>>", 2: b"<</Type/Pages/Count 1/Kids[100 0 R]>>"})


def same_page_a_million_times() -> bytes:
    return pdf({2: b"<</Type/Pages/Count 1000000/Kids[%s]>>" % (b"3 0 R " * 1_000_000)})


def two_billion_pages() -> bytes:
    return pdf({2: b"<</Type/Pages/Count 2147483647/Kids[3 0 R]>>"})


def arrays_deep_down() -> bytes:
    return pdf(catalog=b"/X " + b"[" * 1_000_000 + b"]" * 1_000_000)


def content_deep_down() -> bytes:
    return pdf(content=b"q " * 2_000_000)


def forms_in_a_circle() -> bytes:
    form = stream(b"/X Do /X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 10 0 R>>>>")
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</X 10 0 R>>>>>>"
    return pdf({10: form, 3: page, 4: stream(b"/X Do")})


def forms_that_multiply() -> bytes:
    """Thirty levels, each drawn ten times by the one above."""
    objects = {}
    for level in range(30):
        inner = b"/Resources<</XObject<</X %d 0 R>>>>" % (11 + level)
        objects[10 + level] = stream(b"/X Do " * 10, b"/Type/XObject/Subtype/Form/BBox[0 0 900 900]" + inner)
    objects[40] = stream(b"0 0 m 9 9 l S", b"/Type/XObject/Subtype/Form/BBox[0 0 900 900]")
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</X 10 0 R>>>>>>"
    return pdf({**objects, 3: page, 4: stream(b"/X Do")})


def length_of_itself() -> bytes:
    return pdf({10: b"<</Length 10 0 R>>stream\nx\nendstream", 11: SPECIFICATION}, catalog=IN_NAMES)


def reference_to_a_reference() -> bytes:
    return pdf({11: b"12 0 R", 12: b"11 0 R"}, catalog=b"/AF 11 0 R/Names 12 0 R")


def tables_in_a_circle() -> bytes:
    """The cross-reference table names itself as the one before it."""
    content = pdf()
    start = content.index(b"xref\n0")
    return content.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %d" % start)


# --- what is large ----------------------------------------------------------------------------------------------------


def huge_page() -> bytes:
    return pdf(page=b"/MediaBox[0 0 1000000000 1000000000]")


def huge_unit() -> bytes:
    return pdf(page=b"/UserUnit 1e30")


def ribbon_of_a_page() -> bytes:
    return pdf(page=b"/MediaBox[0 0 1000000000 1]")


def page_without_size() -> bytes:
    return pdf(page=b"/MediaBox[0 0 0 0]")


def page_of_nonsense() -> bytes:
    return pdf(page=b"/MediaBox[/A (b) null -1e99]")


def page_with_huge_pattern() -> bytes:
    pattern = stream(b"0 0 m 1 1 l S", b"/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep .0001/YStep .0001")
    resources = b"/Resources<</Pattern<</P 10 0 R>>>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R%s>>" % resources
    return pdf({10: pattern, 3: page, 4: stream(b"/Pattern cs /P scn 0 0 600 900 re f")})


# --- attachments ------------------------------------------------------------------------------------------------------


def five_hundred_attachments() -> bytes:
    return attached([(f"file{number}.txt", b"text") for number in range(500)])


def five_hundred_invoices() -> bytes:
    return attached([(f"invoice{number}.xml", cii(f"RE-{number}")) for number in range(500)])


def invoice_behind_many_attachments() -> bytes:
    return attached([*((f"file{number}.txt", b"") for number in range(500)), ("factur-x.xml", DATA)])


def two_invoices() -> bytes:
    return attached([("factur-x.xml", DATA), ("xrechnung.xml", cii("RE-2"))])


def paths() -> bytes:
    return attached([("../../../../etc/cron.d/factur-x.xml", DATA), ("/etc/passwd", b"root"), ("C:\\\\x.exe", b"MZ")])


def attachment_elsewhere() -> bytes:
    """Files of the machine that it is read on, and of others."""
    files = b"<</F(/etc/passwd)/UF(/etc/passwd)>><</FS/URL/F(http://127.0.0.1:9/factur-x.xml)>>"
    return pdf(
        {10: b"<</Length 0/F(/etc/passwd)>>stream\n\nendstream", 11: SPECIFICATION}, catalog=b"/AF[%s 11 0 R]" % files
    )


# --- what acts, what is locked, what is damaged -----------------------------------------------------------------------


def scripts_and_programs() -> bytes:
    actions = b"/OpenAction<</S/JavaScript/JS(while(true){})>>/AA<</WC<</S/Launch/F(/bin/sh)>>>>"
    names = (
        b"/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(while(true){})>>]>>/EmbeddedFiles<</Names[(a)11 0 R]>>>>"
    )
    page = b"/AA<</O<</S/URI/URI(http://127.0.0.1:9/)>>>>/Annots[<</Subtype/Link/A<</S/Launch/F(/bin/sh)>>>>]"
    return pdf({10: stream(DATA), 11: SPECIFICATION}, catalog=actions + names, page=page)


def form_of_xfa() -> bytes:
    return pdf(
        {10: stream(b"<!DOCTYPE x [<!ENTITY e SYSTEM '/etc/passwd'>]><x>&e;</x>")}, catalog=b"/AcroForm<</XFA 10 0 R>>"
    )


def locked(user: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(hybrid())) as file:
        file.save(out, encryption=pikepdf.Encryption(owner="owner", user=user))
    return out.getvalue()


def unknown_encryption() -> bytes:
    return pdf().replace(b"/Root 1 0 R", b"/Root 1 0 R/Encrypt<</Filter/Mine/V 99/R 99/O(x)/U(x)/P 1>>")


def cut(share: float) -> bytes:
    content = hybrid(content=USUAL_PAGE * 20)
    return content[: int(len(content) * share)]


def without_pages() -> bytes:
    return pdf({2: b"<</Type/Pages/Kids[]/Count 0>>"})


def data_without_pages() -> bytes:
    return attached([("factur-x.xml", DATA)], {2: b"<</Type/Pages/Kids[]/Count 0>>"})


def without_root() -> bytes:
    return pdf().replace(b"/Root 1 0 R", b"/Root 9 0 R")


def only_a_beginning() -> bytes:
    return b"%PDF-1.7\n"


def nothing_but_numbers() -> bytes:
    return b"%PDF-1.7\n" + b"1 0 obj\n" * 2_000_000


def million_objects() -> bytes:
    return pdf({100 + number: b"<<>>" for number in range(400_000)})


def warnings_without_end() -> bytes:
    return pdf({100 + number: b"<</A/B/A)>>" for number in range(200_000)}).replace(b"xref\n", b"xrfe\n")


ENDED = ("too_long", "too_much_memory", "broken")
"""How far it gets before it is ended, and how it falls, is up to the library."""
PDF_FILES = [
    Case(attachment_bomb, "too_much_inside"),
    Case(attachment_bomb_in_blanks, "too_much_inside"),
    Case(many_attachment_bombs, "too_much_inside"),
    Case(nested_flate, "unusual_compression"),
    Case(nested_flate_content, "pages", *ENDED),
    Case(content_bomb, "pages", *ENDED),
    Case(content_bomb_beside_data, "invoice"),
    Case(text_bomb, "pages", *ENDED),
    Case(run_length_content, "pages", *ENDED),
    Case(object_stream_bomb, "broken"),
    Case(reference_stream_bomb, *ENDED),
    Case(image_bomb, "pages"),
    Case(image_of_nothing, "pages"),
    Case(images_without_end, "pages", *ENDED),
    Case(names_in_a_circle, "pages"),
    Case(names_in_a_circle_with_data, "invoice"),
    Case(names_deep_down, "too_many_parts"),
    Case(names_deep_down_directly, "pages", "broken"),
    Case(names_that_multiply, "pages"),
    Case(million_names, "too_many_parts"),
    Case(associated_with_itself, "pages"),
    Case(specification_of_itself, "pages"),
    Case(pages_in_a_circle, "broken"),
    Case(pages_in_a_circle_with_data, "broken"),
    Case(pages_deep_down, "pages", *ENDED),
    Case(same_page_a_million_times, *ENDED),
    Case(two_billion_pages, "pages"),
    Case(arrays_deep_down, "pages", "broken"),
    Case(content_deep_down, "pages", *ENDED),
    Case(forms_in_a_circle, "pages", *ENDED),
    Case(forms_that_multiply, "pages", *ENDED),
    Case(length_of_itself, "not_xml"),
    Case(reference_to_a_reference, "pages"),
    Case(tables_in_a_circle, "pages"),
    Case(huge_page, "pages"),
    Case(huge_unit, "pages"),
    Case(ribbon_of_a_page, "pages"),
    Case(page_without_size, "pages"),
    Case(page_of_nonsense, "pages"),
    Case(page_with_huge_pattern, "pages"),
    Case(five_hundred_attachments, "too_many_attachments"),
    Case(five_hundred_invoices, "too_many_attachments"),
    Case(invoice_behind_many_attachments, "too_many_attachments"),
    Case(two_invoices, "several_invoices"),
    Case(paths, "invoice"),
    Case(attachment_elsewhere, "not_xml"),
    Case(scripts_and_programs, "invoice"),
    Case(form_of_xfa, "pages"),
    Case(locked, "password", of=("secret",)),
    Case(locked, "invoice", of=("",)),
    Case(unknown_encryption, "broken"),
    *(Case(cut, "pages", "invoice", "broken", "pages_broken", of=(share / 20,)) for share in range(1, 20)),
    Case(without_pages, "broken"),
    Case(data_without_pages, "broken"),
    Case(without_root, "pages", "broken"),
    Case(only_a_beginning, "broken"),
    Case(nothing_but_numbers, *ENDED),
    Case(million_objects, "pages", *ENDED),
    Case(warnings_without_end, "pages", *ENDED),
]
