"""The bank's answer to a file: pain.002 of ISO 20022 (CustomerPaymentStatusReport) in any version.

`parse` turns bytes into an `Answer`; `read_answer` has that done in a child process, for files come from outside.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date

from lxml import etree

from common.errors import MarkedError
from common.limited import Allowance, Cause, ChildEnded, limited
from common.sentences import _n
from rebates.documents.reason_codes import said_twice
from sales.readers.invoices.record import Refused
from sales.readers.invoices.xml import Limits
from sales.readers.invoices.xml import parse as parse_xml
from sales.readers.telling import records

LIMITS = Limits(size=20_000_000, elements=1_000_000, attributes=500_000)
ALLOWANCE = Allowance(memory=1 << 30, computing=20, seconds=60)
"""For the child. Its start is part of it."""
_SETTLED = (
    "FctvIntrBkSttlmDt/Dt",
    "FctvIntrBkSttlmDt/DtTm",
    "OrgnlTxRef/IntrBkSttlmDt",
    "AccptncDtTm",
)
MOST = 100_000
"""Payments that one answer may be about."""
_REJECTED = frozenset({"RJCT", "CANC"})
_FINAL = frozenset({"ACSC", "ACCC"}) | _REJECTED
"""Statuses after which a bank says no other one of the same payment."""
_ONE = "TxInfAndSts"
LONGEST = 500
"""Characters of a text that are kept; those of the standard are shorter."""
# The Swiss write the version's name into a namespace of their own.
_NAMESPACE = re.compile(r"(?:.*[:/])?pain\.002\.\d{3}\.\d{2}(?:\..*)?")
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Transaction:
    """What the bank says of one payment; what it leaves out is empty.

    `status`, `code`: as ISO 20022 has them, or the bank's own; where a payment has none, those of all it stands among.
    `day`: when banks settle it, otherwise when the bank accepted it.
    """

    end_to_end_id: str
    status: str
    code: str
    text: str
    day: date | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bank says of a file. `original_message_id`: of that file; `day`: when the answer was written.

    `status` with `code` and `text` is that of all its payments where the bank gave them one, or that of the message;
    empty where these contradict each other or a payment that was not rejected, and then handed down to no payment.
    """

    message_id: str
    original_message_id: str
    status: str
    code: str
    text: str
    day: date | None
    transactions: tuple[Transaction, ...]


class NotAnAnswer(MarkedError):
    """The file is no pain.002 that can be read. The sentence says what it is, or what to do."""


def read_answer(content: bytes, allowance: Allowance = ALLOWANCE) -> Answer:
    """`parse` in a child process within `allowance`. Raises NotAnAnswer."""
    if len(content) > LIMITS.size:
        raise _refusal("too_large")
    try:
        with limited("rebates.readers.pain002_child", {}, content, allowance) as child:
            letter, data = next(records(child), (b"", b""))
            child.finish()
    except ChildEnded as error:
        _logger.warning("reading a bank's answer ended: %s", error)
        raise _refusal("broken" if error.cause is Cause.FAILURE else "too_much") from error
    if letter == b"U":
        refusal = json.loads(data)
        raise NotAnAnswer(refusal["text"], **refusal["values"])
    return from_json(data)


def to_json(answer: Answer) -> bytes:
    return json.dumps(asdict(answer), default=date.isoformat).encode()


def from_json(data: bytes) -> Answer:
    document = json.loads(data)
    transactions = tuple(Transaction(**{**each, "day": _day(each["day"])}) for each in document["transactions"])
    return Answer(**{**document, "day": _day(document["day"]), "transactions": transactions})


def parse(content: bytes) -> Answer:
    """What the bank says in `content`. Raises NotAnAnswer."""
    try:
        root = parse_xml(content, LIMITS)
    except Refused as refusal:
        raise _refusal(refusal.code) from refusal
    report = _first(root, "CstmrPmtStsRpt")
    if _name(root) != "Document" or report is None or not _NAMESPACE.fullmatch(etree.QName(root).namespace or ""):
        raise _refusal("other")
    group = _first(report, "OrgnlGrpInfAndSts")
    about = _text(group, "OrgnlMsgId")
    if not about:
        raise NotAnAnswer(_n("The answer does not say which file it is about. Please ask your bank."))
    message, blocks = _levels(report, group)
    # What is said of all payments is nearer to them than what is said of the message they came in.
    nearest = {said.status: said for _block, said in blocks}
    whole = next(iter(nearest.values())) if len(nearest) == 1 else message
    if _in_doubt(whole, [each for parent, _above in [(report, message), *blocks] for each in _all(parent, _ONE)]):
        whole = _Said()
    return Answer(
        message_id=_text(report, "GrpHdr/MsgId"),
        original_message_id=about,
        status=whole.status,
        code=whole.code,
        text=whole.text,
        day=_day(_text(report, "GrpHdr/CreDtTm")),
        transactions=_transactions(report, message, blocks),
    )


