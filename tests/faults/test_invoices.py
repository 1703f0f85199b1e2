"""A batch of fifty uploads whose workers are killed at every commit: all end in a state, nothing counts twice."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.models import Sum

from invoices import processing
from invoices.models import ClaimedSerial, Invoice, InvoiceEvent
from invoices.receiving import receive
from sales.models import Evidence, SaleLine
from sales.readers.invoices.record import Party
from tests.faults.test_schedule import wait_for
from tests.invoices.bonus import Bonus, make_bonus
from tests.sales.invoices.samples import cii, hybrid, line, ubl
from tests.services import broker, kill, run, send, worker
from tests.serving import at
from tests.world import NOW, TODAY, World

State = Invoice.State
PLAIN = 32
BATCH = 50
MOMENTS = ("before", "after")
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def bonus(committed: World) -> Bonus:
    return make_bonus(committed)


def files(bonus: Bonus) -> Iterator[bytes]:
    """Fifty: plain ones, the same in another form, credit notes, and what is refused or goes to a person."""
    for number in range(PLAIN):
        phone = line("1", "1", "180.00", article="D785", name="Telefon", serials=(f"SN-{number}",))
        more = line("2", str(number % 5 + 1), "150.00", article="D735", name="Telefon")
        yield (ubl if number % 4 else cii)(bonus.record(phone, more, number=f"RE-{number}"))
    for number in range(3):
        yield hybrid(bonus.record(number=f"PDF-{number}"))
    for number in range(5):
        phone = line("1", "1", "180.00", article="D785", name="Telefon", serials=(f"SN-{number}",))
        more = line("2", str(number % 5 + 1), "150.00", article="D735", name="Telefon")
        yield ubl(bonus.record(phone, more, number=f"re {number}"))
    for number in range(5):
        back = line("1", "1", "180.00", article="D785", name="Telefon")
        yield ubl(bonus.credit_note(back, of=f"RE-{number}", number=f"GS-{number}"))
    for number in range(3):
        shop = Party(name="Billigtelefone GmbH", vat_id="DE111111111")
        yield ubl(bonus.record(seller=shop, number=f"SHOP-{number}"))
    yield b"<html>no invoice</html>"
    yield ubl(bonus.record(buyer=Party(name="Ganz Andere AG", vat_id="DE555555555"), number="OTHER"))


def upload_all(bonus: Bonus) -> list[int]:
    sent: dict[str, Any] = {"actor": bonus.owner, "partner": bonus.partner, "vendor": bonus.world.vendor, "now": NOW}
    return [
        receive(**sent, file_name=f"{number}.xml", content=content).invoice.pk
        for number, content in enumerate(files(bonus))
    ]


def digest() -> list[Any]:
    """Everything the batch leaves, without the numbers that a sequence gives and without who came first."""
    lines = SaleLine.objects.filter(evidence=Evidence.INVOICE)
    return [
        sorted(map(str, lines.values_list("document_key", "document_line", "quantity", "net", "counts_on"))),
        sorted(Invoice.objects.values_list("number_key", "state", "reason")),
        sorted((each.serial, each.released_at is None) for each in ClaimedSerial.objects.all()),
        Invoice.objects.aggregate(sum=Sum("value"))["sum"],
        InvoiceEvent.objects.count(),
    ]


def killed(database_url: str, *orders: tuple[int, int, str]) -> list[bool]:
    """At which of these (invoice, commit, moment) there was such a commit and the worker died."""
    asked = (":".join(map(str, order)) for order in orders)
    process = run(sys.executable, "-m", "tests.faults.dying_on_invoices", *asked, database_url=database_url)
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    connection.close()
    return list(json.loads(output))


def finish() -> None:
    """What a later tick does: hand what waits to workers, once those that died have had their time."""
    for pk in processing.sweep(now=LATER):
        processing.process(invoice_id=pk, now=LATER, today=TODAY)


@dataclass(frozen=True)
class Quiet:
    """What a batch leaves whose workers live, and how many commits an accepted invoice takes."""

    digest: list[Any]
    commits: int


def all_ended(quiet: Quiet) -> None:
    assert Invoice.objects.count() == BATCH
    assert not Invoice.objects.filter(state__in=Invoice.WORKED_ON).exists()
    assert digest() == quiet.digest


@pytest.fixture
def quiet(bonus: Bonus, monkeypatch: pytest.MonkeyPatch) -> Quiet:
    """A batch that nothing happens to; the database is as before again."""
    first = upload_all(bonus)[0]
    commit: Any = DatabaseWrapper._commit  # type: ignore[attr-defined]
    commits = 0

    def counted(wrapper: Any) -> None:
        nonlocal commits
        commits += 1
        commit(wrapper)

    with monkeypatch.context() as patch:
        patch.setattr(DatabaseWrapper, "_commit", counted)
        processing.process(invoice_id=first, now=NOW, today=TODAY)
    assert Invoice.objects.get(pk=first).state == State.ACCEPTED
    finish()
    found = digest()
    assert set(Invoice.objects.values_list("state", flat=True)) == {State.ACCEPTED, State.REFUSED, State.REVIEW}
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE invoices_invoice, sales_saleline CASCADE")
    return Quiet(found, commits)


def test_killed_at_any_commit_all_fifty_end_in_a_state_and_nothing_counts_twice(
    own_database: str, bonus: Bonus, quiet: Quiet
) -> None:
    batch = upload_all(bonus)
    deaths = [(commit, moment) for commit in range(1, quiet.commits + 1) for moment in MOMENTS]
    orders = [(pk, *deaths[place % len(deaths)]) for place, pk in enumerate(batch)]
    died = killed(own_database, *orders)
    assert all(died[:PLAIN])
    assert {order[1:] for order, dead in zip(orders, died, strict=True) if dead} == set(deaths)
    # Those that are left are killed once more.
    left = processing.sweep(now=LATER)
    assert left
    killed(own_database, *[(pk, place % 2 + 1, MOMENTS[place % 2]) for place, pk in enumerate(left)])
    finish()
    all_ended(quiet)
    # And there is no commit that was not visited.
    another = bonus.upload(bonus.record(number="ONE-MORE"))
    assert killed(own_database, (another.pk, quiet.commits + 1, "before")) == [False]
    another.refresh_from_db()
    assert another.state == State.ACCEPTED


def test_a_killed_worker_and_a_flushed_broker_change_nothing(
    own_database: str, bonus: Bonus, quiet: Quiet, tmp_path: Path
) -> None:
    upload_all(bonus)
    with broker(tmp_path / "broker") as valkey:
        settings: dict[str, Any] = {"database_url": own_database, "redis_url": valkey.url, "python": at(NOW)}
        with worker(**settings, log=tmp_path / "first.log") as process:
            send(valkey.url, "invoices.work_on_all", queue="import")
            wait_for(f"SELECT count(*) >= 15 FROM invoices_invoice WHERE {DONE}")
            kill(process)
        assert Invoice.objects.filter(state__in=Invoice.WORKED_ON).exists(), "all was done before the kill"
        redis.Redis.from_url(valkey.url).flushall()
        with worker(**{**settings, "python": at(LATER)}, log=tmp_path / "last.log"):
            send(valkey.url, "invoices.work_on_all", queue="import")
            wait_for(f"SELECT count(*) = {BATCH} FROM invoices_invoice WHERE {DONE}")
    all_ended(quiet)


DONE = "state NOT IN ('received', 'read', 'checked')"
