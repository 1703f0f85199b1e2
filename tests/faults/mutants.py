"""Broken versions of the portal: each is a replacement in one file, and names the test that must not pass with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CLOSING, SETTLING, LEDGER, TASKS = (f"rebates/{name}.py" for name in ("closing", "settling", "ledger", "tasks"))
CLAIMS = "tests/faults/test_claims.py"
RACES, CHECKED = (f"tests/rebates/test_{name}.py" for name in ("ledger_races", "checking"))
KILLED = "tests/faults/test_every_commit.py::test_whoever_comes_after_a_kill_finishes_what_an_undisturbed_run_gives"
PAUSED = "tests/common/test_pausing.py"
PAYMENTS, RUNS = "tests/faults/test_payments.py", "tests/rebates/payments/test_runs.py"
TWICE = f"{CLAIMS}::test_the_database_refuses_to_settle_or_book_the_same_twice"
STATUS = "tests/rebates/status/test_races.py"
MAILS = "tests/faults/test_mails.py"
KILLED_SENDERS = (
    f"{MAILS}::test_three_senders_killed_at_each_moment_duplicate_nothing_and_leave_only_what_they_held_uncertain"
)
STARTED = '        os.environ["DATABASE_URL"] = database.start().url\n'


class DoesNotApply(Exception):
    """The text to be replaced is not there exactly once: the mutant has to follow the code."""


@dataclass(frozen=True)
class Mutant:
    file: str
    old: str
    new: str
    test: str

    def apply(self, folder: Path) -> None:
        """Raises DoesNotApply."""
        path = folder / self.file
        text = path.read_text()
        if text.count(self.old) != 1:
            raise DoesNotApply(f"{self.file} has this {text.count(self.old)} times: {self.old}")
        path.write_text(text.replace(self.old, self.new))


def without_constraint(table: str, name: str, test: str) -> Mutant:
    """The database that every test copies has lost a key."""
    statement = f"ALTER TABLE {table} DROP CONSTRAINT {name}"
    lose = f'        psycopg.connect(os.environ["DATABASE_URL"], autocommit=True).execute("{statement}")\n'
    return Mutant("portal/testing.py", STARTED, STARTED + lose, test)


MUTANTS = {
    "the key of settlements is gone": without_constraint("rebates_settlement", "settled_once", TWICE),
    "the key of the ledger is gone": without_constraint("rebates_ledgerentry", "rebates_ledgerentry_key_key", TWICE),
    "done marks are a commit of their own": Mutant(
        SETTLING,
        """    ClosingItem.objects.filter(pk__in=done).update(
        state=ClosingItem.State.DONE, done_at=now, attempts=F("attempts") + 1
    )
""",
        """    transaction.on_commit(lambda: ClosingItem.objects.filter(pk__in=done).update(
        state=ClosingItem.State.DONE, done_at=now, attempts=F("attempts") + 1
    ) and None)
""",
        f"{KILLED}[first-after]",
    ),
    "what is carried is a commit of its own": Mutant(
        CLOSING,
        """    carry(causes=dict.fromkeys(booked.values_list("partner", flat=True), closing), now=now)
""",
        """    causes = dict.fromkeys(booked.values_list("partner", flat=True), closing)
    transaction.on_commit(lambda: transaction.atomic(carry)(causes=causes, now=now) and None)
""",
        f"{KILLED}[second-after]",
    ),
    "an adjustment is booked in a commit of its own": Mutant(
        "rebates/adjusting.py",
        """    book_adjustment(adjustment=adjustment, now=now)
""",
        """    transaction.on_commit(lambda: transaction.atomic(book_adjustment)(adjustment=adjustment, now=now))
""",
        f"{KILLED}[by_hand-after]",
    ),
    "whoever freezes does not hold the closing": Mutant(
        CLOSING,
        """    closing = Closing.objects.select_for_update(of=("self",)).select_related("program").get(pk=closing_id)
    if closing.state != State.OPEN:
""",
        """    closing = Closing.objects.select_related("program").get(pk=closing_id)
    if closing.state != State.OPEN:
""",
        f"{CLAIMS}::test_two_who_freeze_at_once_freeze_once",
    ),
    "whoever moves balances does not hold the ledger": Mutant(
        LEDGER,
        "Ledger.objects.select_for_update().get(vendor=vendor_id)",
        "Ledger.objects.get(vendor=vendor_id)",
        f"{RACES}::test_what_two_adjustments_take_back_at_once_is_carried_as_a_whole",
    ),
    "items are not claimed": Mutant(
        SETTLING,
        'pending.select_for_update(skip_locked=skip_locked, of=("self",)).select_related',
        "pending.select_related",
        f"{CLAIMS}::test_two_workers_settle_different_partners_at_the_same_time",
    ),
    "items that others hold are waited for": Mutant(
        SETTLING,
        "pending.select_for_update(skip_locked=skip_locked, of=",
        "pending.select_for_update(of=",
        f"{CLAIMS}::test_two_workers_settle_different_partners_at_the_same_time",
    ),
    "what is unfinished is not handed out again": Mutant(
        TASKS,
        """    closing.ensure_due_closings(today=timezone.localdate(), now=timezone.now())
    unfinished = Closing.objects.exclude(state=Closing.State.SEALED).order_by("ends_on", "id")
