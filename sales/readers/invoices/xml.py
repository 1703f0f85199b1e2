"""XML from strangers, parsed within bounds: no document type, no entities, nothing fetched, nothing endless."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from lxml import etree

from common.sentences import _n
from sales.readers.invoices.record import Refused
from sales.readers.invoices.roots import ENVELOPE, ENVELOPE_HEADER, INVOICES, refuse_unless_invoice

_CHUNK = 1 << 15
# The first sign of any XML document, in the encodings that need no declaration and in EBCDIC.
_BEGINNINGS = (b"<", b"<\0", b"\0<", b"<\0\0\0", b"\0\0\0<", b"\x4c\x6f\xa7\x94")
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes, elements and attributes of a document. libxml2 itself ends at 256 elements inside each other."""

    size: int = 20_000_000
    elements: int = 200_000
    attributes: int = 500_000


USUAL_LIMITS = Limits()


def invoice_root(content: bytes, limits: Limits = USUAL_LIMITS) -> etree._Element:
    """The invoice in `content`, taken out of its envelope. Raises `Refused`."""
    root = parse(content, limits)
    if root.tag != ENVELOPE:
        refuse_unless_invoice(str(root.tag))
        return root
    inside = [child for child in root if child.tag != ENVELOPE_HEADER]
    if not inside:
        raise Refused(
            "empty_envelope", _n("The file is an envelope without an invoice. Ask the sender for the invoice.")
        )
    if len(inside) > 1:
        text = _n("The file contains {count} documents. Upload each invoice as a file of its own.")
        raise Refused("several_invoices", text, count=str(len(inside)))
    refuse_unless_invoice(str(inside[0].tag))
    return inside[0]


def parse(content: bytes, limits: Limits = USUAL_LIMITS) -> etree._Element:
    """The root of a document within `limits`. Raises `Refused`.

    Elements are counted while they are parsed, so that a document ends as soon as it is too large, and a document type
    is refused before its entities are used.
    """
    _check_bytes(content, limits)
    parser = _parser()
    elements = 0
    try:
        for events in _fed(parser, content):
            for _event, element in events:
                if not elements:
                    _refuse_document_type(element)
                elements += 1
                if elements > limits.elements:
                    raise _too_much()
        root = parser.close()
    except etree.XMLSyntaxError as error:
        raise _malformed(error) from error
    # Asked of the whole document too: whatever its encoding, whatever the first answer was.
    _refuse_document_type(root)
    return root


def root_name(content: bytes) -> str | None:
    """Namespace and name of the root, `{namespace}name`; None when there is none. Reads no further than that."""
    parser = _parser()
    try:
        for events in _fed(parser, content):
            for _event, element in events:
                return str(element.tag)
    except etree.XMLSyntaxError:
        # What is damaged further down has a root all the same.
        for _event, element in _events(parser):
            return str(element.tag)
    return None


def is_invoice_root(content: bytes) -> bool:
    """Whether this is worth reading as an invoice: its root is one, or an envelope. It may be refused all the same."""
    name = root_name(content)
    return name == ENVELOPE or name in INVOICES


def _parser() -> etree.XMLPullParser:
    return etree.XMLPullParser(
        events=("start",),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        # A comment inside a value would cut it in two, and only the first half would be read.
        remove_comments=True,
        remove_pis=True,
    )


def _fed(parser: etree.XMLPullParser, content: bytes) -> Iterator[Iterator[tuple[str, etree._Element]]]:
    for start in range(0, len(content), _CHUNK):
        parser.feed(content[start : start + _CHUNK])
        yield _events(parser)


def _events(parser: etree.XMLPullParser) -> Iterator[tuple[str, etree._Element]]:
    return cast("Iterator[tuple[str, etree._Element]]", parser.read_events())


def _check_bytes(content: bytes, limits: Limits) -> None:
    if len(content) > limits.size:
        text = _n("The file is larger than {size} MB. Ask the sender for the invoice without its attachments.")
        raise Refused("too_large", text, size=str(limits.size // 1_000_000))
    beginning = content[:200]
    for mark in _MARKS:
        beginning = beginning.removeprefix(mark)
    if not beginning.strip(b" \t\r\n\0").startswith(_BEGINNINGS):
        raise Refused("not_xml", _n("The file is no XML. Upload the invoice as the distributor sent it."))
    if content.count(b"=") > limits.attributes:
        raise _too_much()


def _refuse_document_type(element: etree._Element) -> None:
    described = element.getroottree().docinfo
    if described.internalDTD is not None:
        raise _document_type()


def _document_type() -> Refused:
    return Refused(
        "document_type",
        _n(
            "The file declares a document type (DOCTYPE), which no invoice needs and which can do harm. Ask the sender "
            "for the invoice without it."
        ),
    )


def _too_much() -> Refused:
    return Refused("too_much", _n("The file contains more than an invoice does. Ask the sender for the invoice alone."))


def _malformed(error: etree.XMLSyntaxError) -> Refused:
    if getattr(error, "code", None) in {etree.ErrorTypes.ERR_RESOURCE_LIMIT, etree.ErrorTypes.ERR_ENTITY_LOOP}:
        # Entities that multiply are stopped by libxml2 inside the document type, before we are asked.
        return _document_type() if "entity" in str(error).lower() else _too_much()
    place = str(error.position[0])
    text = _n("The file is damaged: it is no valid XML from line {place} on. Ask the sender for it again.")
    return Refused("not_xml", text, place=place)
