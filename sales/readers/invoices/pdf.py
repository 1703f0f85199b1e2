"""The invoice that a PDF carries as an attachment: ZUGFeRD, Factur-X, an XRechnung inside a PDF.

A PDF is a graph that a stranger has drawn: it can loop, nest and unpack into anything. So every step and every byte
that is unpacked is counted, and nothing but attachments is looked at: no script, no action, no address is followed.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream, String

from common.sentences import _n
from sales.readers.invoices.reading import is_invoice_root, read_xml
from sales.readers.invoices.record import Invoice, Refused

_NAMES = frozenset({"factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml", "order-x.xml"})
"""What data are called by the standards, in whatever case. Orders are among them to be refused as what they are."""
MOST_ATTACHMENTS = 200
MOST_STEPS = 20_000
"""Nodes, pages, annotations and names that are looked at."""
MOST_UNPACKED = 20_000_000
"""Bytes that all attachments together may unpack to."""
_MOST_WARNINGS = 5_000

BROKEN = _n("The file cannot be opened: it is damaged or made in an unusual way. Please download and send it anew.")

pikepdf.settings.set_qpdf_limits(
    flate_max_memory=2 * MOST_UNPACKED,
    png_max_memory=2 * MOST_UNPACKED,
    tiff_max_memory=2 * MOST_UNPACKED,
    run_length_max_memory=2 * MOST_UNPACKED,
    doc_max_warnings=_MOST_WARNINGS,
    max_stream_filters=2,
)


def carried_invoice(content: bytes) -> Invoice | None:
    """The record of the one invoice in the PDF; None: it carries none. Raises `Refused`."""
    data = carried_data(content)
    return None if data is None else read_xml(data)


def carried_data(content: bytes) -> bytes | None:
    """The one invoice in the PDF, as it is. The same bytes under two names are one. Raises `Refused`."""
    try:
        with pikepdf.open(io.BytesIO(content), inherit_page_attributes=False) as pdf:
            found = _invoices(_Search(pdf).attachments())
    except pikepdf.PasswordError:
        raise Refused(
            "password",
            _n("This PDF opens with a password only. Please send one that opens without a password."),
        ) from None
    except pikepdf.PdfError:
        raise Refused("broken", BROKEN) from None
    if len(found) > 1:
        raise Refused(
            "several_invoices",
            _n("This PDF carries {count} different invoices. Please send each of them as a file of its own."),
            count=str(len(found)),
        )
    return next(iter(found), None)


@dataclass
class _Attachment:
    stream: Stream
    names: set[str] = field(default_factory=set)

    def is_named(self) -> bool:
        return not _NAMES.isdisjoint(self.names)

    def is_xml(self) -> bool:
        return any(name.endswith(".xml") for name in self.names)


def _invoices(attachments: list[_Attachment]) -> set[bytes]:
    left = MOST_UNPACKED
    found = set()
    for attachment in attachments:
        if attachment.is_xml():
            data = _unpacked(attachment.stream, left)
            left -= len(data)
            if attachment.is_named() or is_invoice_root(data):
                found.add(data)
    return found


def _unpacked(stream: Stream, most: int) -> bytes:
    """An attachment's bytes. Raises `Refused` for more than `most`, and for compressions that invoices are not in."""
    data = stream.read_raw_bytes()
    filters = stream.get(Name.Filter)
    if isinstance(filters, Array) and len(filters) < 2:
        filters = filters[0] if len(filters) else None
    if filters is not None:
        if filters != Name.FlateDecode or _predicts(stream):
            raise Refused(
                "unusual_compression",
                _n("The data in this PDF are packed in an unusual way. Please ask your distributor for another file."),
            )
        data = _inflated(data, most)
    if len(data) > most:
        raise Refused(
            "too_much_inside",
            _n(
                "The data in this PDF unpack to more than {size} MB, which no invoice needs. "
                "Please ask your distributor for another file."
            ),
            size=str(MOST_UNPACKED // 1_000_000),
        )
    return data


def _inflated(data: bytes, most: int) -> bytes:
    """Up to one byte more than `most`. Raises `Refused`, also when it ends before its checksum or differs from it."""
    unpacker = zlib.decompressobj()
    with suppress(zlib.error):
        unpacked = unpacker.decompress(data, most + 1)
        if unpacker.eof or len(unpacked) > most:
            return unpacked
    raise Refused(
        "data_damaged", _n("The data in this PDF are damaged. Please ask your distributor for the file anew.")
    )


def _predicts(stream: Stream) -> bool:
    parameters = stream.get(Name.DecodeParms)
    if isinstance(parameters, Array) and len(parameters):
        parameters = parameters[0]
    return isinstance(parameters, Dictionary) and parameters.get(Name.Predictor, 1) != 1


class _Search:
    """Where a PDF can have attachments: its tree of names, `/AF` of the document and of pages, annotations."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.root = pdf.Root
        self.steps = 0
        self.found: dict[tuple[int, int], _Attachment] = {}

    def attachments(self) -> list[_Attachment]:
        for key, file in self._named_files(_part(_part(self.root, Name.Names), Name.EmbeddedFiles)):
            self._take(file, key)
        self._take_associated(self.root)
        for page in self._pages():
            self._take_associated(page)
            for annotation in self._items(_part(page, Name.Annots)):
                if _part(annotation, Name.Subtype) == Name.FileAttachment:
                    self._take(_part(annotation, Name.FS))
        return list(self.found.values())

    def _named_files(self, tree: Object | None) -> Iterator[tuple[Object | None, Object]]:
        for node in self._nodes(tree):
            key = None
            for index, item in enumerate(self._items(_part(node, Name.Names))):
                if index % 2:
                    yield key, item
                key = item

    def _pages(self) -> Iterator[Object]:
        return (node for node in self._nodes(_part(self.root, Name.Pages)) if _part(node, Name.Kids) is None)

    def _nodes(self, top: Object | None) -> Iterator[Object]:
        """All nodes of a tree, each once, however they lead to each other."""
        seen = set()
        waiting = [top]
        while waiting:
            node = waiting.pop()
            self._step()
            if not isinstance(node, Dictionary) or node.objgen in seen:
                continue
            if node.is_indirect:
                seen.add(node.objgen)
            yield node
            waiting += list(self._items(_part(node, Name.Kids)))[::-1]

    def _take_associated(self, holder: Object) -> None:
        files = _part(holder, Name.AF)
        for file in self._items(files) if isinstance(files, Array) else [files]:
            self._take(file)

    def _take(self, file: Object | None, key: Object | None = None) -> None:
        """A file specification. `/EF` may hold the file under several keys; a reader shows whichever it likes."""
        self._step()
        names = {_name(text) for text in (key, _part(file, Name.F), _part(file, Name.UF)) if isinstance(text, String)}
        inside = _part(file, Name.EF)
        for kind in (Name.UF, Name.F, Name.DOS, Name.Mac, Name.Unix):
            stream = _part(inside, kind)
            if isinstance(stream, Stream):
                self.found.setdefault(stream.objgen, _Attachment(stream)).names.update(names)
        if len(self.found) > MOST_ATTACHMENTS:
            raise Refused(
                "too_many_attachments",
                _n("This PDF has more than {limit} attachments. Please send one that holds a single invoice."),
                limit=str(MOST_ATTACHMENTS),
            )

    def _items(self, array: Object | None) -> Iterator[Object]:
        if isinstance(array, Array):
            for index in range(len(array)):
                self._step()
                yield array[index]

    def _step(self) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            sentence = _n("This PDF has far more parts than an invoice. Please send one that holds a single invoice.")
            raise Refused("too_many_parts", sentence)


def _part(holder: Object | None, name: Name) -> Object | None:
    return holder.get(name) if isinstance(holder, Dictionary | Stream) else None


def _name(text: String) -> str:
    """A file's name without the folders that it claims."""
    return PurePosixPath(str(text).replace("\\", "/").strip("\0 ")).name.casefold()
