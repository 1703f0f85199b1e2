"""PDFs that want to do harm by how they are made, a function for each file."""

from __future__ import annotations

import io

import pikepdf

from tests.sales.invoices.cases import Case
from tests.sales.invoices.hostile_bombs import BOMBS, DATA, ENDED, IN_NAMES, SPECIFICATION, drawing
from tests.sales.invoices.pdfs import USUAL_PAGE, attached, cii, hybrid, pdf, stream

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
    return drawing(b"/XObject<</X 10 0 R>>", b"/X Do", {10: form})


def forms_that_multiply() -> bytes:
    """Thirty levels, each drawn ten times by the one above."""
    objects = {}
    for level in range(30):
        inner = b"/Resources<</XObject<</X %d 0 R>>>>" % (11 + level)
        objects[10 + level] = stream(b"/X Do " * 10, b"/Type/XObject/Subtype/Form/BBox[0 0 900 900]" + inner)
    objects[40] = stream(b"0 0 m 9 9 l S", b"/Type/XObject/Subtype/Form/BBox[0 0 900 900]")
    return drawing(b"/XObject<</X 10 0 R>>", b"/X Do", objects)


def fax_bomb() -> bytes:
    fax = b"/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 60000/Rows 60000>>/ImageMask true/BitsPerComponent 1"
    head = b"/Type/XObject/Subtype/Image/Width 60000/Height 60000" + fax
    return drawing(b"/XObject<</I 10 0 R>>", b"500 0 0 500 9 9 cm /I Do", {10: stream(b"\0" * 100_000, head)})


def glyph_of_itself() -> bytes:
    """A letter that is drawn by writing it."""
    font = b"<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[1 0 0 1 0 0]/FirstChar 97/LastChar 97/Widths[1]"
    more = b"/Encoding<</Differences[97/a]>>/CharProcs<</a 11 0 R>>/Resources<</Font<</F 10 0 R>>>>>>"
    text = b"BT /F 9 Tf 50 50 Td (aaaa) Tj ET"
    return drawing(b"/Font<</F 10 0 R>>", text, {10: font + more, 11: stream(b"1 0 d0 " + text)})


def function_of_itself() -> bytes:
    function = b"<</FunctionType 3/Domain[0 1]/Functions[11 0 R 11 0 R]/Bounds[.5]/Encode[0 1 0 1]>>"
    shading = b"<</ShadingType 2/ColorSpace/DeviceRGB/Coords[0 0 600 900]/Function 11 0 R>>"
    return drawing(b"/Shading<</S 10 0 R>>", b"/S sh", {10: shading, 11: function})


def colour_of_itself() -> bytes:
    return drawing(b"/ColorSpace<</C 10 0 R>>", b"/C cs 1 scn 0 0 99 99 re f", {10: b"[/Indexed 10 0 R 1 <00>]"})


def mask_of_itself() -> bytes:
    """Transparency given by the drawing that is transparent."""
    state = b"<</SMask<</S/Luminosity/G 11 0 R>>>>"
    group = (
        b"/Type/XObject/Subtype/Form/BBox[0 0 900 900]/Group<</S/Transparency>>/Resources<</ExtGState<</G 10 0 R>>>>"
    )
    resources = b"/ExtGState<</G 10 0 R>>/XObject<</X 11 0 R>>"
    return drawing(resources, b"/G gs /X Do", {10: state, 11: stream(b"/G gs 0 0 99 99 re f", group)})


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
    return drawing(b"/Pattern<</P 10 0 R>>", b"/Pattern cs /P scn 0 0 600 900 re f", {10: pattern})


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


PDF_FILES = [
    *BOMBS,
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
    Case(fax_bomb, "pages"),
    Case(glyph_of_itself, "pages"),
    Case(function_of_itself, "pages"),
    Case(colour_of_itself, "pages"),
    Case(mask_of_itself, "pages"),
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
    *(Case(cut, "pages", "invoice", "broken", "pages_broken", of=(share / 10,)) for share in range(1, 10)),
    Case(without_pages, "broken"),
    Case(data_without_pages, "broken"),
    Case(without_root, "pages", "broken"),
    Case(only_a_beginning, "broken"),
    Case(nothing_but_numbers, *ENDED),
    Case(million_objects, "pages", *ENDED),
    Case(warnings_without_end, "pages", *ENDED),
]
