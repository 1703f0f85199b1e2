"""Mails that came back: reports as mail servers write them (`reports/`), and as nobody should."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.bounces import NotABounce, Returned, read_report
from tests.common.bounces import ADDRESS, ID, SERVERS, report

Changed = Callable[[bytes], bytes]

TOLD = {
    "postfix": f"550 5.1.1 <{ADDRESS}>: Recipient address rejected: User unknown in virtual mailbox table",
    "exim": "all relevant MX records point to non-existent hosts",
    "exchange": "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
    "sendmail": "552 5.2.2 mailbox is full",
}


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("server", SERVERS)
def test_reports_of_each_server_are_understood(server: str, line_end: bytes) -> None:
    assert read_report(report(server).replace(b"\n", line_end)) == Returned(ID, ADDRESS, TOLD[server])


def test_upper_case_in_an_address_makes_no_difference() -> None:
    assert read_report(report(address="Jonas.Roth@Elbtal.Example")).address == ADDRESS


def test_a_report_that_a_server_has_wrapped_into_another_message_is_found() -> None:
    wrapped = b"Content-Type: multipart/mixed; boundary=out\n\n--out\n" + report() + b"\n--out\n\nfooter\n--out--\n"
    assert read_report(wrapped).address == ADDRESS


def test_a_report_that_somebody_forwards_is_none() -> None:
    forwarded = b"Content-Type: multipart/mixed; boundary=out\n\n--out\nContent-Type: message/rfc822\n\n" + report()
    with pytest.raises(NotABounce):
        read_report(forwarded + b"\n--out--\n")


def test_a_report_about_several_addresses_says_which_one_failed() -> None:
    several = report().replace(
        b"Final-Recipient: rfc822; ",
        b"Final-Recipient: rfc822; other@elbtal.example\nAction: delivered\nStatus: 2.1.5\n\nFinal-Recipient: rfc822; ",
        1,
    )
    assert read_report(several).address == ADDRESS


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize(
    ("action", "status"),
    [(b"delayed", b"4.4.1"), (b"failed", b"4.4.7"), (b"delivered", b"2.1.5"), (b"relayed", b"2.0.0")],
)
def test_delays_and_good_news_are_no_bounce(server: str, action: bytes, status: bytes) -> None:
    said = report(server).replace(b"Action: Failed", b"Action: failed")
    for code in (b"5.1.10", b"5.1.1", b"5.0.0", b"5.2.2"):
        said = said.replace(b"Status: " + code, b"Status: " + status)
    with pytest.raises(NotABounce):
        read_report(said.replace(b"Action: failed", b"Action: " + action))


CHANGES: dict[str, Changed] = {
    "no message at all": lambda _content: b"",
    "no report": lambda content: content.replace(b"multipart/report", b"multipart/mixed", 1),
    "no status": lambda content: content.replace(b"message/delivery-status", b"text/plain"),
    "no action": lambda content: content.replace(b"Action: failed", b""),
    "no status code": lambda content: content.replace(b"Status: 5.1.1", b""),
    "no address": lambda content: content.replace(b"-Recipient: rfc822;", b"-Recipient: rfc822; \nX: "),
    "another message id": lambda content: content.replace(ID.encode(), b"<20261116.1@elbtal.example>"),
    "our message id in its text alone": lambda content: content.replace(b"Message-ID: " + ID.encode(), b"X: x"),
    "nothing came back": lambda content: content.replace(b"message/rfc822", b"text/plain"),
    "only the first lines": lambda content: content[:1500],
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_no_report_about_a_mail_of_ours_is_refused(change: str) -> None:
    with pytest.raises(NotABounce):
        read_report(CHANGES[change](report()))


def test_however_much_comes_back_the_report_is_read() -> None:
    """The mail with its attachments stands at the end, and only its headers count."""
    body = b"A" * 76 + b"\n"
    large = report().replace(b"\nHello,\n", b"\n" + body * 400_000)
    assert len(large) > 30_000_000
    assert read_report(large).address == ADDRESS


HOSTILE = {
    "a zero byte in the boundary": b"Content-Type: multipart/report; boundary*=us\x00ascii'en'x\n\n--x\n",
    "pieces of a boundary that are none": b"Content-Type: multipart/report; boundary*0=a; boundary*=c\n\n--a\n",
    "messages in messages": b"Content-Type: message/rfc822\n\n" * 100_000,
    "parts in parts": b"".join(
        b"Content-Type: multipart/report; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(9000)
    ),
    "many parts": b"Content-Type: multipart/report; boundary=b\n\n" + b"--b\n\n" * 500_000,
    "many groups": b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n"
    + b"A: b\n\n" * 500_000,
    "many parameters": b"Content-Type: multipart/report" + b";" * 2_000_000 + b"\n\n",
    "bytes": bytes(range(256)) * 10_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_wants_to_do_harm_is_refused(name: str) -> None:
    with pytest.raises(NotABounce):
        read_report(HOSTILE[name])


def test_what_no_database_takes_is_left_out_of_the_servers_words() -> None:
    odd = report("exim").replace(b"all relevant", b"\x00\x1b[31mall\xff relevant")
    told = read_report(odd).told
    assert told.startswith("[31mall")
    assert told.isprintable()


@settings(max_examples=300, deadline=None)
@given(
    server=st.sampled_from(SERVERS),
    cuts=st.lists(st.tuples(st.integers(0, 3500), st.integers(0, 60), st.binary(max_size=40)), max_size=6),
)
def test_a_damaged_report_is_read_or_refused(server: str, cuts: list[tuple[int, int, bytes]]) -> None:
    content = report(server)
    for start, length, instead in cuts:
        content = content[:start] + instead + content[start + length :]
    try:
        returned = read_report(content)
    except NotABounce:
        return
    assert returned.message_id
    assert returned.told.isprintable()
    assert returned.address == returned.address.strip().lower()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2000))
def test_garbage_is_refused(content: bytes) -> None:
    with pytest.raises(NotABounce):
        read_report(content)
