"""All files that want to do harm: pictures and what is more than one thing here, XML and PDF beside it."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from PIL import Image, PngImagePlugin

from tests.sales.invoices.cases import Case
from tests.sales.invoices.hostile_bombs import packed
from tests.sales.invoices.hostile_pdf import PDF_FILES
from tests.sales.invoices.hostile_xml import XML_FILES
from tests.sales.invoices.pdfs import cii, hybrid, pdf

EICAR = b"".join([b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$", b"EICAR-STANDARD-", b"ANTIVIRUS-TEST-FILE!$H+H*"])
PNG = b"\x89PNG\r\n\x1a\n"


def png(width: int, height: int, data: bytes, *more: bytes, kind: int = 2) -> bytes:
    """`kind`: 0 grey, 2 colours, 6 colours and transparency; eight bits each."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0))
    return b"".join([PNG, header, *more, chunk(b"IDAT", data), chunk(b"IEND", b"")])


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def jpeg(width: int = 800, height: int = 600, **settings: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(out, "JPEG", **settings)
    return out.getvalue()


def huge_png() -> bytes:
    return png(60_000, 60_000, packed(1_000_000_000))


def largest_png() -> bytes:
    return png(2**31 - 1, 2**31 - 1, b"")


def png_of_most_pixels() -> bytes:
    """Just small enough, and with transparency: as much as a picture can ask for."""
    return png(7_700, 7_700, packed(238_000_000), kind=6)


def png_that_goes_on() -> bytes:
    return png(100, 100, packed(1_000_000_000))


def png_with_a_text_bomb() -> bytes:
    return png(10, 10, zlib.compress(bytes(310)), chunk(b"zTXt", b"Comment\0\0" + packed(1_000_000_000)))


def png_with_a_profile_bomb() -> bytes:
    return png(10, 10, zlib.compress(bytes(310)), chunk(b"iCCP", b"x\0\0" + packed(1_000_000_000)))


def png_of_many_chunks() -> bytes:
    return png(10, 10, zlib.compress(bytes(310)), chunk(b"tEXt", b"a\0b") * 1_000_000)


def png_without_data() -> bytes:
    return png(10, 10, b"")


def png_that_ends_early() -> bytes:
    return png(500, 500, zlib.compress(bytes(1501 * 500)))[:-400]


def animated_png() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (900, 900), (number, 0, 0)) for number in range(60)]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    return out.getvalue()


def png_with_a_script() -> bytes:
    out = io.BytesIO()
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", "<script>alert(1)</script>")
    Image.new("RGB", (10, 10)).save(out, "PNG", pnginfo=told)
    return out.getvalue()


def huge_jpeg() -> bytes:
    content = jpeg()
    frame = content.index(b"\xff\xc0")
    return content[: frame + 5] + struct.pack(">HH", 60_000, 60_000) + content[frame + 9 :]


def huge_progressive_jpeg() -> bytes:
    content = jpeg(progressive=True)
    frame = content.index(b"\xff\xc2")
    return content[: frame + 5] + struct.pack(">HH", 7_700, 7_700) + content[frame + 9 :]


def jpeg_of_many_scans() -> bytes:
    """A large progressive picture whose last scan comes ten thousand times."""
    content = jpeg(7_000, 7_000, progressive=True)
    scan = content.rindex(b"\xff\xda")
    return content[:scan] + content[scan:-2] * (15_000_000 // (len(content) - scan)) + content[-2:]


def jpeg_that_ends_early() -> bytes:
    content = jpeg()
    return content[: len(content) // 2]


def only_a_jpeg_s_beginning() -> bytes:
    return b"\xff\xd8\xff\xe1"


def jpeg_with_endless_directories() -> bytes:
    """EXIF whose directory leads to itself."""
    tags = struct.pack("<2sHIHHHIIHHIII", b"II", 42, 8, 2, 0x0112, 3, 1, 6, 0x8769, 4, 1, 8, 8)
    exif = b"Exif\0\0" + tags
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg()[2:]


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, b"MZ")
    return out.getvalue()


def nothing() -> bytes:
    return b""


def too_large() -> bytes:
    return hybrid() + bytes(20_000_000)


def virus_test() -> bytes:
    return EICAR


def virus_test_in_a_pdf() -> bytes:
    return hybrid().replace(b"Rechnung", EICAR, 1)


def program() -> bytes:
    return b"MZ\x90\0" + bytes(1_000)


def program_before_a_pdf() -> bytes:
    return program()[:500] + hybrid()


def archive_behind_a_pdf() -> bytes:
    return hybrid() + zipped("invoice.exe")


def archive_around_a_pdf() -> bytes:
    """An archive is read from its end, a PDF from its beginning."""
    return hybrid() + zipped("invoice.exe") + b"%%EOF"


def page_behind_a_pdf() -> bytes:
    return hybrid() + b"<html><script>alert(1)</script></html>"


def page_that_is_a_pdf() -> bytes:
    return b"<html><script>/*" + hybrid() + b"*/</script></html>"


def pdf_in_a_comment() -> bytes:
    return b"<?xml version='1.0'?><!--" + pdf() + b"-->" + cii().partition(b"?>")[2]


def pdf_in_a_picture() -> bytes:
    return b"\xff\xd8\xff\xfe\x7f\xff" + pdf() + jpeg()[2:]


def mail() -> bytes:
    return b"Received: from mail.example\r\nSubject: Rechnung\r\n\r\nsiehe Anhang"


def photo_of_a_phone() -> bytes:
    return b"\0\0\0\x24ftypheic\0\0\0\0mif1heic" + bytes(1_000)


FILES = [
    Case(huge_png, "picture_too_large"),
    Case(largest_png, "picture_too_large", "broken_picture"),
    Case(png_of_most_pixels, "pages"),
    Case(png_that_goes_on, "pages", "broken_picture"),
    Case(png_with_a_text_bomb, "pages", "broken_picture"),
    Case(png_with_a_profile_bomb, "pages", "broken_picture"),
    Case(png_of_many_chunks, "pages", "broken_picture"),
    Case(png_without_data, "broken_picture"),
    Case(png_that_ends_early, "broken_picture"),
    Case(animated_png, "pages"),
    Case(png_with_a_script, "mixed"),
    Case(huge_jpeg, "picture_too_large"),
    Case(huge_progressive_jpeg, "pages", "broken_picture"),
    Case(jpeg_of_many_scans, "pages", "broken_picture", "too_long"),
    Case(jpeg_that_ends_early, "broken_picture"),
    Case(only_a_jpeg_s_beginning, "broken_picture"),
    Case(jpeg_with_endless_directories, "pages"),
    Case(nothing, "empty"),
    Case(too_large, "too_large"),
    Case(virus_test, "virus"),
    Case(virus_test_in_a_pdf, "virus"),
    Case(program, "unknown_kind"),
    Case(program_before_a_pdf, "mixed"),
    Case(archive_behind_a_pdf, "mixed"),
    Case(archive_around_a_pdf, "mixed"),
    Case(page_behind_a_pdf, "mixed"),
    Case(page_that_is_a_pdf, "html"),
    Case(pdf_in_a_comment, "mixed"),
    Case(pdf_in_a_picture, "mixed"),
    Case(zipped, "office", of=("[Content_Types].xml", "xl/workbook.xml")),
    Case(zipped, "archive", of=("invoice.pdf",)),
    Case(mail, "email"),
    Case(photo_of_a_phone, "heic"),
]
ALL_FILES = [*XML_FILES, *PDF_FILES, *FILES]
