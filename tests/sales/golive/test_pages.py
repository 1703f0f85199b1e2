"""The way of a file with partners through the pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from common.models import User
from partners.models import Enrolment, Partner
from sales import progress
from sales.golive import files
from sales.golive.sample import sample
from sales.models import PartnerImport
from tests.sales.golive.bringing import HEADER, NEW, SAMPLE, partners
from tests.world import NOW, TODAY, World

SignedIn = Callable[[User], Client]
State = PartnerImport.State
LIST = "/vendor/lenovo/partners/import/"


def text(response: Any) -> str:
    return str(response.content.decode())


def path(response: Any) -> str:
    return str(response.request["PATH_INFO"])


@pytest.fixture
def manager(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.channel_manager)


def send(client: Client, world: World, content: bytes, name: str = "partners.csv") -> Any:
    form = {"program": world.program.pk, "file": SimpleUploadedFile(name, content, "text/csv")}
    return client.post(LIST, form, follow=True)


def test_a_file_is_shown_before_it_counts_and_then_brought_in(world: World, manager: Client) -> None:
    page = send(manager, world, partners(NEW))
    assert "What the file would do" in text(page)
    assert "Nordlicht IT GmbH" in text(page)
    assert not Partner.objects.filter(name="Nordlicht IT GmbH").exists()
    done = manager.post(f"{path(page)}start/", follow=True)
    assert "1 company is in." in text(done)
    assert Partner.objects.filter(name="Nordlicht IT GmbH").exists()
    file = PartnerImport.objects.get()
    assert (file.state, bytes(file.content)) == (State.IMPORTED, b"")


def test_whoever_starts_second_is_told(world: World, manager: Client) -> None:
    page = send(manager, world, partners(NEW))
    manager.post(f"{path(page)}start/")
    again = manager.post(f"{path(page)}start/", follow=True)
    assert "Somebody has imported or discarded this file meanwhile." in text(again)


def test_a_company_of_another_vendor_is_shown_as_any_new_one(world: World, manager: Client) -> None:
    strange = text(send(manager, world, partners(NEW)))
    Partner.objects.filter(pk=world.rival.pk).update(vat_id="DE136695976")
    known = text(send(manager, world, partners(NEW)))
    assert "Rheinblick" not in known
    assert world.rival.number not in known
    assert strange.count("new to you") == known.count("new to you") == 1


def test_errors_are_listed_and_come_back_in_the_file(world: World, manager: Client) -> None:
    bad = NEW.replace("Gold", "<b>Platin</b>").replace("Ada", "=cmd()")
    page = send(manager, world, partners(bad))
    assert "The file has errors" in text(page)
    assert "&lt;b&gt;Platin&lt;/b&gt;" in text(page)
    answered = manager.get(f"{path(page)}errors/")
    assert answered["Content-Disposition"] == 'attachment; filename="partners-errors.csv"'
    head, row = answered.content.decode("utf-8-sig").splitlines()
    assert head == f"{HEADER};What is wrong"
    assert ";'=cmd();" in row
    assert "Stufe: “<b>Platin</b>” is no tier" in row
    assert manager.post(f"{path(page)}start/", follow=True).status_code == 200
    assert not Partner.objects.filter(name="Nordlicht IT GmbH").exists()


def test_what_is_no_table_is_refused_at_the_field(world: World, manager: Client) -> None:
    page = send(manager, world, b"%PDF-1.7", "partners.pdf")
    assert page.status_code == 422
    assert "This is a PDF." in text(page)
    assert not PartnerImport.objects.exists()


def test_a_large_file_is_left_to_a_worker_and_followed(
    world: World, manager: Client, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.PARTNER_ROWS_AT_ONCE = 0
    with django_capture_on_commit_callbacks() as told:
        page = send(manager, world, partners(NEW))
    file = PartnerImport.objects.get()
    assert len(told) == 1
    assert 'hx-trigger="every 1s"' in text(page)
    assert "1 row waits for its turn" in text(page)
    assert files.sweep(now=NOW) == [file.pk]
    assert files.run(file_id=file.pk, now=NOW, today=TODAY)
    assert not files.run(file_id=file.pk, now=NOW, today=TODAY)
    assert manager.get(path(page), headers={"hx-request": "true"})["HX-Refresh"] == "true"
    assert "What the file would do" in text(manager.get(path(page)))
    with django_capture_on_commit_callbacks() as told:
        waiting = manager.post(f"{path(page)}start/", follow=True)
    assert len(told) == 1
    assert 'hx-trigger="every 1s"' in text(waiting)
    assert files.sweep(now=NOW) == [file.pk]
    assert files.run(file_id=file.pk, now=NOW, today=TODAY)
    assert not files.run(file_id=file.pk, now=NOW, today=TODAY)
    assert manager.get(path(page), headers={"hx-request": "true"})["HX-Refresh"] == "true"
    assert "What the file has done" in text(manager.get(path(page)))


def test_how_far_a_worker_is_stands_on_the_page(world: World, manager: Client, settings: Any) -> None:
    settings.PARTNER_ROWS_AT_ONCE = 0
    page = path(send(manager, world, partners(NEW, NEW, NEW, NEW)))
    file = PartnerImport.objects.get()
    for state, rows, said in (
        (State.CHECKING, 1, "1 of 4 rows are read (25 %)."),
        (State.CHECKING, 4, "All 4 rows are read."),
        (State.QUEUED, 3, "3 of 4 rows are in (75 %)."),
        (State.QUEUED, 4, "All 4 rows are in."),
    ):
        PartnerImport.objects.update(state=state)
        progress.tell(f"partners-{state}", file.pk, rows)
        assert said in text(manager.get(page))
    PartnerImport.objects.update(state=State.CHECKING)
    assert files.run(file_id=file.pk, now=NOW, today=TODAY)
    assert progress.told("partners-checking", file.pk, 4).percent == 100


def test_a_large_file_with_errors_is_refused_by_the_worker(world: World, manager: Client, settings: Any) -> None:
    settings.PARTNER_ROWS_AT_ONCE = 0
    page = send(manager, world, partners(NEW.replace("Gold", "Platin")))
    assert not files.run(file_id=PartnerImport.objects.get().pk, now=NOW, today=TODAY)
    assert "The file has errors" in text(manager.get(path(page)))


@pytest.mark.parametrize("at_once", [0, 500])
def test_a_file_sent_twice_is_one_as_long_as_it_is_open(
    world: World, manager: Client, settings: Any, at_once: int
) -> None:
    settings.PARTNER_ROWS_AT_ONCE = at_once
    first, second = (path(send(manager, world, partners(NEW))) for _ in range(2))
    assert first == second
    file = PartnerImport.objects.get()
    if file.state == State.CHECKING:
        files.run(file_id=file.pk, now=NOW, today=TODAY)
    manager.post(f"{first}start/")
    files.run(file_id=file.pk, now=NOW, today=TODAY)
    assert PartnerImport.objects.get().state == State.IMPORTED
    assert path(send(manager, world, partners(NEW))) != first


def test_what_changed_since_it_was_sent_first_is_seen_when_it_is_sent_again(world: World, manager: Client) -> None:
    send(manager, world, partners(NEW))
    world.program.tiers.filter(code="gold").update(code="platinum", name="Platinum")
    assert "The file has errors" in text(send(manager, world, partners(NEW)))
    assert PartnerImport.objects.get().state == State.REFUSED


def test_what_became_wrong_since_it_was_shown_is_refused_when_it_is_imported(world: World, manager: Client) -> None:
    page = send(manager, world, partners(NEW))
    world.program.tiers.filter(code="gold").update(code="platinum", name="Platinum")
    assert "The file has errors" in text(manager.post(f"{path(page)}start/", follow=True))
    assert not Enrolment.objects.filter(partner__name="Nordlicht IT GmbH").exists()


def test_a_file_that_is_thrown_away_leaves_nothing(world: World, manager: Client) -> None:
    page = send(manager, world, partners(NEW))
    gone = manager.post(f"{path(page)}discard/", follow=True)
    assert path(gone) == LIST
    assert bytes(PartnerImport.objects.get().content) == b""


@pytest.mark.parametrize("step", ["", "errors/"])
def test_a_file_of_others_is_missing(world: World, manager: Client, signed_in: SignedIn, step: str) -> None:
    page = path(send(manager, world, partners(NEW.replace("Gold", "Platin"))))
    assert manager.get(f"{page}{step}").status_code == 200
    pk = page.rstrip("/").rpartition("/")[2]
    rival = signed_in(world.rival_channel_manager)
    assert rival.get(f"/vendor/ibm/partners/import/{pk}/{step}").status_code == 404
    assert signed_in(world.vendor_finance).get(f"{page}{step}").status_code == 403


def test_the_sample_file_is_one_that_can_be_brought_in(world: World, manager: Client) -> None:
    answered = manager.get(f"{LIST}sample/")
    page = send(manager, world, answered.content)
    assert "What the file would do" in text(page)


def test_the_sample_in_the_documents_is_the_one_of_the_page() -> None:
    assert SAMPLE.read_text() == sample("de")


def test_the_list_of_partners_leads_to_it(world: World, manager: Client, signed_in: SignedIn) -> None:
    assert LIST in text(manager.get("/vendor/lenovo/partners/"))
    assert LIST not in text(signed_in(world.vendor_finance).get("/vendor/lenovo/partners/"))


def test_after_a_month_no_addresses_are_left_in_what_was_imported(world: World, manager: Client) -> None:
    page = send(manager, world, partners(NEW))
    manager.post(f"{path(page)}start/")
    assert PartnerImport.objects.get().preview
    files.sweep(now=PartnerImport.objects.get().uploaded_at + files.KEPT + timedelta(days=1))
    assert PartnerImport.objects.get().preview == []
    assert "What the file has done" in text(manager.get(path(page)))
