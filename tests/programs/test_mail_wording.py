"""A vendor's own words in mails: versions that stay, and which of them a mail is written with."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import Error as DatabaseError
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from common import outbox, registry
from common.access import Actor
from common.mail_words import OnBehalf
from common.models import OutboxMail, User
from programs import mail_wording
from programs.mail_wording import MovedOn, NotAdaptable, NotAllowed
from programs.models import MailWording
from tests.people import member_of, staff_of
from tests.programs.wordings import subject, worded
from tests.world import NOW, World


def context_of(world: World, kind: str = "settled") -> dict[str, Any]:
    """The sample, as if it were about our vendor."""
    sample = dict(registry.mails[kind].sample())
    return {**sample, "on_behalf": OnBehalf(world.vendor.pk, sample["on_behalf"].values)}


def text_to(world: World, reader: User, kind: str = "settled") -> str:
    outbox.put(kind=kind, period="now", recipient=reader, context=context_of(world, kind))
    text = OutboxMail.objects.get(kind=kind, recipient=reader).text
    OutboxMail.objects.all().delete()
    return text


def test_the_latest_version_is_in_force_in_its_language_only(world: World) -> None:
    worded(world.vendor, world.vendor_admin, opening="First words")
    worded(world.vendor, world.vendor_admin, seen=1, opening="Second words for {partner}")
    text = text_to(world, world.reseller_owner)
    assert "Second words for Elbtal Systemhaus GmbH" in text
    assert "First words" not in text
    world.reseller_owner.language = "de"
    assert "Second words" not in text_to(world, world.reseller_owner)


def test_words_of_one_vendor_stand_in_no_mail_of_another(world: World) -> None:
    worded(world.rival_vendor, world.rival_vendor_admin, opening="Buy IBM")
    assert "Buy IBM" not in text_to(world, world.reseller_owner)


def test_no_blocks_are_the_portals_own_words_again(world: World) -> None:
    plain = text_to(world, world.reseller_owner)
    worded(world.vendor, world.vendor_admin, opening="First words", signature="Ina")
    assert text_to(world, world.reseller_owner) != plain
    worded(world.vendor, world.vendor_admin, seen=1)
    assert text_to(world, world.reseller_owner) == plain


def test_an_earlier_version_comes_back_as_another_one(world: World) -> None:
    worded(world.vendor, world.vendor_admin, opening="First words")
    worded(world.vendor, world.vendor_admin, seen=1, opening="Second words")
    made = mail_wording.restore(
        subject=subject(world.vendor), version=1, seen=2, actor=Actor.of(world.vendor_admin), now=NOW
    )
    assert made is not None
    assert (made.version, made.blocks) == (3, {"opening": "First words"})
    kept = mail_wording.versions(subject=subject(world.vendor), actor=Actor.of(world.channel_manager))
    assert [each.version for each in kept] == [3, 2, 1]


def test_the_same_words_once_more_make_no_version(world: World) -> None:
    worded(world.vendor, world.vendor_admin, opening="First words")
    actor = Actor.of(world.vendor_admin)
    for blocks in ({"opening": "First words"}, {"opening": " First words \r\n", "closing": ""}):
        assert mail_wording.change(subject=subject(world.vendor), blocks=blocks, seen=0, actor=actor, now=NOW) is None
    nothing = mail_wording.change(subject=subject(world.vendor, "adjusted"), blocks={}, seen=0, actor=actor, now=NOW)
    assert nothing is None
    assert MailWording.objects.count() == 1


def test_whoever_has_not_seen_the_latest_version_changes_nothing(world: World) -> None:
    worded(world.vendor, world.vendor_admin, opening="First words")
    with pytest.raises(MovedOn, match="Vendor Admin has changed this wording"):
        worded(world.vendor, world.vendor_admin, opening="Other words")
    assert MailWording.objects.count() == 1


def test_two_at_once_make_one_version(committed: World) -> None:
    world = committed
    outcomes: list[object] = []
    start = threading.Barrier(2)

    def write(text: str) -> None:
        start.wait()
        try:
            outcomes.append(worded(world.vendor, world.vendor_admin, opening=text))
        except MovedOn as error:
            outcomes.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=[text]) for text in ("One", "Other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(each).__name__ for each in outcomes) == ["MailWording", "MovedOn"]
    assert MailWording.objects.count() == 1


@pytest.mark.parametrize("change", [lambda rows: rows.update(blocks={"opening": "Forged"}), lambda rows: rows.delete()])
def test_a_version_never_changes(world: World, change: Callable[[Any], Any]) -> None:
    worded(world.vendor, world.vendor_admin, opening="First words")
    with pytest.raises(DatabaseError, match="mail_wordings_stay"), transaction.atomic():
        change(MailWording.objects.all())


def test_only_admins_of_the_vendor_itself_change_its_words(world: World) -> None:
    both = staff_of(world.rival_vendor, "both", "admin")
    for person in (world.channel_manager, world.vendor_finance, world.rival_vendor_admin, world.platform_admin,
                   world.reseller_owner, both):  # fmt: skip
        with pytest.raises(NotAllowed):
            worded(world.vendor, person, opening="Mine")
    with pytest.raises(NotAllowed):
        mail_wording.change(
            subject=subject(world.vendor), blocks={}, seen=0, now=NOW, actor=Actor.of(world.vendor_admin, scopes=["x"])
        )


@pytest.mark.parametrize(
    "blocks",
    [
        {"opening": "{parnter}"},
        {"subject": "Two\nlines"},
        {"opening": "x" * 1001},
        {"subject": "x" * 151},
        {"greeting": "Hi"},
    ],
)
def test_what_the_form_refuses_the_service_refuses_too(world: World, blocks: dict[str, Any]) -> None:
    with pytest.raises(NotAdaptable):
        worded(world.vendor, world.vendor_admin, **blocks)


def test_security_notices_and_mails_to_staff_stay_the_portals(world: World) -> None:
    for kind in ("account-reset", "bank-account-changed", "ledger_halted", "team-changed", "application-new"):
        with pytest.raises(NotAdaptable):
            worded(world.vendor, world.vendor_admin, kind=kind, opening="Mine")
    with pytest.raises(NotAdaptable):
        worded(world.vendor, world.vendor_admin, language="fr", opening="Mine")


def test_staff_sees_the_versions_of_its_own_vendor(world: World) -> None:
    worded(world.vendor, world.vendor_admin, opening="Ours")
    worded(world.rival_vendor, world.rival_vendor_admin, opening="Theirs")

    def seen_by(person: User) -> list[str]:
        rows = MailWording.objects.visible_to(Actor.of(person)).order_by("pk")
        return [each.blocks["opening"] for each in rows]

    assert seen_by(world.channel_manager) == ["Ours"]
    assert seen_by(world.rival_vendor_admin) == ["Theirs"]
    assert seen_by(world.reseller_owner) == []
    assert seen_by(world.platform_admin) == ["Ours", "Theirs"]


# --- what it costs ----------------------------------------------------------------------------------------------------


def about_wordings(queries: CaptureQueriesContext) -> int:
    return sum("programs_mailwording" in each["sql"] for each in queries.captured_queries)


def test_many_letters_of_one_vendor_ask_once_for_its_words(world: World) -> None:
    worded(world.vendor, world.vendor_admin, opening="Dear {partner}")
    context = context_of(world)
    readers = [member_of(world.reseller, f"reader{number}", language="de" if number % 2 else "en") for number in (1, 2)]
    letters = [(f"letter {number}", readers[number % 2], context) for number in range(500)]
    with CaptureQueriesContext(connection) as queries:
        outbox.put_all(kind="settled", letters=letters)
    assert OutboxMail.objects.filter(text__contains="Dear Elbtal").count() == 250
    assert about_wordings(queries) == 1


def test_mails_that_are_the_portals_alone_ask_for_no_words(world: World) -> None:
    with CaptureQueriesContext(connection) as queries:
        outbox.put(
            kind="team-gone", period="x", recipient=world.reseller_owner, context=registry.mails["team-gone"].sample()
        )
    assert about_wordings(queries) == 0
