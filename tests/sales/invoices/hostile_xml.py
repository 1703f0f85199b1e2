"""XML that wants to do harm, a function for each file."""

from __future__ import annotations

from tests.sales.invoices.cases import Case
from tests.sales.invoices.pdfs import attached, cii, hybrid

TOO_MUCH = ("too_much", "too_deep", "field_too_long", "not_xml")
"""Which bound a file meets first is up to the parser."""
FITS = 19_000_000
"""Bytes that are just small enough to be taken."""


def _entities(declared: str, sign: str) -> str:
    """Each is ten times the one below."""
    tens = [f"{sign}a{level};" * 10 for level in range(11)]
    return "".join(f'<!ENTITY {declared}a{level} "{ten}">' for level, ten in enumerate(tens, start=1))


def laughs() -> bytes:
    return cii(before=f'<!DOCTYPE x [<!ENTITY a0 "haha">{_entities("", "&")}]>', note="&a11;")


def quadratic() -> bytes:
    return cii(before=f'<!DOCTYPE x [<!ENTITY a "{"x" * 100_000}">]>', note="&a;" * 100_000)


def parameter_laughs() -> bytes:
    return cii(before=f'<!DOCTYPE x [<!ENTITY % a0 "haha">{_entities("% ", "&#37;")}%a11;]>')


def external(encoding: str = "utf-8", declared: str = "UTF-8", mark: bytes = b"") -> bytes:
    """An entity that is a file of ours, in some encoding."""
    text = cii(before='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', note="&e;").decode()
    return mark + text.replace("UTF-8", declared).encode(encoding)


def external_dtd() -> bytes:
    return cii(before='<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">')


def external_parameter() -> bytes:
    return cii(before='<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1:9/x.dtd"> %e;]>')


def plain_doctype() -> bytes:
    return cii(before="<!DOCTYPE x>")


def doctype_behind_much() -> bytes:
    return cii(before=f'<!--{"x" * 1_000_000}--><!DOCTYPE x [<!ENTITY e "x">]>', note="&e;")


def entity_in_utf_7() -> bytes:
    text = '+ADw-!DOCTYPE x +AFs-+ADw-!ENTITY e SYSTEM "file:///etc/passwd"+AD4-+AF0-+AD4-'
    return b'<?xml version="1.0" encoding="UTF-7"?>' + text.encode() + b"+ADw-x+AD4-+ACY-e+ADsAPA-/x+AD4-"


def included() -> bytes:
    """XInclude and a style sheet, which nobody asks for."""
    sheet = '<?xml-stylesheet type="text/xsl" href="file:///etc/passwd"?>'
    return cii(before=sheet, note='<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>')


def many_nodes() -> bytes:
    return cii(note="<a/>" * (FITS // 4))


def many_roots() -> bytes:
    return b"<a/>" * (FITS // 4)


def many_attributes() -> bytes:
    attributes = " ".join(f'a{number}=""' for number in range(1_300_000))
    return cii(note=f"<a {attributes}/>")


def many_namespaces() -> bytes:
    namespaces = " ".join(f'xmlns:n{number}="u{number}"' for number in range(600_000))
    return cii(note=f"<a {namespaces}/>")


def deep() -> bytes:
    return cii(note="<a>" * (FITS // 8) + "</a>" * (FITS // 8))


def deep_open() -> bytes:
    return b"<a>" * (FITS // 3)


def long_text() -> bytes:
    return cii(note="x" * FITS)


def long_number() -> bytes:
    return cii().replace(b"1234.56", b"9" * (FITS // 8))


def long_name() -> bytes:
    return cii(note=f"<{'a' * FITS}/>")


def long_attribute() -> bytes:
    return cii(note=f'<a b="{"x" * FITS}"/>')


def long_comment() -> bytes:
    return cii(note=f"<!--{'x' * FITS}-->")


def long_cdata() -> bytes:
    return cii(note=f"<![CDATA[{'<' * FITS}]]>")


def many_comments() -> bytes:
    return cii(note="<!---->" * (FITS // 7))


def many_instructions() -> bytes:
    return cii(note="<?a?>" * (FITS // 5))


def many_references() -> bytes:
    return cii(note="&#x41;" * (FITS // 6))


def many_texts() -> bytes:
    return cii(note="<![CDATA[]]>" * (FITS // 12))


def ends_early() -> bytes:
    return cii()[:-200]


def twice() -> bytes:
    return cii() + cii()


def with_zeros() -> bytes:
    return cii(note="\0")


def wrong_utf_8() -> bytes:
    return cii(note="?").replace(b"?</ram:Content>", b"\xff\xfe</ram:Content>")


def unknown_encoding() -> bytes:
    return cii().replace(b"UTF-8", b"x-none")


def laughs_in_a_pdf() -> bytes:
    return hybrid(laughs())


def external_in_a_pdf() -> bytes:
    return hybrid(external("utf-16-le", "UTF-16", b"\xff\xfe"))


def nodes_in_a_pdf() -> bytes:
    return hybrid(many_nodes())


def laughs_beside_data() -> bytes:
    """Under a name of its own, so that only its root is looked at."""
    return attached([("factur-x.xml", cii()), ("other.xml", laughs())])


DOCTYPE = "document_type"
XML_FILES = [
    Case(laughs, DOCTYPE),
    Case(quadratic, DOCTYPE),
    Case(parameter_laughs, DOCTYPE, "not_xml"),
    Case(external, DOCTYPE),
    Case(external, DOCTYPE, of=("utf-16-le", "UTF-16")),
    Case(external, DOCTYPE, of=("utf-16-be", "UTF-16")),
    Case(external, DOCTYPE, of=("utf-16-le", "UTF-16", b"\xff\xfe")),
    Case(external, DOCTYPE, of=("utf-16-be", "UTF-16", b"\xfe\xff")),
    Case(external, DOCTYPE, of=("utf-8", "UTF-16", b"\xef\xbb\xbf")),
    Case(external, "encoding", of=("cp037", "EBCDIC-CP-US")),
    Case(external, "encoding", of=("utf-32-le", "UTF-32")),
    Case(entity_in_utf_7, DOCTYPE),
    Case(external_dtd, DOCTYPE),
    Case(external_parameter, DOCTYPE),
    Case(plain_doctype, DOCTYPE),
    Case(doctype_behind_much, DOCTYPE),
    Case(included, "invoice"),
    Case(many_nodes, "too_much"),
    Case(many_roots, "not_xml"),
    Case(many_attributes, "too_much"),
    Case(many_namespaces, "too_much"),
    Case(deep, *TOO_MUCH),
    Case(deep_open, *TOO_MUCH),
    Case(long_text, *TOO_MUCH),
    Case(long_number, *TOO_MUCH),
    Case(long_name, *TOO_MUCH),
    Case(long_attribute, *TOO_MUCH),
    Case(long_comment, *TOO_MUCH),
    Case(long_cdata, *TOO_MUCH),
    Case(many_comments, "invoice"),
    Case(many_instructions, "invoice"),
    Case(many_references, "invoice"),
    Case(many_texts, "invoice"),
    Case(ends_early, "not_xml"),
    Case(twice, "not_xml"),
    Case(with_zeros, "not_xml"),
    Case(wrong_utf_8, "not_xml"),
    Case(unknown_encoding, "not_xml"),
    Case(laughs_in_a_pdf, DOCTYPE),
    Case(external_in_a_pdf, DOCTYPE),
    Case(nodes_in_a_pdf, "too_much"),
    Case(laughs_beside_data, "several_invoices"),
]
