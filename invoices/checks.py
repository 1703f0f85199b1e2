"""What has to be right about an invoice before it counts. Pure: facts in, outcomes out (`facts` gathers them).

Each check is a function of its own and always says how it came out, so that partner and reviewer read the same list. A
sentence is an English template (`common.sentences`); days in it are told by the reader's language.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from common.sentences import _n
from invoices.keys import number_key
from invoices.outcomes import Check, Outcome
from sales.readers.invoices.record import CREDIT_NOTE_TYPES

INVOICE_TYPES = frozenset({"380"}) | CREDIT_NOTE_TYPES
"""Types that mean what they say. Others (partial, corrected, self-billed) are looked at by a person."""
ABOVE_LIST_PRICE = 2
"""By how much more than the list price a person looks at a line."""
NAMED = 3
"""Names in a sentence; of more, how many there are besides is said."""


@dataclass(frozen=True, slots=True)
class SoldLine:
    """A line that sells something. `product`: id, None: none of this vendor's. `vendors`: it names the vendor or one
    of its articles, although no product was found."""

    label: str
    product: int | None
    pieces: Decimal | None
    unit: str = ""
    serials: tuple[str, ...] = ()
    vendors: bool = False
    net: Decimal | None = None
    list_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """An invoice and what is known around it on a day. Names and VAT ids are compared by who gathers the facts.

    `reported`: pieces by product that the distributor reported of this document for the partner. `claimed`, of a credit
    note: pieces by product that are claimed with the invoice it names and not taken back yet.
    """

    uploaded_on: date
    window_days: int
    currencies: Sequence[str]
    structured: bool
    typed: bool
    type_code: str
    number: str
    issue_date: date | None
    currency: str
    seller_name: str
    lines: Sequence[SoldLine]
    remarks: Sequence[tuple[str, Mapping[str, str]]] = ()
    scan: str = "off"
    comparison: str = "nothing"
    hybrid: bool = False
    seller_known_by: str = ""  # a VAT id or GLN the document gives; empty: it gives none
    distributor: str = ""  # its name, where the seller is one
    authorised: bool = False
    authorised_names: Sequence[str] = ()
    seller_resembles: str = ""  # an authorised distributor of a similar name, where the numbers name nobody
    company: str = ""  # the partner's name
    buyer_name: str = ""
    buyer: str = "unknown"  # same | other | unknown
    taken_serials: Sequence[str] = ()
    reported: Mapping[int, Decimal] = field(default_factory=dict)
    reported_to_others: bool = False
    duplicate: bool = False
    contested: bool = False  # another partner has uploaded the same one
    preceding_number: str = ""
    claimed: Mapping[int, Decimal] = field(default_factory=dict)

    @property
    def takes_back(self) -> bool:
        return self.type_code in CREDIT_NOTE_TYPES

    @property
    def sold(self) -> Sequence[SoldLine]:
        return [line for line in self.lines if line.product is not None]


CheckFunction = Callable[[Facts], Check | None]


def run_checks(facts: Facts) -> list[Check]:
    """All that apply, in the order in which people read them."""
    return [check for each in CHECKS if (check := each(facts)) is not None]


def refusal_in(checks: Sequence[Check]) -> Check | None:
    """The check for which the invoice is refused without a person."""
    return next((check for check in checks if check.refuses), None)


def all_passed(checks: Sequence[Check]) -> bool:
    return all(check.outcome is Outcome.PASSED for check in checks)


def reported_alike(facts: Facts) -> bool:
    """Whether the distributor's own report says the same of everything the invoice sells."""
    pieces = _pieces(facts)
    return bool(pieces) and all(facts.reported.get(product) == quantity for product, quantity in pieces.items())


def sign_of(type_code: str, pieces: Iterable[Decimal | None]) -> int:
    """By what quantities are multiplied when they are booked: -1 for a credit note that writes them without a sign."""
    written = sum((each for each in pieces if each is not None), Decimal(0))
    return -1 if type_code in CREDIT_NOTE_TYPES and written > 0 else 1


def _pieces(facts: Facts) -> Mapping[int, Decimal]:
    """By product, with the sign under which it is booked."""
    sign = sign_of(facts.type_code, (line.pieces for line in facts.sold))
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for line in facts.sold:
        if line.product is not None and line.pieces is not None:
            sums[line.product] += sign * line.pieces
    return sums


def _passed(key: str, text: str, /, **params: str | date) -> Check:
    return Check(key, Outcome.PASSED, text, params)


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(names[:NAMED])
    return f"{shown} (+{len(names) - NAMED})" if len(names) > NAMED else shown


# --- the document ----------------------------------------------------------------------------------------------------


def scanned(facts: Facts) -> Check | None:
    if facts.scan == "off":
        return None
    if facts.scan == "infected":
        return Check("scan", Outcome.FAILED, _n("The virus scanner says that the file is harmful."), {}, "harmful")
    if facts.scan != "clean":
        return Check("scan", Outcome.OPEN, _n("The virus scanner cannot be reached: the file is not yet scanned."))
    return _passed("scan", _n("The virus scanner found nothing."))


