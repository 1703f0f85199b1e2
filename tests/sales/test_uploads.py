"""Files on their way in: checked, confirmed, imported once, refused with reasons, or given up."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest

from common import large_files
from common.access import Actor
from sales import uploads
from sales.importing import MayNotUpload, NotAuthorised, ReportRefused
from sales.models import ReportMapping, SaleLine, SellOutReport, Upload
from sales.readers.layout import Layout
from sales.uploads import NotInThatState, StillAsking
from tests.sales.sending import MANY, ROWS, at_once, many_rows, report
from tests.world import NOW, TODAY, World

State = Upload.State


def receive(world: World, content: bytes, **fields: Any) -> Upload:
    by = fields.pop("by", world.reporter)
    sent = {"vendor": world.vendor, "distributor": world.distributor, "file_name": "november.csv", **fields}
    return uploads.receive(actor=Actor.of(by), content=content, user=by, now=NOW, **sent)


def start(world: World, upload: Upload, **fields: Any) -> None:
    by = fields.pop("by", world.reporter)
    uploads.start(actor=Actor.of(by), upload=upload, user=by, now=NOW, **fields)


def run(upload: Upload) -> Any:
    result = uploads.run(upload_id=upload.pk, now=NOW, today=TODAY)
    upload.refresh_from_db()
    return result


def test_a_file_counts_only_once_it_is_confirmed_and_imported(world: World) -> None:
    upload = receive(world, report(*ROWS))
    assert (upload.state, upload.rows) == (State.DRAFT, 3)
    assert run(upload) is None
    assert not SaleLine.objects.filter(document_number="RE-1").exists()
    start(world, upload)
    upload.refresh_from_db()
    assert upload.state == State.QUEUED
    result = run(upload)
    assert (upload.state, upload.report, bytes(upload.content)) == (State.IMPORTED, result.report, b"")
    assert SaleLine.objects.filter(report=upload.report).count() == 3
    assert run(upload) is None


@pytest.mark.parametrize("size", [0, large_files.BLOCK, 2 * large_files.BLOCK + 1])
def test_a_file_of_any_size_is_kept_byte_by_byte(world: World, size: int) -> None:
    content = os.urandom(size)
    upload = Upload(
        vendor=world.vendor, distributor=world.distributor, file_name="any.bin", content=content, uploaded_at=NOW
    )
    large_files.insert(upload)
    assert upload.content == content
    assert bytes(Upload.objects.get(pk=upload.pk).content) == content


def test_a_confirmed_layout_is_remembered_and_used_for_the_distributors_next_file(world: World) -> None:
    ambiguous = report("K-1;;RE-1;1;02.11.2026;21HM;1;1.000;;")
    upload = receive(world, ambiguous)
    assert [question.key for question in uploads.look(upload).questions] == ["numbers"]
    with pytest.raises(StillAsking):
        start(world, upload)
    layout = Layout.from_document({**upload.layout, "numbers": "de"})
    uploads.correct(upload=upload, layout=layout, rows=1)
    upload.refresh_from_db()
    start(world, upload)
    assert run(upload).matched == 1
    second = receive(world, report("K-1;;RE-2;1;02.11.2026;21HM;2;2.000;;"))
    assert not uploads.look(second).questions
    start(world, second)
    run(second)
    assert SaleLine.objects.get(document_number="RE-2").net == 2000
    assert [(each.version, each.created_by) for each in ReportMapping.objects.all()] == [(1, world.reporter)]


def test_a_refused_file_says_why_and_can_be_put_right(world: World) -> None:
    upload = receive(world, report(ROWS[0], ROWS[1].replace(";2;", ";zwei;")))
    start(world, upload)
    assert run(upload) is None
    assert upload.state == State.REFUSED
    assert [(each.row, each.column, each.value) for each in uploads.problems_of(upload)] == [(3, "Menge", "zwei")]
    assert bytes(upload.content)
    assert not SaleLine.objects.filter(document_number="RE-1").exists()


def test_a_file_that_contradicts_a_report_may_replace_it(world: World) -> None:
    first = receive(world, report(*ROWS))
    start(world, first)
    run(first)
    second = receive(world, report(ROWS[0].replace(";3;", ";4;")))
    start(world, second)
    run(second)
    assert (second.state, second.replaces) == (State.REFUSED, first.report)
    start(world, second, replaces=second.replaces)
    result = run(second)
    assert (result.matched, result.taken_back) == (1, 3)
    assert SellOutReport.objects.get(pk=result.report.pk).replaces == first.report


def test_the_same_file_twice_leads_to_one_report(world: World) -> None:
    both = [receive(world, report(*ROWS)), receive(world, report(*ROWS))]
    for upload in both:
        start(world, upload)
        run(upload)
    assert both[0].report == both[1].report
    assert SaleLine.objects.filter(document_number="RE-1").count() == 2


def test_a_file_is_confirmed_once_and_a_discarded_one_never(world: World) -> None:
    upload = receive(world, report(*ROWS))
    start(world, upload)
    with pytest.raises(NotInThatState):
        start(world, upload)
    with pytest.raises(NotInThatState):
        uploads.discard(upload=upload)
    other = receive(world, report(ROWS[0]))
    uploads.discard(upload=other)
    with pytest.raises((NotInThatState, StillAsking)):
        start(world, other)
    other.refresh_from_db()
    assert (other.state, bytes(other.content)) == (State.DISCARDED, b"")


def test_who_may_not_upload_is_told_so(world: World) -> None:
    for person in (world.reseller_owner, world.vendor_finance, world.rival_reporter, world.rival_channel_manager):
        with pytest.raises(MayNotUpload):
            receive(world, report(*ROWS), by=person)
    with pytest.raises(NotAuthorised):
        receive(world, report(*ROWS), by=world.channel_manager, distributor=world.rival_distributor)
    with pytest.raises(ReportRefused):
        receive(world, b"%PDF-1.7")
    assert not Upload.objects.exists()


def test_a_queued_file_whose_message_was_lost_is_found_again(world: World) -> None:
    upload = receive(world, report(*ROWS))
    start(world, upload)
    assert uploads.sweep(now=NOW) == [upload.pk]
    run(upload)
    assert uploads.sweep(now=NOW) == []


def test_a_file_that_kills_its_worker_again_and_again_is_given_up_and_said(world: World) -> None:
    upload = receive(world, report(*ROWS))
    start(world, upload)
    Upload.objects.filter(pk=upload.pk).update(attempts=uploads.ATTEMPTS)
    assert uploads.sweep(now=NOW) == []
    upload.refresh_from_db()
    assert upload.state == State.QUEUED
    uploads.sweep(now=NOW + timedelta(minutes=10))
    upload.refresh_from_db()
    assert upload.state == State.FAILED


def test_files_nobody_imported_are_thrown_away_after_a_month(world: World) -> None:
    upload = receive(world, report(*ROWS))
    uploads.sweep(now=NOW + timedelta(days=29))
    assert Upload.objects.get(pk=upload.pk).state == State.DRAFT
    uploads.sweep(now=NOW + timedelta(days=31))
    upload.refresh_from_db()
    assert (upload.state, bytes(upload.content)) == (State.DISCARDED, b"")


@pytest.mark.django_db(transaction=True)
def test_two_workers_and_a_request_import_one_file_once(committed: World) -> None:
    upload = receive(committed, many_rows())
    start(committed, upload)

    def work() -> object:
        return uploads.run(upload_id=upload.pk, now=NOW, today=TODAY)

    results = at_once(work, work, work)
    assert [result for result in results if isinstance(result, Exception)] == []
    upload.refresh_from_db()
    assert upload.state == State.IMPORTED
    assert SaleLine.objects.filter(report=upload.report).count() == MANY
    assert sum(result is not None for result in results) == 1