# --- statuses ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Said:
    status: str = ""
    code: str = ""
    text: str = ""


_Blocks = list[tuple[etree._Element, _Said]]


def _levels(report: etree._Element, group: etree._Element | None) -> tuple[_Said, _Blocks]:
    """What is said of the message, and of payments that were sent together."""
    message = _said(group, "GrpSts", _Said())
    blocks = [(block, _said(block, "PmtInfSts", message)) for block in _all(report, "OrgnlPmtInfAndSts")]
    if message.status in _FINAL and any(said.status != message.status for _block, said in blocks):
        # Paid and not paid at once: no payment is taken for either until a person has asked the bank.
        return _Said(), [(block, _Said()) for block, _contradiction in blocks]
    return message, blocks


def _transactions(report: etree._Element, message: _Said, blocks: _Blocks) -> tuple[Transaction, ...]:
    found: list[Transaction] = []
    # Until version .02 of the standard payments stood below the report itself.
    for parent, said in [(report, message), *blocks]:
        together = list(_all(parent, _ONE))
        if len(found) + len(together) > MOST:
            raise _refusal("too_much")
        in_doubt = _in_doubt(said, together)
        for each in together:
            own = _Said() if in_doubt and not _text(each, "TxSts") else _said(each, "TxSts", said)
            found.append(Transaction(_text(each, "OrgnlEndToEndId"), own.status, own.code, own.text, _settled_on(each)))
    return tuple(found)


def _in_doubt(above: _Said, payments: Iterable[etree._Element]) -> bool:
    """Whether all are said to be rejected, and one is not. What is wrongly taken for rejected is paid twice."""
    return above.status in _REJECTED and any(_text(each, "TxSts") not in ("", above.status) for each in payments)


def _said(element: etree._Element | None, tag: str, above: _Said) -> _Said:
    """Status and reason of an element; what it leaves out is as it was said one level above.

    Of several reasons it is the first, unless one says that the bank has the payment already.
    """
    if element is None:
        return above
    status = _text(element, tag) or above.status
    reasons = list(_all(element, "StsRsnInf"))
    codes = [_text(reason, "Rsn/Cd") or _text(reason, "Rsn/Prtry") for reason in reasons]
    if status == above.status and said_twice(above.code):
        codes.append(above.code)
    words = [_words(part) for reason in reasons for part in _all(reason, "AddtlInf")]
    code = next(filter(said_twice, codes), next(filter(None, codes), ""))
    said = _Said(status, code, " ".join(filter(None, words))[:LONGEST])
    inherits = not any(codes[: len(reasons)]) and not said.text and status == above.status
    return above if inherits else said


def _settled_on(transaction: etree._Element) -> date | None:
    return next(filter(None, (_day(_text(transaction, path)) for path in _SETTLED)), None)


# --- elements by their local names ------------------------------------------------------------------------------------


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _all(parent: etree._Element | None, name: str) -> Iterator[etree._Element]:
    return (child for child in parent if _name(child) == name) if parent is not None else iter(())


def _first(parent: etree._Element | None, path: str) -> etree._Element | None:
    for name in path.split("/"):
        parent = next(_all(parent, name), None)
    return parent


def _text(parent: etree._Element | None, path: str) -> str:
    found = _first(parent, path)
    return "" if found is None else _words(found)


def _words(element: etree._Element) -> str:
    return " ".join((element.text or "").split())[:LONGEST]


def _day(text: str | None) -> date | None:
    """The day of a date or a moment as it is written, in whichever time zone; None where it is none."""
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


# --- refusals ---------------------------------------------------------------------------------------------------------


_DAMAGED = _n("The file is damaged. Please download it from your bank again.")
_TOO_MUCH = _n("The file holds more than an answer to a payment file does. Please ask your bank for a smaller one.")
_SENTENCES = {
    "too_large": _n("The file is larger than 20 MB. Please ask your bank for a smaller one."),
    "too_much": _TOO_MUCH,
    "not_xml": _n("The file is no XML, or damaged. Please download the bank's answer (pain.002) again."),
    "document_type": _n("The file declares a document type (DOCTYPE), which no bank's answer does. It was not read."),
    "other": _n("The file is no answer to a payment file. Please upload the one that your bank calls pain.002."),
}


def _refusal(code: str) -> NotAnAnswer:
    return NotAnAnswer(_SENTENCES.get(code, _DAMAGED))
