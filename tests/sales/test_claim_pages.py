"""The pages of questions: asking, the thread, the vendor's list and answer, files, and what waits on dashboards."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from common.models import User
from common.proofs import LARGEST
from sales import claims
from sales.models import Claim, WaitingRow
from tests.rendering import read, words
from tests.sales.asking import PDF, ask_about_sale, ask_for_missing, said
from tests.world import NOW, World, enrol, sell

SignedIn = Callable[[User], Client]
WAITING = "/partner/2B3C4D5F/panels/waiting/"
LIST, NEW = "/partner/2B3C4D5F/questions/", "/partner/2B3C4D5F/questions/new/"
VENDOR_LIST = "/vendor/lenovo/questions/"
State = Claim.State


@pytest.fixture
def sales(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.reseller_sales)


@pytest.fixture
def manager(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.channel_manager)


def pdf(content: bytes = PDF.content, name: str = "Rechnung ü.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def missing(world: World, **given: Any) -> dict[str, Any]:
    return {
        "vendor": world.vendor.pk,
        "distributor": world.distributor.pk,
        "document_number": "R-1005",
        "text": "It is in no report.",
        **given,
    }


def errors(answer: Any, form: str = "form") -> dict[str, list[str]]:
    assert answer.status_code == 422
    return {name: list(found) for name, found in answer.context[form].errors.items()}


# --- asking ----------------------------------------------------------------------------------------------------------


def test_a_missing_sale_is_asked_for_from_the_filtered_list_of_sales(world: World, sales: Client) -> None:
    page = sales.get(f"/partner/2B3C4D5F/sales/?vendor={world.vendor.pk}&distributor={world.distributor.pk}&q=x")
    url = page.context["missing_url"]
    assert url == f"{NEW}?vendor={world.vendor.pk}&distributor={world.distributor.pk}"
    form = sales.get(url).context["form"]
    assert (form["vendor"].value(), form["distributor"].value()) == (str(world.vendor.pk), str(world.distributor.pk))
    answer = sales.post(NEW, missing(world, proof=pdf(), quantity="2", net="2000.00"), follow=True)
    assert "Your question is with Lenovo. You get an answer by 18 November 2026." in words(answer.content.decode())
    claim = Claim.objects.get()
    assert answer.redirect_chain == [(f"{LIST}{claim.pk}/", 302)]
    assert claim.messages.get().file_name == "Rechnung ü.pdf"
    assert "R-1005, Allnet" in read(sales, f"{LIST}{claim.pk}/")


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({"text": ""}, "text", "required"),
        ({"vendor": ""}, "vendor", "required"),
        ({"distributor": "", "document_number": ""}, "document_number", "name the document or the distributor"),
        ({"document_date": "2026-11-17"}, "document_date", "still to come"),
        ({"quantity": "two"}, "quantity", "number"),
        ({"text": "a\0b"}, "text", "Null characters"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(
    world: World, sales: Client, given: dict[str, str], field: str, sentence: str
) -> None:
    answer = sales.post(NEW, missing(world, article="<21HM>", **given))
    assert sentence in errors(answer)[field][0]
    assert 'value="&lt;21HM&gt;"' in answer.content.decode()
    assert not Claim.objects.exists()


def test_a_distributor_of_another_vendor_is_refused(world: World, sales: Client) -> None:
    answer = sales.post(NEW, missing(world, distributor=world.rival_distributor.pk))
    assert errors(answer) == {"distributor": ["Komsa does not sell products of Lenovo."]}


def test_a_partner_of_one_vendor_asks_that_one(world: World, signed_in: SignedIn) -> None:
    rival = signed_in(world.rival_owner)
    assert rival.get("/partner/6G7H8J9K/questions/new/").context["form"]["vendor"].value() == world.rival_vendor.pk
    assert "vendor" in errors(rival.post("/partner/6G7H8J9K/questions/new/", missing(world)))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<html></html>", "Files of this kind are not taken. Please send one of these: PDF, PNG, JPEG, XML, CSV."),
        (b"%PDF-" + b"0" * LARGEST, "The file is larger than 10 MB."),
        (b"", "The submitted file is empty."),
    ],
)
def test_a_file_that_is_no_proof_is_refused_at_its_field(
    world: World, sales: Client, content: bytes, sentence: str
) -> None:
    assert errors(sales.post(NEW, missing(world, proof=pdf(content)))) == {"proof": [sentence]}


def test_a_file_that_the_browser_forgets_is_asked_for_again(world: World, sales: Client) -> None:
    answer = sales.post(NEW, missing(world, text="", proof=pdf()))
    assert errors(answer)["proof"] == ["Please choose the file again: the browser does not keep it."]
    for number in range(claims.MOST_OPEN):
        ask_for_missing(world, f"Question {number}")
    found = errors(sales.post(NEW, missing(world, proof=pdf())))
    assert "20 questions to Lenovo are unanswered." in found["__all__"][0]
    assert found["proof"] == ["Please choose the file again: the browser does not keep it."]


def test_a_sale_is_doubted_with_its_facts_filled_in(world: World, sales: Client) -> None:
    address = f"{NEW}sale/{world.sale.pk}/"
    assert address in sales.get(f"/partner/2B3C4D5F/sales/{world.sale.pk}/").content.decode()
    form = sales.get(address).context["form"]
    facts = {name: form[name].value() for name in ("document_number", "document_date", "article", "quantity", "net")}
    assert {name: str(value) for name, value in facts.items()} == {
        "document_number": "R-1001",
        "document_date": "2026-08-12",
        "article": "21HM",
        "quantity": "24",
        "net": "24000.00",
    }
    answer = sales.post(address, {**facts, "quantity": "22", "text": "22, not 24."}, follow=True)
    text = words(answer.content.decode())
    assert "ThinkPad T14, R-1001" in text
    assert "booked: 24" in text
    assert "booked: R-1001" not in text


def test_an_open_question_about_a_sale_is_shown_instead_of_asked_again(world: World, sales: Client) -> None:
    address = f"{NEW}sale/{world.sale.pk}/"
    before = sales.get(address)
    claim = ask_about_sale(world, by=world.reseller_owner)
    assert sales.get(address).headers["Location"] == f"{LIST}{claim.pk}/"
    sale = sales.get(f"/partner/2B3C4D5F/sales/{world.sale.pk}/").content.decode()
    assert "There is a question about this sale: Waits for Lenovo." in words(sale)
    assert address not in sale
    answer = sales.post(address, {**before.context["form"].initial, "text": "Mine"})
    assert errors(answer)["__all__"] == ["There is an open question about this already. You can add to it."]
    assert f"{LIST}{claim.pk}/" in answer.content.decode()
    assert "Mine" in answer.content.decode()


def test_only_what_is_the_partners_own_can_be_doubted(world: World, sales: Client) -> None:
    assert sales.get(f"{NEW}sale/{world.rival_sale.pk}/").status_code == 404
    assert sales.get(f"{NEW}nothing/{world.sale.pk}/").status_code == 404
    assert sales.get(f"{NEW}missing/{world.sale.pk}/").status_code == 404


def test_a_technician_reads_but_does_not_ask(world: World, signed_in: SignedIn) -> None:
    claim = ask_for_missing(world)
    technician = signed_in(world.reseller_technician)
    for path in (LIST, "/partner/2B3C4D5F/sales/", f"/partner/2B3C4D5F/sales/{world.sale.pk}/", f"{LIST}{claim.pk}/"):
        text = read(technician, path)
        assert "Missing a sale?" not in text
        assert "Something wrong?" not in text
        assert "Withdraw" not in text


# --- the thread ------------------------------------------------------------------------------------------------------


def test_what_was_written_is_read_by_both_sides_and_escaped(world: World, sales: Client, manager: Client) -> None:
    claim = ask_for_missing(world, "<script>alert(1)</script>\n\nSecond", proof=PDF)
    for client, address in ((sales, f"{LIST}{claim.pk}/"), (manager, f"{VENDOR_LIST}{claim.pk}/")):
        page = client.get(address).content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "<script>alert" not in page
        assert "Reseller Sales asked" in page


def test_a_file_comes_back_as_it_was_and_never_opens_in_the_browser(
    world: World, sales: Client, manager: Client, signed_in: SignedIn
) -> None:
    claim = ask_for_missing(world, proof=PDF)
    pk = claim.messages.get().pk
    for answer in (sales.get(f"{LIST}messages/{pk}/file/"), manager.get(f"{VENDOR_LIST}messages/{pk}/file/")):
        assert answer.content == PDF.content
        assert answer.headers["Content-Disposition"] == 'attachment; filename="invoice.pdf"'
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert signed_in(world.rival_owner).get(f"/partner/6G7H8J9K/questions/messages/{pk}/file/").status_code == 404
    plain = ask_for_missing(world, "Without a file").messages.get().pk
    assert sales.get(f"{LIST}messages/{plain}/file/").status_code == 404


def test_a_reply_is_sent_with_what_was_read(world: World, sales: Client) -> None:
    claim = ask_for_missing(world)
    address = f"{LIST}{claim.pk}/"
    seen = claim.messages.latest("id").pk
    claims.ask_back(claim=claim, said=said(world.channel_manager, "Which?", claim))
    late = sales.post(f"{address}reply/", {"text": "By the way", "seen": seen, "proof": pdf()})
    found = errors(late)
    assert "Channel Manager has written meanwhile." in found["__all__"][0]
    assert "By the way" in late.content.decode()
    assert "Which?" in late.content.decode()
    again = sales.post(f"{address}reply/", {"text": "By the way", "seen": late.context["form"]["seen"].value()})
    assert again.headers["Location"] == address
    assert Claim.objects.get().state == State.OPEN
    assert sales.get(f"{address}reply/").headers["Location"] == address


def test_withdrawing_takes_one_click(world: World, sales: Client) -> None:
    claim = ask_for_missing(world)
    address = f"{LIST}{claim.pk}/"
    for seen in ("", "x", "9" * 5000):
        stale = sales.post(f"{address}withdraw/", {"seen": seen}, follow=True)
        assert "Reseller Sales has written meanwhile" in words(stale.content.decode())
    done = sales.post(f"{address}withdraw/", {"seen": claim.messages.get().pk}, follow=True)
    assert "Your question is withdrawn." in words(done.content.decode())
    assert done.context["form"] is None


# --- the vendor ------------------------------------------------------------------------------------------------------


def test_the_vendors_list_filters_searches_and_exports(world: World, manager: Client) -> None:
    enrol(world.rival, world.program)
    ask_for_missing(world, "=HYPERLINK", sale={"document_number": "=1+1"})
    ask_about_sale(world)
    ask_for_missing(world, "Needle", by=world.rival_owner, partner=world.rival)

    def found(query: str) -> list[str]:
        page = manager.get(VENDOR_LIST + query)
        return sorted(f"{row.record.partner.name[:5]} {row.record.kind}" for row in page.context["table"].page)

    assert found("") == ["Elbta missing", "Elbta sale", "Rhein missing"]
    assert found("?kind=sale") == ["Elbta sale"]
    assert found(f"?partner={world.rival.pk}") == ["Rhein missing"]
    assert found("?q=needle") == ["Rhein missing"]
    assert found("?q=elbtal") == ["Elbta missing", "Elbta sale"]
    assert found("?state=asked_back") == []
    rows = list(csv.DictReader(io.StringIO(manager.get(VENDOR_LIST + "?export=csv").content.decode("utf-8-sig"))))
    assert len(rows) == 3
    assert not [cell for row in rows for cell in row.values() if cell.startswith("=")]
    assert {row["State"] for row in rows} == {"Waits for your answer"}
    assert {row["Answer due"] for row in rows} == {"2026-11-18"}


def test_what_is_overdue_says_so_in_words(world: World, manager: Client) -> None:
    claim = ask_for_missing(world)
    with time_machine.travel(NOW + timedelta(days=3)):
        assert "overdue since 18 Nov 2026" in read(manager, VENDOR_LIST)
        assert "Answer overdue since 18 November 2026" in read(manager, f"{VENDOR_LIST}{claim.pk}/")
        assert "task tone-danger" in manager.get("/vendor/lenovo/panels/waiting/").content.decode()


def test_other_vendors_see_none_of_it(world: World, signed_in: SignedIn) -> None:
    claim = ask_for_missing(world)
    rivals = signed_in(world.rival_channel_manager)
    assert not rivals.get("/vendor/ibm/questions/").context["table"].rows
    assert rivals.get(f"/vendor/ibm/questions/{claim.pk}/").status_code == 404
    assert rivals.post(f"/vendor/ibm/questions/{claim.pk}/answer/", {}).status_code == 404


def test_the_rows_that_may_be_the_missing_sale_stand_beside_the_question(world: World, manager: Client) -> None:
    claim = ask_for_missing(world, sale={"document_number": "R 1004"})
    page = manager.get(f"{VENDOR_LIST}{claim.pk}/").content.decode()
    assert "Unbekannt &amp; Sohn" in page
    assert f"/vendor/lenovo/customers/{world.waiting.pk}/" in page
    WaitingRow.objects.update(state=WaitingRow.State.REJECTED)
    assert "No row of a report that waits fits." in read(manager, f"{VENDOR_LIST}{claim.pk}/")


def test_a_question_is_answered_with_the_line_that_corrects_it(world: World, manager: Client, sales: Client) -> None:
    claim = ask_for_missing(world, now=NOW + timedelta(seconds=1))
    address = f"{VENDOR_LIST}{claim.pk}/"
    assert "Nothing was booked for the partner since it asked." in read(manager, address)
    booked = NOW + timedelta(seconds=2)
    line = sell(
        world.reseller,
        world.topseller,
        NOW.date(),
        "2",
        "2000.00",
        distributor=world.distributor,
        document="R-1005",
        booked_at=booked,
    )
    given = {"answer-text": "Booked.", "answer-seen": claim.messages.get().pk, "answer-correcting_line": line.pk}
    contrary = manager.post(f"{address}answer/", {**given, "answer-outcome": "decline"})
    assert errors(contrary, "answer_form") == {"correcting_line": ["Only an accepted question is corrected by a sale."]}
    foreign = {**given, "answer-outcome": "accept", "answer-correcting_line": world.rival_sale.pk}
    assert "correcting_line" in errors(manager.post(f"{address}answer/", foreign), "answer_form")
    done = manager.post(f"{address}answer/", {**given, "answer-outcome": "accept"}, follow=True)
    assert done.redirect_chain == [(VENDOR_LIST, 302)]
    assert "Elbtal Systemhaus GmbH has your answer." in words(done.content.decode())
    shown = sales.get(f"{LIST}{claim.pk}/").content.decode()
    assert "Lenovo has corrected it." in words(shown)
    assert f"/partner/2B3C4D5F/sales/{line.pk}/" in shown
    assert "ThinkPad T14" in read(manager, address)


def test_the_second_of_two_managers_is_told_and_keeps_what_was_typed(
    world: World, manager: Client, signed_in: SignedIn
) -> None:
    claim = ask_for_missing(world)
    address, seen = f"{VENDOR_LIST}{claim.pk}/answer/", claim.messages.get().pk
    given = {"answer-outcome": "decline", "answer-text": "No.", "answer-seen": seen}
    assert manager.post(address, given).status_code == 302
    assert manager.post(address, given).status_code == 302  # a double click
    late = signed_in(world.vendor_admin).post(address, {**given, "answer-text": "My long answer"})
    found = errors(late, "answer_form")
    assert found == {"__all__": ["Channel Manager has answered this question meanwhile."]}
    assert claim.messages.count() == 2


def test_asking_back_is_a_form_of_its_own(world: World, manager: Client, sales: Client) -> None:
    claim = ask_for_missing(world)
    address = f"{VENDOR_LIST}{claim.pk}/"
    assert "text" in errors(manager.post(f"{address}ask-back/", {"back-text": " "}), "back_form")
    given = {"back-text": "Which invoice?", "back-seen": claim.messages.get().pk}
    assert manager.post(f"{address}ask-back/", given).headers["Location"] == VENDOR_LIST
    assert "Waits for Elbtal Systemhaus GmbH" in read(manager, VENDOR_LIST)
    assert "Waits for your answer" in read(sales, LIST)
    for action in ("answer", "ask-back"):
        assert manager.get(f"{address}{action}/").headers["Location"] == address


# --- what waits ------------------------------------------------------------------------------------------------------


def test_questions_wait_on_the_dashboard_of_whose_turn_it_is(
    world: World, sales: Client, manager: Client, signed_in: SignedIn
) -> None:
    claim, second = ask_for_missing(world), ask_for_missing(world, "Second")
    assert "2 questions of partners" in read(manager, "/vendor/lenovo/panels/waiting/")
    assert "of partners" not in read(signed_in(world.vendor_finance), "/vendor/lenovo/panels/waiting/")
    assert "question" not in read(sales, WAITING).replace("Questions", "")
    claims.ask_back(claim=claim, said=said(world.channel_manager, "?", claim))
    assert "1 question of a partner" in read(manager, "/vendor/lenovo/panels/waiting/")
    page = sales.get(WAITING).content.decode()
    assert "Lenovo has a question for you" in page
    assert f'href="{LIST}{claim.pk}/"' in page
    claims.ask_back(claim=second, said=said(world.channel_manager, "?", second))
    assert "2 of your questions wait for your answer" in read(sales, WAITING)
    assert "your answer" not in read(signed_in(world.reseller_technician), WAITING)
    assert len(sales.get(LIST + "?state=asked_back").context["table"].rows) == 2


def test_without_questions_the_lists_say_what_to_do(sales: Client, manager: Client) -> None:
    assert "If a sale is missing, ask here." in read(sales, LIST)
    assert "As soon as a partner asks" in read(manager, VENDOR_LIST)


def test_a_question_is_accepted_before_its_correction_is_booked(world: World, manager: Client) -> None:
    claim = ask_for_missing(world, now=NOW + timedelta(seconds=1))
    sell(
        world.reseller, world.topseller, NOW.date(), "1", "1.00", distributor=world.distributor, document="R-77",
        booked_at=NOW + timedelta(seconds=2),
    )  # fmt: skip
    address = f"{VENDOR_LIST}{claim.pk}/"
    assert "Choose none where the correction follows with a later report." in read(manager, address)
    given = {"answer-text": "It follows in December.", "answer-seen": claim.messages.get().pk}
    done = manager.post(f"{address}answer/", {**given, "answer-outcome": "accept"}, follow=True)
    assert done.redirect_chain == [(VENDOR_LIST, 302)]
    claim.refresh_from_db()
    assert (claim.state, claim.correcting_line) == (State.ACCEPTED, None)
