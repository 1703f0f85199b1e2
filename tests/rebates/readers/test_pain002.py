"""What the bank answers, in both versions that German banks send, and files that are no answer or want to do harm."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.limited import Allowance
from rebates.readers.pain002 import LIMITS, MOST, Answer, NotAnAnswer, Transaction, parse, read_answer
from tests.rebates.bank import VERSIONS, Reason, Said, pain002

FILE = "acme-R1-F1"
each_version = pytest.mark.parametrize("version", VERSIONS)


@each_version
def test_an_answer_is_read_whole(version: str) -> None:
    content = pain002(
        about=FILE,
        version=version,
        status="PART",
        payments=[
            Said("acme-R1-P1", "ACSC", settled="2026-12-01", accepted="2026-11-30T23:30:00+01:00"),
            Said("acme-R1-P2", "RJCT", Reason("AC04", "Konto erloschen"), accepted="2026-11-30T23:30:00+01:00"),
            Said("acme-R1-P3", "RJCT", Reason("Z9", own=True)),
        ],
    )
    assert read_answer(content) == Answer(
        message_id="BANK-1",
        original_message_id=FILE,
        status="PART",
        code="",
        text="",
        day=date(2026, 12, 2),
        transactions=(
            Transaction("acme-R1-P1", "ACSC", "", "", date(2026, 12, 1)),
            Transaction("acme-R1-P2", "RJCT", "AC04", "Konto erloschen", date(2026, 11, 30)),
            Transaction("acme-R1-P3", "RJCT", "Z9", "", None),
        ),
    )


@each_version
def test_a_file_that_is_refused_as_a_whole_says_why(version: str) -> None:
    answer = parse(pain002(about=FILE, version=version, status="RJCT", reason=Reason("FF01", "Schema")))
    assert (answer.status, answer.code, answer.text, answer.transactions) == ("RJCT", "FF01", "Schema", ())


@each_version
def test_the_status_of_all_payments_goes_before_that_of_the_message(version: str) -> None:
    answer = parse(
        pain002(about=FILE, version=version, status="ACTC", block_status="RJCT", block_reason=Reason("AM04"))
    )
    assert (answer.status, answer.code) == ("RJCT", "AM04")


def test_blocks_that_disagree_leave_the_status_to_the_message() -> None:
    one = pain002(about=FILE, status="PART", block_status="RJCT").decode()
    block = one[one.index("<OrgnlPmtInfAndSts>") : one.index("</CstmrPmtStsRpt>")]
    two = one.replace(block, block + block.replace("RJCT", "ACSC"))
    assert parse(two.encode()).status == "PART"


@pytest.mark.parametrize(("message", "block"), [("RJCT", "ACSC"), ("ACSC", "RJCT"), ("ACCC", "PDNG"), ("RJCT", "ACSP")])
def test_an_answer_that_contradicts_itself_takes_no_payment_for_paid_or_rejected(message: str, block: str) -> None:
    payments = [Said("1"), Said("2", "ACSC")]
    content = pain002(
        about=FILE, status=message, block_status=block, block_reason=Reason("AC02", "x"), payments=payments
    )
    answer = parse(content)
    assert (answer.status, answer.code, answer.text) == ("", "", "")
    assert [(each.status, each.code) for each in answer.transactions] == [("", ""), ("ACSC", "")]


@each_version
def test_a_payment_without_words_of_its_own_is_as_its_block(version: str) -> None:
    payments = [Said("1"), Said("2", "RJCT"), Said("3", "RJCT", Reason("AC01"))]
    content = pain002(about=FILE, version=version, block_status="RJCT", block_reason=Reason("DT01"), payments=payments)
    said = [(each.end_to_end_id, each.status, each.code) for each in parse(content).transactions]
    assert said == [("1", "RJCT", "DT01"), ("2", "RJCT", "DT01"), ("3", "RJCT", "AC01")]


@each_version
@pytest.mark.parametrize("status", ["RJCT", "CANC"])
def test_all_are_rejected_but_one_then_those_without_words_of_their_own_are_not(version: str, status: str) -> None:
    payments = [Said("1"), Said("2", status), Said("3", "ACSC")]
    answer = parse(pain002(about=FILE, version=version, block_status=status, payments=payments))
    assert [each.status for each in answer.transactions] == ["", status, "ACSC"]
    assert answer.status == ""


def test_an_answer_about_nothing_but_the_file_has_no_status() -> None:
    assert parse(pain002(about=FILE)).status == ""


@pytest.mark.parametrize(
    "namespace",
    [
        "urn:iso:std:iso:20022:tech:xsd:pain.002.001.14",
        "http://www.six-interbank-clearing.com/de/pain.002.001.03.ch.02.xsd",
    ],
)
def test_other_versions_are_read_too(namespace: str) -> None:
    assert parse(pain002(about=FILE, status="ACSC", namespace=namespace)).status == "ACSC"


@pytest.mark.parametrize("written", ["", "soon", "2026-13-01T00:00:00"])
def test_a_day_that_is_none_is_left_out(written: str) -> None:
    assert parse(pain002(about=FILE, written=written)).day is None


ids = st.from_regex(r"[a-zA-Z0-9-]{1,35}", fullmatch=True)
sentences = st.from_regex(r"[^\s\x00-\x1f\ud800-\udfff\ufffe\uffff]{1,50}", fullmatch=True)
payments_said = st.lists(
    st.builds(
        Said,
        ids,
        st.sampled_from(["ACSC", "RJCT", "PDNG"]),
        st.none() | st.builds(Reason, st.sampled_from(["AC01", "AM04"]), sentences),
        st.dates(date(2000, 1, 1), date(2100, 1, 1)).map(date.isoformat),
    )
)


@given(payments=payments_said, version=st.sampled_from(VERSIONS))
def test_whatever_the_bank_says_is_read(payments: list[Said], version: str) -> None:
    read = parse(pain002(about=FILE, payments=payments, version=version)).transactions
    assert read == tuple(
        Transaction(
            each.end_to_end_id,
            each.status,
            each.reason.code if each.reason else "",
            each.reason.text if each.reason else "",
            date.fromisoformat(each.settled),
        )
        for each in payments
    )


def test_ten_thousand_payments_come_through_the_child() -> None:
    payments = [Said(f"acme-R1-P{number}", "ACSC", settled="2026-12-01") for number in range(10_000)]
    answer = read_answer(pain002(about=FILE, payments=payments))
    assert [each.end_to_end_id for each in answer.transactions] == [each.end_to_end_id for each in payments]


# --- what is no answer ------------------------------------------------------------------------------------------------

GOOD = pain002(about=FILE, status="ACSC").decode()
BODY = GOOD.partition("?>")[2]
DECLARED = '<?xml version="1.0" encoding="UTF-8"?>'
ENTITIES = "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10 if before else "ha" * 20}">'
    for before, name in zip(["", *"abcdefgh"], "abcdefghi", strict=True)
)
HOSTILE = {
    "billion laughs": f"{DECLARED}<!DOCTYPE D [{ENTITIES}]>{BODY.replace(FILE, '&i;')}",
    "external entity": f'{DECLARED}<!DOCTYPE D [<!ENTITY x SYSTEM "file:///etc/passwd">]>{BODY.replace(FILE, "&x;")}',
    "external subset": f'{DECLARED}<!DOCTYPE D SYSTEM "http://127.0.0.1/x.dtd">{BODY}',
}


@pytest.mark.parametrize("document", HOSTILE.values(), ids=HOSTILE)
def test_a_document_type_is_refused(document: str) -> None:
    with pytest.raises(NotAnAnswer) as refused:
        read_answer(document.encode())
    assert "DOCTYPE" in str(refused.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no XML"),
        (b"%PDF-1.7", "no XML"),
        (b"\0" * 1000, "no XML"),
        (GOOD.encode()[:-20], "no XML"),
        (GOOD.encode() + b"<more/>", "no XML"),
        (b"<a/>", "no answer"),
        (GOOD.replace("pain.002.", "pain.001.").encode(), "no answer"),
        (GOOD.replace("urn:iso:std:iso:20022:tech:xsd:pain.002.001.10", "urn:x").encode(), "no answer"),
        (GOOD.replace("CstmrPmtStsRpt", "FIToFIPmtStsRpt").encode(), "no answer"),
        (GOOD.replace(FILE, " ").encode(), "which file"),
        (b"<a>" * 300 + b"</a>" * 300, "more than an answer"),
        (b"<a>" + b"<b/>" * (LIMITS.elements + 1) + b"</a>", "more than an answer"),
        (b"<a>" + b"x" * LIMITS.size, "20 MB"),
    ],
    ids=range(13),
)
def test_what_is_no_answer_is_refused_with_a_sentence(content: bytes, said: str) -> None:
    with pytest.raises(NotAnAnswer) as refused:
        read_answer(content)
    assert said in str(refused.value)


def test_more_payments_than_a_file_has_are_refused() -> None:
    with pytest.raises(NotAnAnswer) as refused:
        read_answer(
            GOOD.replace("</OrgnlGrpInfAndSts>", f"</OrgnlGrpInfAndSts>{'<TxInfAndSts/>' * (MOST + 1)}").encode()
        )
    assert "more than an answer" in str(refused.value)


@pytest.mark.parametrize("allowance", [Allowance(memory=30_000_000), Allowance(seconds=0)], ids=["memory", "time"])
def test_a_child_that_is_ended_is_a_sentence(allowance: Allowance) -> None:
    with pytest.raises(NotAnAnswer) as refused:
        read_answer(b"<a>" + b"<b/>" * 900_000 + b"</a>", allowance)
    assert "more than an answer" in str(refused.value)
