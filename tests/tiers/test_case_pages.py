"""The pages of case studies: writing, files, the answer, what waits, and the public page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from common.models import User
from tests.partners.applying import open_to_all
from tests.rendering import dashboard, read, words
from tests.tiers.studies import PNG, accept, begin, handed_in, send_back
from tests.world import World
from tiers.models import CaseStudy

SignedIn = Callable[[User], Client]
LIST, VENDOR_LIST = "/partner/2B3C4D5F/case-studies/", "/vendor/lenovo/case-studies/"
EVIL = "<script>alert(1)</script>"
State = CaseStudy.State


@pytest.fixture
def sales(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.reseller_sales)


@pytest.fixture
def manager(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.channel_manager)


def told(world: World, **given: Any) -> dict[str, Any]:
    return {"enrolment": world.enrolment.pk, "title": "Telephones", "text": "Forty of them.", **given}


def picture(content: bytes = PNG.content, name: str = "rack.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


def test_a_draft_is_saved_without_a_text_and_handing_in_asks_for_it(world: World, sales: Client) -> None:
    answer = sales.post(f"{LIST}new/", told(world, text=""))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["text"]
    answer = sales.post(f"{LIST}new/", told(world, text="", draft="1"), follow=True)
    assert "Your draft is saved." in words(answer.content.decode())
    study = CaseStudy.objects.get()
    page = f"{LIST}{study.pk}/"
    answer = sales.post(f"{page}write/", told(world, seen=study.version, proof=picture()), follow=True)
    assert "Lenovo has your case study. You get an answer by 23 November 2026." in words(answer.content.decode())
    study.refresh_from_db()
    assert (study.state, study.files.get().file_name) == (State.SUBMITTED, "rack.png")
    assert answer.context["form"] is None


def test_the_program_is_chosen_where_there_are_several(world: World, sales: Client) -> None:
    form = sales.get(f"{LIST}new/?program=10hoch4").context["form"]
    assert form["enrolment"].value() == world.second_enrolment.pk
    answer = sales.post(f"{LIST}new/", told(world, enrolment=world.rival_enrolment.pk))
    assert list(answer.context["form"].errors) == ["enrolment"]


@pytest.mark.parametrize("content", [b"<html></html>", b"<svg xmlns='x'/>", b"PK\x03\x04"])
def test_files_that_could_run_are_refused(world: World, sales: Client, content: bytes) -> None:
    answer = sales.post(f"{LIST}new/", told(world, proof=picture(content)))
    assert list(answer.context["form"].errors) == ["proof"]
    assert not CaseStudy.objects.exists()


def test_a_file_is_only_ever_downloaded_and_only_by_those_who_may(
    world: World, sales: Client, manager: Client, signed_in: SignedIn
) -> None:
    study = begin(world, proof=PNG)
    file = f"files/{study.files.get().pk}/"
    answer = sales.get(LIST + file)
    assert (answer.content, answer["Content-Type"]) == (PNG.content, "application/octet-stream")
    assert answer["Content-Disposition"].startswith("attachment")
    assert manager.get(VENDOR_LIST + file).status_code == 404, "a draft"
    sales.post(f"{LIST}{study.pk}/write/", told(world, seen=study.version))
    assert manager.get(VENDOR_LIST + file).content == PNG.content
    assert signed_in(world.rival_owner).get(LIST + file).status_code == 404
    assert signed_in(world.rival_channel_manager).get(f"/vendor/ibm/case-studies/{file}").status_code == 404


def test_nothing_that_is_written_is_ever_run(world: World, sales: Client, manager: Client, client: Client) -> None:
    open_to_all(world.program)
    study = handed_in(world, title=EVIL, customer=EVIL, text=EVIL, consent=True)
    pages = [sales.get(LIST), sales.get(f"{LIST}{study.pk}/"), manager.get(f"{VENDOR_LIST}{study.pk}/")]
    accept(world, study)
    pages += [client.get("/programs/topseller/"), sales.get("/partner/2B3C4D5F/tiers/topseller/")]
    for page in pages:
        assert page.status_code == 200
        assert EVIL not in page.content.decode()
    assert "&lt;script&gt;" in pages[3].content.decode()


def test_a_change_without_a_token_of_the_page_is_refused(world: World, signed_in: SignedIn) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in(world.reseller_sales).cookies
    assert strict.post(f"{LIST}new/", told(world)).status_code == 403
    assert not CaseStudy.objects.exists()


def test_the_vendor_returns_with_a_comment_and_the_partner_sees_what_waits(
    world: World, sales: Client, manager: Client
) -> None:
    study = handed_in(world)
    assert "1 case study of a partner" in words(dashboard(manager, "/vendor/lenovo/"))
    page = f"{VENDOR_LIST}{study.pk}/"
    form = {"seen": study.version, "outcome": "return"}
    assert list(manager.post(f"{page}answer/", form).context["form"].errors) == ["text"]
    answer = manager.post(f"{page}answer/", {**form, "text": "How many lines?"}, follow=True)
    assert "Elbtal Systemhaus GmbH has your answer." in words(answer.content.decode())
    assert answer.redirect_chain[0][0] == VENDOR_LIST
    waiting = dashboard(sales, "/partner/2B3C4D5F/")
    assert "A case study was returned to you" in words(waiting)
    assert f"{LIST}{study.pk}/" in waiting
    text = read(sales, f"{LIST}{study.pk}/")
    assert "has returned it: How many lines?" in text


def test_who_answers_too_late_is_told(world: World, manager: Client) -> None:
    study = handed_in(world)
    seen = study.version
    accept(world, study, by=world.vendor_admin)
    answer = manager.post(f"{VENDOR_LIST}{study.pk}/answer/", {"seen": seen, "outcome": "accept"})
    assert answer.status_code == 422
    assert "This case study was accepted meanwhile." in words(answer.content.decode())


def test_consent_is_taken_back_and_given_again(world: World, sales: Client, client: Client) -> None:
    open_to_all(world.program)
    study = accept(world, handed_in(world, consent=True))
    public = "/programs/topseller/"
    text = read(client, public)
    assert "What partners tell Telephones for the town hall Elbtal Systemhaus GmbH · Town of Pirna" in text
    sales.post(f"{LIST}{study.pk}/consent/", {"consent": "no"})
    assert "Telephones for the town hall" not in read(client, public)
    sales.post(f"{LIST}{study.pk}/consent/", {"consent": "yes"})
    assert "Telephones for the town hall" in read(client, public)
    assert "rack.png" not in client.get(public).content.decode()


def test_roles_decide_what_the_pages_offer(world: World, sales: Client, signed_in: SignedIn) -> None:
    study = send_back(world, handed_in(world))
    bookkeeping = signed_in(world.reseller_finance)
    assert bookkeeping.get(f"{LIST}{study.pk}/").context["form"] is None
    assert bookkeeping.get(LIST).context["new_url"] == ""
    assert bookkeeping.get(f"{LIST}new/").status_code == 403
    assert sales.get(f"{LIST}{study.pk}/").context["form"] is not None
    finance = signed_in(world.vendor_finance)
    assert finance.get(f"{VENDOR_LIST}{study.pk}/").context["form"] is None
    assert finance.post(f"{VENDOR_LIST}{study.pk}/answer/").status_code == 403
