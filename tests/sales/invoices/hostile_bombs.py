"""PDFs that unpack to more than a machine has, a function for each file."""

from __future__ import annotations

import io
import zlib

import pikepdf

from tests.sales.invoices.cases import Case
from tests.sales.invoices.pdfs import attached, cii, pdf, stream

DATA = cii()
SPECIFICATION = b"<</Type/Filespec/F(factur-x.xml)/EF<</F 10 0 R>>>>"
IN_NAMES = b"/Names<</EmbeddedFiles<</Names[(factur-x.xml)11 0 R]>>>>"
FLATE = b"/Filter/FlateDecode"
ENDED = ("too_long", "too_much_memory", "broken")
"""How far it gets before it is ended, and how it falls, is up to the library."""


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


def drawing(resources: bytes, content: bytes, objects: dict[int, bytes]) -> bytes:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<%s>>>>" % resources
    return pdf({**objects, 3: page, 4: stream(content)})


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
    return drawing(b"/XObject<</I 10 0 R>>", b"q 500 0 0 500 9 9 cm /I Do Q", {10: stream(data, head + entries)})


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


BOMBS = [
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
]
