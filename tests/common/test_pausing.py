"""A restored system stands still: nothing is sent or booked until a platform admin has looked and says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import Error as DatabaseError
from django.db import transaction
from django.test import Client

from common import background, outbox, releasing
from common.access import Actor
from common.models import OutboxMail, Pause, User
from common.pausing import Paused
from common.tasks import send_mails
from portal.celery import app
from rebates import closing
from rebates.models import Closing
from tests.people import signed_in
from tests.world import NOW, TODAY, World

SignedIn = Callable[..., Client]
BACKUP_AT = NOW - timedelta(hours=6)
State = OutboxMail.State


@pytest.fixture
def paused(world: World) -> World:
    Pause.objects.create(paused_at=NOW, backup_at=BACKUP_AT, backup_digest="0f" * 32)
    return world


def mail(address: str, *, made_after: timedelta = timedelta(hours=1)) -> OutboxMail:
    made = OutboxMail.objects.create(
        kind="news", period="2026W47", address=address, language="en", subject="News", text="News"
    )
    OutboxMail.objects.update(created_at=BACKUP_AT + made_after)
    return made


def release(actor: User, comment: str = "The old one is switched off.") -> None:
    releasing.release(actor=Actor.of(actor), comment=comment, now=NOW)


def test_no_mail_is_taken_to_be_sent(paused: World) -> None:
    mail("a@example.com")
    assert outbox.claim(now=NOW) is None
    release(paused.platform_admin)
    assert outbox.claim(now=NOW) is not None


def test_no_task_does_anything(paused: World) -> None:
    """Every task is of this kind; here is one that would write."""
    assert isinstance(send_mails, background.Task)
    assert all(isinstance(task, background.Task) for name, task in app.tasks.items() if not name.startswith("celery."))
    OutboxMail.objects.filter(pk=mail("a@example.com").pk).update(state=State.CLAIMED, claimed_at=BACKUP_AT)
    send_mails()
    assert OutboxMail.objects.get().state == State.CLAIMED
    release(paused.platform_admin)
    OutboxMail.objects.update(state=State.CLAIMED, claimed_at=BACKUP_AT)
    send_mails()
    assert OutboxMail.objects.get().state == State.UNCERTAIN


def test_no_closing_begins_whoever_asks(paused: World) -> None:
    closing.ensure_due_closings(today=TODAY + timedelta(days=100), now=NOW)
    opened = Closing.objects.order_by("ends_on").first()
    assert opened is not None
    with pytest.raises(Paused):
        closing.run(closing_id=opened.pk, now=NOW, chunk=10)
    release(paused.platform_admin)
    assert closing.run(closing_id=opened.pk, now=NOW, chunk=10).state == Closing.State.SEALED


def test_mails_that_the_backup_held_unsent_are_uncertain_after_the_release(paused: World) -> None:
    before = mail("before@example.com", made_after=timedelta(0))
    after = OutboxMail.objects.create(kind="news", period="2026W48", address="b@example.com", language="en")
    release(paused.platform_admin)
    assert OutboxMail.objects.get(pk=before.pk).state == State.UNCERTAIN
    assert OutboxMail.objects.get(pk=after.pk).state == State.PENDING


def test_who_releases_it_when_and_why_is_kept_for_good(paused: World) -> None:
    release(paused.platform_admin, "  The old one is switched off.  ")
    kept = Pause.objects.get()
    assert (kept.released_by, kept.released_at) == (paused.platform_admin, NOW)
    assert kept.comment == "The old one is switched off."
    for change in (lambda: Pause.objects.update(comment="Nobody."), Pause.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_it_is_released_once_by_a_platform_admin_who_says_why(paused: World) -> None:
    with pytest.raises(releasing.NotAllowed):
        release(paused.vendor_admin)
    with pytest.raises(releasing.NotAllowed):
        releasing.release(actor=Actor.system(), comment="By itself.", now=NOW)
    with pytest.raises(releasing.CommentMissing):
        release(paused.platform_admin, "  ")
    release(paused.platform_admin)
    with pytest.raises(releasing.NotPaused):
        release(paused.platform_admin)


def test_a_backup_of_a_paused_system_is_released_with_its_own_pause(paused: World) -> None:
    Pause.objects.create(paused_at=NOW, backup_at=NOW, backup_digest="ff" * 32)
    assert releasing.backup_moment() == NOW
    release(paused.platform_admin)
    assert not Pause.objects.filter(released_at=None).exists()


# --- the pages -------------------------------------------------------------------------------------------------------


def test_the_page_says_what_to_look_at_and_takes_the_release(paused: World, signed_in: SignedIn) -> None:
    closing.ensure_due_closings(today=TODAY + timedelta(days=100), now=NOW)
    mail("a@example.com", made_after=timedelta(0))
    admin = signed_in(paused.platform_admin)

    shown = " ".join(admin.get("/pause/").text.split())
    assert "1 mail was unsent at the moment of the backup" in shown
    assert "Closing Top-Seller Loyalty Q1 2026 goes on: due" in shown.replace("\xa0", " ")

    assert admin.post("/pause/", {"comment": " "}).status_code == 422
    answer = admin.post("/pause/", {"comment": "Looked at both."}, follow=True)
    assert "The portal is released" in answer.text
    assert "Looked at both." in answer.text
    assert admin.post("/pause/", {"comment": "Once more."}).status_code == 422


def test_only_platform_admins_find_the_page(paused: World, signed_in: SignedIn) -> None:
    for person in (paused.vendor_admin, paused.vendor_finance, paused.reseller_owner):
        assert signed_in(person).get("/pause/").status_code == 404
        assert signed_in(person).post("/pause/", {"comment": "Go."}).status_code == 404
    assert Client().get("/pause/").status_code == 302
    assert Pause.objects.get().released_at is None


def test_every_page_says_so_to_staff_and_admins_until_it_is_released(paused: World, signed_in: SignedIn) -> None:
    said = "This portal was restored from a backup"
    admin, staff = signed_in(paused.platform_admin), signed_in(paused.channel_manager)
    for client, page in ((admin, "/admin/"), (admin, "/account/tokens/"), (staff, "/vendor/lenovo/")):
        assert said in client.get(page).text, page
    assert "/pause/" in admin.get("/admin/").text
    assert "/pause/" not in staff.get("/vendor/lenovo/").text
    assert said not in signed_in(paused.reseller_owner).get("/", follow=True).text

    release(paused.platform_admin)
    assert said not in staff.get("/vendor/lenovo/").text


def test_the_page_and_the_banner_speak_german(paused: World) -> None:
    shown = signed_in(paused.platform_admin, language="de").get("/pause/").text
    assert "Aus einer Sicherung wiederhergestellt" in shown
    assert "Dieses Portal wurde aus einer Sicherung wiederhergestellt" in shown


def test_readiness_says_that_work_is_paused(paused: World) -> None:
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["work"]) == (200, "paused")
    release(paused.platform_admin)
    assert Client().get("/readyz").json()["work"] == "ok"