def complete(facts: Facts) -> Check:
    if not facts.structured and not facts.typed:
        return Check("complete", Outcome.OPEN, _n("The file has no data that a machine reads: a person types them."))
    if not (number_key(facts.number) and facts.issue_date and facts.currency and facts.lines):
        return Check("complete", Outcome.FAILED, _n("Number, date, currency or lines of the invoice are missing."))
    if facts.typed:
        return Check("complete", Outcome.WARNING, _n("Values were typed by a person."))
    return _passed("complete", _n("All values come from the invoice's data."))


def kind_of_document(facts: Facts) -> Check | None:
    if not facts.type_code or facts.type_code in INVOICE_TYPES:
        return None
    text = _n("The document is no plain invoice and no credit note (type {code}).")
    return Check("type", Outcome.WARNING, text, {"code": facts.type_code})


def text_and_data(facts: Facts) -> Check | None:
    if not facts.hybrid:
        return None
    if facts.comparison == "differs":
        return Check("text", Outcome.FAILED, _n("What the page shows differs from the data in the file."))
    if facts.comparison != "agrees":
        return Check("text", Outcome.OPEN, _n("The page has no text to compare the data with."))
    return _passed("text", _n("What the page shows agrees with the data in the file."))


def prices(facts: Facts) -> Check | None:
    """Nobody pays far more than the list price; revenue that somebody made up would raise tiers."""
    paid = [
        (line.label, abs(line.net / line.pieces), line.list_price)
        for line in facts.sold
        if line.net and line.pieces and line.list_price
    ]
    if dear := [label for label, price, listed in paid if price > listed * ABOVE_LIST_PRICE]:
        text = _n("These lines cost more than twice the list price: {lines}.")
        return Check("prices", Outcome.FAILED, text, {"lines": _named(dear)})
    return _passed("prices", _n("The prices are plausible.")) if paid else None


def arithmetic(facts: Facts) -> Check | None:
    if not facts.structured:
        return None
    if facts.takes_back and any(line.pieces is not None and line.pieces < 0 for line in facts.lines):
        return Check("arithmetic", Outcome.WARNING, _n("The credit note writes quantities below zero."))
    if facts.remarks:
        text, params = facts.remarks[0]
        return Check("arithmetic", Outcome.WARNING, text, params)
    free = [line.label for line in facts.sold if line.pieces and line.net is not None and line.net * line.pieces <= 0]
    if free:
        text = _n("These lines cost nothing: {lines}.")
        return Check("arithmetic", Outcome.WARNING, text, {"lines": _named(free)})
    return _passed("arithmetic", _n("The amounts add up."))


def new(facts: Facts) -> Check:
    if facts.duplicate:
        return Check("new", Outcome.FAILED, _n("This invoice is here already."), {}, "duplicate")
    if facts.contested:
        return Check("new", Outcome.FAILED, _n("Another company has uploaded this invoice too."))
    return _passed("new", _n("The invoice has not been uploaded before."))


# --- who, to whom and when -------------------------------------------------------------------------------------------


def distributor(facts: Facts) -> Check:
    if facts.distributor and facts.authorised:
        return _passed("distributor", _n("{name} is an authorised distributor."), name=facts.distributor)
    names = {"name": facts.distributor or facts.seller_name, "others": ", ".join(facts.authorised_names)}
    not_authorised = _n("{name} is no authorised distributor on the invoice's date. Authorised are: {others}.")
    if facts.distributor:
        return Check("distributor", Outcome.FAILED, not_authorised, names, "not_authorised" if facts.issue_date else "")
    if facts.seller_resembles:
        text = _n("By its name the seller may be {name}, but its VAT id and GLN are not that distributor's.")
        return Check("distributor", Outcome.FAILED, text, {"name": facts.seller_resembles})
    if facts.seller_known_by:
        return Check("distributor", Outcome.FAILED, not_authorised, names, "not_authorised")
    text = _n("The seller cannot be recognised: the invoice gives neither its VAT id nor its GLN.")
    return Check("distributor", Outcome.OPEN, text)


def buyer(facts: Facts) -> Check:
    names = {"name": facts.buyer_name, "company": facts.company}
    if facts.buyer == "same":
        return _passed("buyer", _n("The invoice is made out to {company}."), **names)
    if facts.buyer == "other":
        text = _n("The invoice is made out to {name}, whose VAT id is not that of {company}.")
        return Check("buyer", Outcome.FAILED, text, names)
    text = _n("It is not certain that {name} is {company}.")
    unnamed = _n("The invoice does not say to whom it is made out.")
    return Check("buyer", Outcome.OPEN, text if facts.buyer_name else unnamed, names)