""",
        """    opened = closing.ensure_due_closings(today=timezone.localdate(), now=timezone.now())
    unfinished = Closing.objects.filter(pk__in=[each.pk for each in opened]).order_by("ends_on", "id")
""",
        f"{CLAIMS}::test_each_tick_hands_out_again_whatever_is_unfinished",
    ),
    "sums are not compared": Mutant(
        CLOSING,
        "    if total != owed:\n",
        "    if total is None:\n",
        f"{CLAIMS}::test_a_closing_whose_settlements_and_ledger_differ_is_not_sealed",
    ),
    "nobody asks whether the ledger is halted": Mutant(
        LEDGER,
        "    if is_halted(vendor_id=vendor_id):\n",
        "    if is_halted(vendor_id=0):\n",
        f"{CHECKED}::test_every_step_of_a_closing_stops_where_the_ledger_is_halted_and_goes_on_afterwards",
    ),
    "a restored system sends mails": Mutant(
        "common/outbox.py",
        "    if is_paused() or stopping.is_stopped():\n",
        "    if stopping.is_stopped():\n",
        f"{PAUSED}::test_no_mail_is_taken_to_be_sent",
    ),
    "a restored system settles": Mutant(
        LEDGER,
        "    ensure_running()\n",
        "",
        f"{PAUSED}::test_no_closing_begins_whoever_asks",
    ),
    "a backup is of another moment than its digest": Mutant(
        "portal/postgres.py",
        'f"--snapshot={snapshot}", ',
        "",
        "tests/portal/test_backups.py::test_what_is_written_during_a_backup_is_neither_in_it_nor_in_its_digest",
    ),
    "a restore is more than one transaction": Mutant(
        "portal/postgres.py",
        'writer.stdin.write(b"BEGIN;\\n")',
        'writer.stdin.write(b"")',
        "tests/faults/test_backups.py::test_a_killed_restore_leaves_the_database_empty_and_the_next_one_succeeds"
        "[after all rows]",
    ),
    "whoever proposes payments does not hold the ledger": Mutant(
        "rebates/payments/proposing.py",
        """        hold(vendor_id=vendor.pk)
""",
        "",
        f"{PAYMENTS}::test_of_two_who_propose_at_once_only_one_pays",
    ),
    "a payment is booked in a commit of its own": Mutant(
        "rebates/payments/proposing.py",
        """    book_payments(payments=list(payments.values()), kind=LedgerEntry.Kind.PAYMENT, now=now)
""",
        """    made = list(payments.values())
    transaction.on_commit(
        lambda: transaction.atomic(book_payments)(payments=made, kind=LedgerEntry.Kind.PAYMENT, now=now) and None)
""",
        f"{KILLED}[proposed-after]",
    ),
    "one approval is enough": Mutant(
        "rebates/payments/deciding.py", "NEEDED = 2\n", "NEEDED = 1\n", f"{RUNS}::test_one_approval_is_not_enough"
    ),
    "the bytes are not compared with what was approved": Mutant(
        "rebates/payments/steps.py",
        " == file.sha256 == hashlib.sha256(file.content).hexdigest()):",
        " == file.sha256):",
        f"{PAYMENTS}::test_a_file_of_which_one_byte_changed_after_the_approvals_is_not_given_to_the_bank",
    ),
    "an answer does not look at what was answered before": Mutant(
        "rebates/payments/answering.py",
        "        if given and (payment.state == State.OPEN or may_return)\n",
        "        if given\n",
        f"{RUNS}::test_a_word_said_twice_is_known_and_one_against_it_waits_for_a_person",
    ),
    "two schedulers claim the same status mails": Mutant(
        "rebates/status/claiming.py",
        "    FOR UPDATE OF told SKIP LOCKED\n",
        "",
        f"{STATUS}::test_the_lock_alone_keeps_two_from_the_same_mail",
    ),
    "the key of mails is gone": without_constraint(
        "common_outboxmail", "mail_made_once", f"{STATUS}::test_the_key_alone_keeps_two_from_the_same_mail"
    ),
    "a claim is not committed before the mail is sent": Mutant(
        "common/outbox.py", "def send_batch(", "@transaction.atomic\ndef send_batch(", KILLED_SENDERS
    ),
    "nobody looks for the claims of dead senders": Mutant(
        "common/outbox.py",
        "    count = expired.update(state=State.UNCERTAIN)\n",
        "    count = expired.count()\n",
        KILLED_SENDERS,
    ),
    "what nobody knows is sent again, whatever it is": Mutant(
        "common/outbox.py", "state=State.UNCERTAIN, kind__in=again, ", "state=State.UNCERTAIN, ", KILLED_SENDERS
    ),
    "a bad address ends the batch": Mutant(
        "common/outbox.py",
        """        _answer(mail, _state_after(error, mail.attempts), now, error)
        return False
""",
        """        _answer(mail, _state_after(error, mail.attempts), now, error)
        raise ServerAway from error
""",
        f"{MAILS}::test_whatever_the_server_does_at_some_addresses_delays_no_other",
    ),
    "each sender keeps the rate by itself": Mutant(
        "common/pace.py",
        "greatest(common_mailpace.next_at, clock_timestamp())",
        "clock_timestamp()",
        f"{MAILS}::test_three_senders_together_keep_the_rate",
    ),
}
