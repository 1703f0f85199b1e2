"""The bank file: credit transfers in euros as pain.001.001.09 of ISO 20022, valid by the official schema.

One PmtInf with one booking, as the rulebook for SEPA Credit Transfers (EPC125-05) and its guide for customers and banks
(EPC132-08) ask for it. Addresses are structured: from November 2026 on banks take no others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, cast

from lxml import etree

from common.money import ZERO
from common.sentences import _n
from rebates.documents.sepa import is_sepa, sepa_text
from rebates.documents.target_days import is_target_day
from rebates.documents.transfers import (
    AboveBound,
    BankFile,
    FileRefused,
    NameMissing,
    NoBankDay,
    NotValid,
    OutsideSepa,
    Transfer,
    check_account,
    check_id,
    check_transfers,
    finished,
    who,
)

__all__ = ["BankFile", "Debtor", "FileRefused", "Transfer", "bank_file"]

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
LARGEST = Decimal("999999999.99")
"""What a SEPA credit transfer may be (EPC125-05, AT-T002)."""
_NAME, _STREET, _POSTCODE, _CITY, _REMITTANCE = 70, 70, 16, 35, 140


@dataclass(frozen=True, slots=True)
class Debtor:
    """Who pays, and from which account. `country` is that of the address, as two letters."""

    name: str
    iban: str = field(repr=False)
    bic: str
    country: str
    street: str
    postcode: str
    city: str


def bank_file(
    *,
    message_id: str,
    created_at: datetime,
    pay_on: date,
    debtor: Debtor,
    transfers: Sequence[Transfer],
    bound: Decimal,
) -> BankFile:
    """The file of `transfers` in euros, the same bytes for the same arguments. `bound`: what one may be at most.

    Texts are written in the characters that banks pass on, and cut to their length. Raises a FileRefused.
    """
    if not is_target_day(pay_on):
        raise NoBankDay(_n("Banks do not book on the day of payment."))
    check_id(message_id)
    _check_debtor(debtor)
    check_transfers(transfers)
    for each in transfers:
        _check_transfer(each, min(bound, LARGEST))
    content = _written(message_id, created_at, pay_on, debtor, transfers)
    _check_valid(content)
    return finished(message_id, content, transfers)


# --- refusals ---------------------------------------------------------------------------------------------------------


def _check_debtor(debtor: Debtor) -> None:
    check_account(name=debtor.name, iban=debtor.iban, bic=debtor.bic)
    _check_sepa(debtor)


def _check_transfer(transfer: Transfer, most: Decimal) -> None:
    _check_sepa(transfer, transfer.end_to_end_id)
    if transfer.amount > most:
        text = _n("The amount for {who} is above what one payment may be.")
        name, blamed = transfer.name, transfer.end_to_end_id
        raise AboveBound(text, transfer=blamed, who=who(name, blamed))


def _check_sepa(party: Debtor | Transfer, transfer: str = "") -> None:
    if not sepa_text(party.name, _NAME):
        text = _n("Nothing is left of the name {who} in the characters that banks pass on.")
        raise NameMissing(text, transfer=transfer, who=who(party.name, transfer))
    if not is_sepa(party.iban[:2]):
        text = _n("The account of {who} is in a country outside SEPA.")
        raise OutsideSepa(text, transfer=transfer, who=who(party.name, transfer))


# --- the document -----------------------------------------------------------------------------------------------------


def _written(
    message_id: str, created_at: datetime, pay_on: date, debtor: Debtor, transfers: Sequence[Transfer]
) -> bytes:
    document = etree.fromstring(f'<Document xmlns="{NAMESPACE}"/>')
    initiation = _below(document, "CstmrCdtTrfInitn")
    header = _below(initiation, "GrpHdr")
    _below(header, "MsgId", message_id)
    _below(header, "CreDtTm", created_at.isoformat(timespec="seconds"))
    _add_sums(header, transfers)
    _below(header, "InitgPty/Nm", sepa_text(debtor.name, _NAME))
    payment = _below(initiation, "PmtInf")
    _below(payment, "PmtInfId", message_id)
    _below(payment, "PmtMtd", "TRF")
    _below(payment, "BtchBookg", "true")
    _add_sums(payment, transfers)
    _below(payment, "PmtTpInf/SvcLvl/Cd", "SEPA")
    _below(payment, "ReqdExctnDt/Dt", pay_on.isoformat())
    _add_party(payment, "Dbtr", debtor)
    _below(payment, "DbtrAcct/Id/IBAN", debtor.iban)
    # The schema wants the payer's bank named; what stands here for an unknown BIC is the rulebook's word.
    if debtor.bic:
        _below(payment, "DbtrAgt/FinInstnId/BICFI", debtor.bic)
    else:
        _below(payment, "DbtrAgt/FinInstnId/Othr/Id", "NOTPROVIDED")
    _below(payment, "ChrgBr", "SLEV")
    for transfer in transfers:
        _add_transfer(payment, transfer)
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _add_sums(parent: etree._Element, transfers: Sequence[Transfer]) -> None:
    _below(parent, "NbOfTxs", str(len(transfers)))
    _below(parent, "CtrlSum", f"{sum((each.amount for each in transfers), ZERO):.2f}")


def _add_transfer(payment: etree._Element, transfer: Transfer) -> None:
    one = _below(payment, "CdtTrfTxInf")
    _below(one, "PmtId/EndToEndId", transfer.end_to_end_id)
    _below(one, "Amt/InstdAmt", f"{transfer.amount:.2f}").set("Ccy", "EUR")
    if transfer.bic:
        _below(one, "CdtrAgt/FinInstnId/BICFI", transfer.bic)
    _add_party(one, "Cdtr", transfer)
    _below(one, "CdtrAcct/Id/IBAN", transfer.iban)
    if remittance := sepa_text(transfer.remittance, _REMITTANCE):
        _below(one, "RmtInf/Ustrd", remittance)


def _add_party(parent: etree._Element, tag: str, party: Debtor | Transfer) -> None:
    """Name and address; a structured address is one only with town and country."""
    element = _below(parent, tag)
    _below(element, "Nm", sepa_text(party.name, _NAME))
    city = sepa_text(party.city, _CITY)
    if not city or not party.country:
        return
    address = _below(element, "PstlAdr")
    if street := sepa_text(party.street, _STREET):
        _below(address, "StrtNm", street)
    if postcode := sepa_text(party.postcode, _POSTCODE):
        _below(address, "PstCd", postcode)
    _below(address, "TwnNm", city)
    _below(address, "Ctry", party.country)


def _below(parent: etree._Element, path: str, text: str | None = None) -> etree._Element:
    """A new element at each step of `path`; `text` in the last, which is returned."""
    for tag in path.split("/"):
        parent = etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}")
    parent.text = text
    return parent


# --- the schema -------------------------------------------------------------------------------------------------------


@cache
def _schema() -> etree.XMLSchema:
    """The official one of ISO 20022, which sepaxml brings along."""
    return etree.XMLSchema(etree.fromstring(files("sepaxml").joinpath("schemas/pain.001.001.09.xsd").read_bytes()))


def _check_valid(content: bytes) -> None:
    """Raises NotValid. Reads the finished bytes: what is checked is what the bank gets."""
    document = etree.fromstring(content)
    try:
        _schema().assertValid(document)
    except etree.DocumentInvalid as error:
        # Not "from": the library's words repeat what stands in the file.
        raise _not_valid(document, error) from None


def _not_valid(document: etree._Element, error: etree.DocumentInvalid) -> NotValid:
    """Names the payment in which the schema found the first error, where it is in one."""
    log: Any = error.error_log
    found = log[0]
    ids = f"({found.path})/ancestor-or-self::p:CdtTrfTxInf/p:PmtId/p:EndToEndId/text()"
    blamed = cast("list[str]", document.xpath(ids, namespaces={"p": NAMESPACE})) if found.path else []
    if blamed:
        return NotValid(_n("The payment {transfer} does not keep to the bank's format."), transfer=str(blamed[0]))
    return NotValid(_n("The file does not keep to the bank's format, from line {line} on."), line=found.line)