def in_time(facts: Facts) -> Check | None:
    day = facts.issue_date
    if day is None:
        return None
    if day > facts.uploaded_on:
        return Check("time", Outcome.FAILED, _n("The invoice is dated in the future: {day}."), {"day": day})
    last = day + timedelta(days=facts.window_days)
    # What a credit note takes back is taken back whenever it comes.
    if last < facts.uploaded_on and not facts.takes_back:
        text = _n("Invoices can be uploaded up to {days} days after their date; for this one that was until {last}.")
        return Check("time", Outcome.FAILED, text, {"days": str(facts.window_days), "last": last}, "too_late")
    return _passed("time", _n("The invoice of {day} was uploaded in time."), day=day)


def currency(facts: Facts) -> Check | None:
    if not facts.currency or facts.currency in facts.currencies:
        return None
    text = _n("The invoice is in {currency}, the program counts in {own}.")
    return Check("currency", Outcome.FAILED, text, {"currency": facts.currency, "own": ", ".join(facts.currencies)})


# --- what was sold ---------------------------------------------------------------------------------------------------


def articles(facts: Facts) -> Check | None:
    if not facts.lines:
        return None
    doubtful = [line.label for line in facts.lines if line.product is None and line.vendors]
    if doubtful:
        text = _n("These lines may be articles of the program, but are not known by number or GTIN: {lines}.")
        return Check("articles", Outcome.FAILED, text, {"lines": _named(doubtful)})
    if not facts.sold:
        text = _n("No line is an article of the program.")
        return Check("articles", Outcome.FAILED, text, {}, "" if facts.typed else "no_products")
    if len(facts.sold) < len(facts.lines):
        text = _n("Articles of the program: {count} of {all} lines; the others do not count.")
        return _passed("articles", text, count=str(len(facts.sold)), all=str(len(facts.lines)))
    return _passed("articles", _n("All lines are articles of the program."))


def units(facts: Facts) -> Check | None:
    unknown = [line for line in facts.sold if line.pieces is None]
    if unknown:
        text = _n("How many pieces one {unit} is, is not known: {lines}.")
        params = {"unit": unknown[0].unit or "?", "lines": _named([line.label for line in unknown])}
        return Check("units", Outcome.FAILED, text, params)
    broken = [line.label for line in facts.sold if line.pieces is not None and line.pieces % 1]
    if broken:
        return Check("units", Outcome.FAILED, _n("Parts of a piece are sold: {lines}."), {"lines": _named(broken)})
    return _passed("units", _n("All quantities are pieces.")) if facts.sold else None


def serials(facts: Facts) -> Check | None:
    if facts.takes_back or not any(line.serials for line in facts.sold):
        return None
    if facts.taken_serials:
        text = _n("These serial numbers were claimed before: {serials}.")
        return Check("serials", Outcome.FAILED, text, {"serials": _named(facts.taken_serials)})
    named = [serial for line in facts.sold for serial in line.serials]
    if twice := [serial for serial, count in Counter(named).items() if count > 1]:
        text = _n("These serial numbers stand in the invoice twice: {serials}.")
        return Check("serials", Outcome.FAILED, text, {"serials": _named(twice)})
    if off := [line.label for line in facts.sold if line.serials and line.pieces != len(line.serials)]:
        text = _n("There are not as many serial numbers as pieces: {lines}.")
        return Check("serials", Outcome.WARNING, text, {"lines": _named(off)})
    return _passed("serials", _n("No serial number was claimed before."))


def reports(facts: Facts) -> Check | None:
    """What the distributor reports itself is the real control."""
    if facts.reported_to_others:
        return Check("report", Outcome.FAILED, _n("The distributor reported this document for another customer."))
    if not facts.reported:
        return None
    pieces = _pieces(facts)
    if any(facts.reported.get(product) != quantity for product, quantity in pieces.items()):
        return Check("report", Outcome.FAILED, _n("The distributor reported other quantities of this document."))
    return _passed("report", _n("The distributor's report says the same."))


def what_is_taken_back(facts: Facts) -> Check | None:
    if not facts.takes_back:
        return None
    number = {"number": facts.preceding_number}
    if not facts.preceding_number:
        return Check("taken_back", Outcome.FAILED, _n("The credit note does not say which invoice it takes back."))
    if not facts.claimed:
        text = _n("Nothing of invoice {number} is claimed yet; what this takes back is taken off as soon as it is.")
        return Check("taken_back", Outcome.PASSED, text, number)
    sums = {product: -quantity for product, quantity in _pieces(facts).items()}
    if any(quantity > facts.claimed.get(product, Decimal(0)) for product, quantity in sums.items()):
        text = _n("The credit note takes back more of invoice {number} than was claimed.")
        return Check("taken_back", Outcome.FAILED, text, number)
    return _passed("taken_back", _n("It takes back what was claimed with invoice {number}."), **number)


CHECKS: Sequence[CheckFunction] = (
    scanned,
    complete,
    kind_of_document,
    text_and_data,
    new,
    distributor,
    buyer,
    in_time,
    currency,
    articles,
    units,
    prices,
    arithmetic,
    serials,
    reports,
    what_is_taken_back,
)
