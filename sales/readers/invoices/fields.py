"""Values taken out of elements, each with its name in words, so that nothing that cannot be read vanishes silently."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from lxml import etree

from common.money import plain
from common.sentences import _n
from sales.readers.invoices import serials, values
from sales.readers.invoices.record import ZERO, Refused, Remark
from sales.readers.problems import Term

LONGEST_TEXT = 20_000
LONGEST_ID = 500
MOST_REMARKS = 200
TOLERANCE = Decimal("0.02")
"""By how much an amount may differ from what is calculated: two roundings to the cent."""
_SHOWN = 80

NUMBER = Term(_n("invoice number"))
TYPE_CODE = Term(_n("document type"))
ISSUE_DATE = Term(_n("invoice date"))
CURRENCY = Term(_n("currency"))
SELLER = Term(_n("seller's name"))
SELLER_ID = Term(_n("seller's number"))
SELLER_VAT = Term(_n("seller's VAT number"))
SELLER_ADDRESS = Term(_n("seller's address"))
BUYER = Term(_n("buyer's name"))
BUYER_ID = Term(_n("buyer's number"))
BUYER_VAT = Term(_n("buyer's VAT number"))
BUYER_ADDRESS = Term(_n("buyer's address"))
TOTALS = Term(_n("totals"))
LINES_NET = Term(_n("sum of the lines"))
NET = Term(_n("net total"))
GROSS = Term(_n("gross total"))
DUE = Term(_n("amount due"))
ALLOWANCES = Term(_n("allowances"))
CHARGES = Term(_n("charges"))
VAT = Term(_n("VAT amount"))
PREPAID = Term(_n("prepaid amount"))
ROUNDING = Term(_n("rounding amount"))
THIRD_PARTY = Term(_n("payment for others"))
LINE_ID = Term(_n("line number"))
PARENT = Term(_n("superior line"))
LINE_KIND = Term(_n("kind of line"))
QUANTITY = Term(_n("quantity"))
UNIT = Term(_n("unit"))
LINE_NET = Term(_n("net amount"))
PRICE = Term(_n("price"))
PRICE_BASE = Term(_n("quantity of the price"))
NAME = Term(_n("article name"))
ARTICLE = Term(_n("seller's article number"))
BUYER_ARTICLE = Term(_n("buyer's article number"))
STANDARD_ID = Term(_n("GTIN"))
SERIAL = Term(_n("serial number"))
NOTE = Term(_n("note"))
PRECEDING = Term(_n("earlier invoice"))
PRECEDING_DATE = Term(_n("date of the earlier invoice"))
PROFILE = Term(_n("profile"))
SIGN = Term(_n("sign of an allowance or charge"))


class Names:
    """Turns paths like "cac:Party/cbc:Name" into the names lxml knows."""

    def __init__(self, **namespaces: str) -> None:
        self._namespaces = namespaces
        self._paths: dict[str, tuple[str, ...]] = {}

    def __getitem__(self, path: str) -> tuple[str, ...]:
        tags = self._paths.get(path)
        if tags is None:
            steps = (step.split(":") for step in path.split("/"))
            tags = self._paths[path] = tuple(f"{{{self._namespaces[prefix]}}}{name}" for prefix, name in steps)
        return tags


@dataclass
class Fields:
    """Takes values out of elements by paths like "cac:Party/cbc:Name", and keeps what a person should look at.

    `line`: what the line that is being read is called in remarks; None while the document as a whole is read. A value
    that is not there is None without a remark; one that cannot be read, or is there twice, leaves one.
    """

    names: Names
    line: str | None = None
    remarks: list[Remark] = field(default_factory=list)
    _left_off: int = 0

    def remark(self, code: str, text: str, /, **params: str) -> None:
        if len(self.remarks) < MOST_REMARKS:
            self.remarks.append(Remark(code, text, tuple(params.items())))
        else:
            self._left_off += 1

    def all_remarks(self) -> tuple[Remark, ...]:
        if not self._left_off:
            return tuple(self.remarks)
        more = Remark("more", _n("{count} further remarks are left out."), (("count", str(self._left_off)),))
        return (*self.remarks, more)

    def every(self, parent: etree._Element, path: str) -> list[etree._Element]:
        """All elements at `path`, below each of several parents too."""
        found = [parent]
        for tag in self.names[path]:
            found = [child for element in found for child in element.iterchildren(tag)]
        return found

    def part(self, parent: etree._Element, path: str, what: Term) -> etree._Element | None:
        """The one element at `path` that others lie in; a second one leaves a remark."""
        found = self.every(parent, path)
        if len(found) > 1:
            self.repeated(what)
        return found[0] if found else None

    def text(self, parent: etree._Element, path: str, what: Term, longest: int = LONGEST_TEXT) -> str | None:
        """The text at `path`; an empty one counts as missing."""
        return self._one(self.every(parent, path), what, longest)

    def id(self, parent: etree._Element, path: str, what: Term) -> str | None:
        return self.text(parent, path, what, LONGEST_ID)

    def texts(self, elements: list[etree._Element], what: Term, longest: int = LONGEST_ID) -> tuple[str, ...]:
        """The different texts of `elements` in their order."""
        found = (self._content(element, what, longest) for element in elements)
        return tuple(dict.fromkeys(text for text in found if text))

    def first(self, elements: list[etree._Element], what: Term, longest: int = LONGEST_ID) -> str | None:
        """The text of `elements`, of which there should be one."""
        return self._one(elements, what, longest)

    def number(self, parent: etree._Element, path: str, what: Term) -> Decimal | None:
        return self._value(self.every(parent, path), what, values.number)

    def amount(self, parent: etree._Element, path: str, what: Term, currency: str | None) -> Decimal | None:
        """The amount at `path` in `currency`. One that says it is in another currency is left unread, with a remark."""
        return self.amount_in(self.every(parent, path), what, currency)

    def amount_in(self, elements: list[etree._Element], what: Term, currency: str | None) -> Decimal | None:
        """The one amount of `elements` in `currency`; others beside it are usual for VAT (BT-111)."""
        right = [element for element in elements if (element.get("currencyID") or currency) == currency]
        if elements and not right:
            self._about(
                "other_currency",
                _n("Line {line}: {what} in another currency than the invoice ({value})."),
                _n("In another currency than the invoice ({value}): {what}."),
                what=what,
                value=str(elements[0].get("currencyID"))[:_SHOWN],
            )
        return self._value(right, what, values.number)

    def sum(self, elements: list[etree._Element], path: str, what: Term, currency: str | None) -> Decimal:
        """The amounts at `path` below each of `elements` together; none counts as 0."""
        found = (self.amount(element, path, what, currency) for element in elements)
        return sum((amount for amount in found if amount is not None), ZERO)

    def day(self, elements: list[etree._Element], what: Term, read: Callable[[str], date | None]) -> date | None:
        return self._value(elements, what, read)

    def currency(self, parent: etree._Element, path: str) -> str | None:
        return self._value(self.every(parent, path), CURRENCY, values.currency)

    def stated_sum(self, stated: Decimal | None, single: Decimal, what: Term) -> Decimal:
        """What the document states as the sum of `single` amounts, or that sum."""
        if stated is not None and stated != single:
            self._sum_differs(what, single, stated)
        return single if stated is None else stated

    def _sum_differs(self, what: Term, added: Decimal, stated: Decimal) -> None:
        text = _n("Parts that add up to {added}, but the invoice says {stated}: {what}.")
        self.remark("sum_differs", text, what=what, added=plain(added), stated=plain(stated))

    def allowances(
        self, entries: list[tuple[etree._Element, list[etree._Element]]], amount: str, currency: str | None
    ) -> tuple[Decimal, Decimal]:
        """The sums of allowances and of charges among `entries`, each with its indicator and its `amount`."""
        sums = {False: ZERO, True: ZERO}
        for entry, indicators in entries:
            adds = self.adds(indicators)
            if adds is None:
                continue
            what = CHARGES if adds else ALLOWANCES
            found = self.amount(entry, amount, what, currency)
            if found is None:
                self.missing(what)
            else:
                sums[adds] += found
        return sums[False], sums[True]

    def unit(self, parent: etree._Element, path: str) -> str | None:
        """The unit of the quantity at `path`."""
        units = {values.tidy(element.get("unitCode") or "") for element in self.every(parent, path)}
        if len(units) > 1:
            self.repeated(UNIT)
            return None
        return next(iter(units), None) or None

    def breakdown(
        self, entries: list[etree._Element], path: str, stated: Decimal, what: Term, currency: str | None
    ) -> None:
        """Compares the amounts at `path` of a VAT breakdown (BG-23) with the total they stand for."""
        found = [self.amount(entry, path, what, currency) for entry in entries]
        amounts = [amount for amount in found if amount is not None]
        if amounts and abs(sum(amounts) - stated) > TOLERANCE:
            self._sum_differs(what, sum(amounts, ZERO), stated)

    def adds(self, elements: list[etree._Element]) -> bool | None:
        """Whether an entry is a charge; None, with a remark, when it does not say so."""
        adds = self._value(elements, SIGN, values.indicator)
        if not elements:
            self.missing(SIGN)
        return adds

    def serials(
        self,
        numbered: list[etree._Element],
        attributes: list[tuple[list[etree._Element], list[etree._Element]]],
        described: list[etree._Element],
    ) -> tuple[str, ...]:
        """Serial numbers of a line; `attributes` as their names and values, `described`: notes and descriptions."""
        labelled = [
            value
            for names, found in attributes
            if any(serials.is_label(name) for name in self.texts(names, SERIAL, LONGEST_TEXT))
            for value in self.texts(found, SERIAL, LONGEST_TEXT)
        ]
        return serials.collected(self.texts(numbered, SERIAL), labelled, self.texts(described, NOTE, LONGEST_TEXT))

    def unfit_type(self, code: str) -> None:
        text = _n(
            "Invoice and credit note contradict each other: the type is {code}, the document's form says otherwise."
        )
        self.remark("unfit_type", text, code=code)

    def unsaid_kinds(self) -> None:
        text = _n("Lines of the invoice contain further lines, and it does not say which are sold: somebody must look.")
        self.remark("nested", text)

    def is_test(self) -> None:
        self.remark("test", _n("The document says that it is a test. Upload the real invoice."))

    def is_copy(self) -> None:
        self.remark("copy", _n("The document says that it is a copy. Upload the original, or have it looked at."))

    def unreadable(self, what: Term, value: str) -> None:
        self._about(
            "unreadable",
            _n("Line {line}: unreadable {what} “{value}”. Compare it with the invoice."),
            _n("Unreadable: {what} “{value}”. Compare it with the invoice."),
            what=what,
            value=values.tidy(value)[:_SHOWN],
        )

    def missing(self, what: Term) -> None:
        self._about("missing", _n("Line {line}: no {what}."), _n("Missing: {what}."), what=what)

    def doubtful(self, what: Term, value: str) -> None:
        """`value` was read, but it is written in a way that may mean something else."""
        self._about(
            "doubtful",
            _n("Line {line}: unusually written {what} “{value}”. Compare it with the invoice."),
            _n("Unusually written: {what} “{value}”. Compare it with the invoice."),
            what=what,
            value=values.tidy(value)[:_SHOWN],
        )

    def _value(
        self, elements: list[etree._Element], what: Term, read: Callable[[str], values.Value | None]
    ) -> values.Value | None:
        if not elements:
            return None
        self._note_repetition(elements, what)
        written = self._raw(elements[0], what, LONGEST_ID)
        if written is None:
            return None
        value = read(written)
        if value is None:
            self.unreadable(what, written)
        return value

    def _one(self, elements: list[etree._Element], what: Term, longest: int) -> str | None:
        if not elements:
            return None
        self._note_repetition(elements, what)
        return self._content(elements[0], what, longest)

    def _content(self, element: etree._Element, what: Term, longest: int) -> str | None:
        written = self._raw(element, what, longest)
        return (values.tidy(written) or None) if written else None

    def _raw(self, element: etree._Element, what: Term, longest: int) -> str | None:
        """The text of `element`; None when there are elements inside, because then it is no single value."""
        if len(element):
            self.unreadable(what, "".join(str(part) for part in element.itertext()))
            return None
        text = element.text or ""
        if len(text) > longest and len(values.tidy(text)) > longest:
            raise Refused(
                "field_too_long",
                _n("Longer than {limit} characters: {what}. Ask the sender for the invoice again."),
                what=what,
                limit=str(longest),
            )
        return text

    def repeated(self, what: Term) -> None:
        self._about(
            "repeated",
            _n("Line {line}: more than one {what}, and they differ."),
            _n("More than one value, and they differ: {what}."),
            what=what,
        )

    def _note_repetition(self, elements: list[etree._Element], what: Term) -> None:
        if len(elements) > 1 and len({"".join(map(str, element.itertext())).strip() for element in elements}) > 1:
            self.repeated(what)

    def _about(self, code: str, in_line: str, in_document: str, /, **params: str) -> None:
        if self.line is None:
            self.remark(code, in_document, **params)
        else:
            self.remark(code, in_line, line=self.line, **params)
