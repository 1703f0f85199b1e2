"""A bank that answers: pain.002 in the versions that German banks send, written by the tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.002.{version}"
VERSIONS = ("001.03", "001.10")


@dataclass(frozen=True)
class Reason:
    """Why something was not done: a code of ISO 20022 or the bank's own, and words."""

    code: str = ""
    text: str = ""
    own: bool = False


@dataclass(frozen=True)
class Said:
    """What the bank says of one payment. `settled`, `accepted`: a day and a moment as the standard writes them."""

    end_to_end_id: str
    status: str = ""
    reason: Reason | None = None
    settled: str = ""
    accepted: str = ""


def pain002(
    *,
    about: str,
    payments: Sequence[Said] = (),
    status: str = "",
    reason: Reason | None = None,
    block_status: str = "",
    block_reason: Reason | None = None,
    message_id: str = "BANK-1",
    written: str = "2026-12-02T08:15:00+01:00",
    version: str = "001.10",
    namespace: str = NAMESPACE,
) -> bytes:
    """The bank's answer to the file `about`. `status`: of the message, `block_status`: of its one PmtInf."""
    document = etree.fromstring(f'<Document xmlns="{namespace.format(version=version)}"/>')
    report = _below(document, "CstmrPmtStsRpt")
    header = _below(report, "GrpHdr")
    _below(header, "MsgId", message_id)
    _below(header, "CreDtTm", written)
    group = _below(report, "OrgnlGrpInfAndSts")
    _below(group, "OrgnlMsgId", about)
    _below(group, "OrgnlMsgNmId", "pain.001.001.09")
    _add_status(group, "GrpSts", status, reason)
    if payments or block_status or block_reason:
        block = _below(report, "OrgnlPmtInfAndSts")
        _below(block, "OrgnlPmtInfId", about)
        _add_status(block, "PmtInfSts", block_status, block_reason)
        for payment in payments:
            _add_payment(block, payment)
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8")


def _add_payment(block: etree._Element, payment: Said) -> None:
    one = _below(block, "TxInfAndSts")
    _below(one, "OrgnlEndToEndId", payment.end_to_end_id)
    _add_status(one, "TxSts", payment.status, payment.reason)
    if payment.accepted:
        _below(one, "AccptncDtTm", payment.accepted)
    if payment.settled:
        _below(one, "OrgnlTxRef/IntrBkSttlmDt", payment.settled)


def _add_status(parent: etree._Element, tag: str, status: str, reason: Reason | None) -> None:
    if status:
        _below(parent, tag, status)
    if reason:
        because = _below(parent, "StsRsnInf")
        if reason.code:
            _below(because, "Rsn/Prtry" if reason.own else "Rsn/Cd", reason.code)
        if reason.text:
            _below(because, "AddtlInf", reason.text)


def _below(parent: etree._Element, path: str, text: str | None = None) -> etree._Element:
    for tag in path.split("/"):
        parent = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{tag}")
    parent.text = text
    return parent
