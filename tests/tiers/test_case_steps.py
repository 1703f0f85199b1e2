"""Writing case studies and answering them: who may, in which order, once, and never again once accepted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from common.access import Actor
from common.models import OutboxMail
from partners.models import EnrolmentStatus, Member
from tests.sales.asking import mailed
from tests.tiers.studies import PNG, accept, begin, handed_in, rewrite, send_back
from tests.world import NOW, TODAY, World
from tiers import case_mails, case_selectors, case_steps
from tiers.judging import judge_one
from tiers.models import CaseStudy, CaseStudyFile, CaseStudyStep

State = CaseStudy.State


def test_a_draft_is_handed_in_returned_handed_in_again_and_accepted(world: World) -> None:
    study = begin(world, proof=PNG)
    assert (study.state, study.due_on, mailed(case_mails.SUBMITTED)) == (State.DRAFT, None, [])
    study = rewrite(world, study, text="Fifty telephones.", hand_in=True)
    assert (study.state, study.due_on) == (State.SUBMITTED, date(2026, 11, 23)), "five days of the office"
    assert mailed(case_mails.SUBMITTED) == ["channel_manager"]
    study = send_back(world, study, "Which telephones?")
    assert (study.state, study.due_on) == (State.RETURNED, None)
    assert mailed(case_mails.RETURNED) == ["reseller_sales"]
    assert "Which telephones?" in OutboxMail.objects.get(kind=case_mails.RETURNED).text
    study = accept(world, rewrite(world, study, text="Fifty D785.", hand_in=True), text="Well done")
    assert (study.state, study.accepted_on, study.decided_by) == (State.ACCEPTED, TODAY, world.channel_manager)
    assert mailed(case_mails.ACCEPTED) == ["reseller_sales"]
    assert [step.step for step in study.steps.all()] == ["submitted", "returned", "submitted", "accepted"]


def test_only_an_accepted_one_counts_for_the_tier(world: World) -> None:
    gold = world.program.tiers.get(code="gold")
    gold.requirements = [{"kind": "case_study", "count": 1}]
    gold.save()

    def have() -> Decimal:
        ladder, judged = judge_one(world.enrolment, world.program.tiers.get(code="silver"), TODAY)
        (asked,) = ladder.asked[gold.pk].criteria()
        found = judged.measured.get(asked.key)
        return found.have if found is not None else Decimal(0)

    study = handed_in(world)
    assert have() == 0
    accept(world, study)
    assert have() == 1


def test_the_writer_is_told_and_once_they_have_left_the_owners_are(world: World) -> None:
    study = handed_in(world)
    Member.objects.filter(user=world.reseller_sales).update(left_on=TODAY)
    send_back(world, study)
    assert mailed(case_mails.RETURNED) == ["reseller_owner"]


def test_who_may_write_and_who_may_answer(world: World) -> None:
    for person in (world.reseller_finance, world.rival_owner, world.channel_manager, world.platform_admin):
        with pytest.raises(case_steps.NotAllowed):
            begin(world, by=person)
    study = begin(world, by=world.reseller_technician, hand_in=True)
    for person in (world.vendor_finance, world.rival_channel_manager, world.reseller_owner, world.platform_admin):
        with pytest.raises(case_steps.NotAllowed):
            accept(world, study, by=person)
        with pytest.raises(case_steps.NotAllowed):
            send_back(world, study, by=person)
    assert CaseStudyStep.objects.count() == 1


def test_a_draft_is_the_partners_own_until_it_is_handed_in(world: World) -> None:
    study = begin(world, proof=PNG)
    manager = Actor.of(world.channel_manager)
    for rows in (CaseStudy, CaseStudyFile):
        assert not rows.objects.visible_to(manager).exists()
    handed_in = rewrite(world, study, hand_in=True)
    assert CaseStudy.objects.visible_to(manager).get() == handed_in
    for row in (CaseStudy, CaseStudyFile, CaseStudyStep):
        assert row.objects.visible_to(manager).count() == 1
        assert not row.objects.visible_to(Actor.of(world.rival_owner)).exists()
        assert not row.objects.visible_to(Actor.of(world.rival_channel_manager)).exists()


def test_of_two_who_answer_the_first_one_wins(world: World) -> None:
    study = handed_in(world)
    seen = study.version
    accept(world, study)
    with pytest.raises(case_steps.MovedOn, match="accepted meanwhile"):
        accept(world, study, by=world.vendor_admin, seen=seen)
    with pytest.raises(case_steps.MovedOn):
        case_steps.send_back(study=study, text="Too short", seen=seen, actor=Actor.of(world.vendor_admin), now=NOW)
    assert CaseStudy.objects.get().decided_by == world.channel_manager
    assert mailed(case_mails.ACCEPTED) == ["reseller_sales"]


def test_what_was_changed_after_it_was_read_is_not_answered(world: World) -> None:
    study = handed_in(world)
    seen = study.version
    again = rewrite(world, send_back(world, study), text="Anew", hand_in=True)
    assert again.state == State.SUBMITTED
    with pytest.raises(case_steps.MovedOn):
        accept(world, study, by=world.vendor_admin, seen=seen)


def test_of_two_who_write_the_first_one_wins_and_a_double_click_counts_once(world: World) -> None:
    study = begin(world)
    assert begin(world) == study
    seen = study.version
    rewrite(world, study, text="Mine", seen=seen, hand_in=True)
    again = rewrite(world, study, text="Mine", seen=seen, hand_in=True)
    assert (again.state, CaseStudyStep.objects.count()) == (State.SUBMITTED, 1)
    for hand_in in (True, False):
        with pytest.raises(case_steps.MovedOn):
            rewrite(world, study, text="Hers", seen=seen, hand_in=hand_in, by=world.reseller_owner)
    with pytest.raises(case_steps.MovedOn):
        rewrite(world, study, text="Mine", seen=seen, by=world.reseller_owner)
    seen = (study := CaseStudy.objects.get()).version
    accept(world, study)
    accept(world, study, seen=seen)
    assert CaseStudyStep.objects.count() == 2
    assert mailed(case_mails.ACCEPTED) == ["reseller_sales"]


def test_what_is_incomplete_or_too_much_is_refused(world: World) -> None:
    study = begin(world, text=" ")
    with pytest.raises(case_steps.NotPossible, match="write the text"):
        rewrite(world, study, hand_in=True)
    EnrolmentStatus.objects.filter(enrolment=world.enrolment).update(status="suspended")
    with pytest.raises(case_steps.NotPossible, match="does not take part"):
        begin(world, title="Another one")
    EnrolmentStatus.objects.filter(enrolment=world.enrolment).update(status="active")
    for number in range(case_steps.MOST_OPEN - 1):
        begin(world, title=f"Number {number}")
    with pytest.raises(case_steps.NotPossible, match="not accepted yet"):
        begin(world, title="One more")


def test_files_come_and_go_only_while_the_partner_writes(world: World) -> None:
    study = begin(world, proof=PNG)
    assert rewrite(world, study, proof=PNG).files.count() == 1, "the same file once"
    file = study.files.get()
    study.refresh_from_db()
    study = rewrite(world, study, hand_in=True)
    with pytest.raises(case_steps.MovedOn):
        case_steps.remove_file(file=file, actor=Actor.of(world.reseller_sales))
    for change in (file.delete, file.save, CaseStudyFile(case_study=study, file_name="x", content=b"x").save):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    study = send_back(world, study)
    case_steps.remove_file(file=file, actor=Actor.of(world.reseller_sales))
    assert not study.files.exists()


def test_a_draft_is_thrown_away_with_its_files_and_nothing_else_ever_is(world: World) -> None:
    study = begin(world, proof=PNG)
    case_steps.discard(study=study, seen=study.version, actor=Actor.of(world.reseller_owner))
    assert not CaseStudy.objects.exists()
    study = send_back(world, handed_in(world))
    with pytest.raises(case_steps.MovedOn):
        case_steps.discard(study=study, seen=study.version, actor=Actor.of(world.reseller_owner))
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseStudy.objects.all()._raw_delete("default")


@pytest.mark.parametrize("changed", [{"text": "x"}, {"title": "x"}, {"state": "returned", "accepted_on": None}])
def test_an_accepted_one_never_changes_but_for_consent(world: World, changed: dict[str, str | None]) -> None:
    study = accept(world, handed_in(world, consent=True))
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseStudy.objects.update(**changed)
    case_steps.set_consent(study=study, consent=False, actor=Actor.of(world.reseller_owner))
    study.refresh_from_db()
    assert (study.consent, study.state) == (False, State.ACCEPTED)
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseStudyStep.objects.update(text="x")


def test_only_accepted_ones_with_consent_of_partners_that_take_part_are_published(world: World) -> None:
    def published() -> list[CaseStudy]:
        return case_selectors.published(program=world.program, day=TODAY)

    study = handed_in(world, consent=True)
    handed_in(world, title="Without consent")
    assert published() == []
    accept(world, study)
    accept(world, CaseStudy.objects.get(consent=False))
    assert published() == [study]
    EnrolmentStatus.objects.filter(enrolment=world.enrolment).update(status="ended")
    assert published() == []
