"""What tests of the journal share: entries of every kind, written in one of its formats."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from common.access import Actor
from rebates.journal.exporting import change_settings, export
from rebates.journal.reading import Account, Days
from rebates.models import JournalExport, Posting
from tests.rebates.booked import post
from tests.world import NOW, World, make_partner

NOVEMBER = Days(date(2026, 11, 1), date(2026, 12, 1))
YEAR = Days(date(2026, 1, 1), date(2027, 1, 1))
DATEV_NUMBERS = {"consultant_number": 29098, "client_number": 55003}
NASTY = (
    "; not a comment", "=cmd|' /C calc'!A0", "one | two", "2026-01-01 * (code) nobody", "date:2020-13-45, [2020-13]",
    "line\r\n    expenses:rebates  1.00 EUR", "next\u2028line\u0085", 'a "quoted" text;with; fields', "Łódź Ω €",
    "@sum", "\ttab", "  ", "ü" * 90,
)  # fmt: skip
TEXTS = st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80)


@dataclass(frozen=True)
class Made:
    """An entry to be booked: amounts in cents on some accounts, what is missing to zero on the last."""

    partner: int
    reason: str
    currency: str
    minutes: int
    amounts: Mapping[str, int]
    last: str

    @property
    def sides(self) -> dict[str, str]:
        cents = {**self.amounts, self.last: -sum(amount for key, amount in self.amounts.items() if key != self.last)}
        return {account: str(Decimal(amount) / 100) for account, amount in cents.items() if amount}


ENTRIES = st.builds(
    Made,
    partner=st.integers(0, 1),
    reason=TEXTS,
    currency=st.sampled_from(["EUR", "EUR", "CHF"]),
    minutes=st.integers(0, 500_000),
    amounts=st.dictionaries(
        st.sampled_from(Account.values), st.integers(-10_000_000, 10_000_000), min_size=1, max_size=4
    ),
    last=st.sampled_from(Account.values),
)
FIRST = datetime(2026, 1, 1, 1, 0, tzinfo=UTC)
with_entries = settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # fmt: skip


def write(world: World, fmt: str, days: Days = YEAR) -> tuple[bytes, str, JournalExport]:
    out = io.BytesIO()
    done = export(vendor=world.vendor, days=days, fmt=fmt, actor=Actor.system(), now=NOW, out=out)
    return out.getvalue(), done.file_name, done.record


def post_all(world: World, made: Iterable[Made], names: Sequence[str]) -> None:
    partners = [make_partner(name or "?", f"NASTY{number}") for number, name in enumerate(names)]
    for each in made:
        if each.sides:
            post(
                world, each.sides, at=FIRST + timedelta(minutes=each.minutes), reason=each.reason,
                partner=partners[each.partner], currency=each.currency,
            )  # fmt: skip


def known_to_datev(world: World, **values: object) -> None:
    change_settings(actor=Actor.of(world.vendor_admin), vendor=world.vendor, values={**DATEV_NUMBERS, **values})


def debits_and_credits(world: World) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    """What the ledger has, by account and currency, without the journal's own reading."""
    found: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for posting in Posting.objects.filter(entry__vendor=world.vendor).select_related("entry"):
        found[posting.account, posting.entry.currency][posting.amount < 0] += abs(posting.amount)
    return {key: (debit, credit) for key, (debit, credit) in found.items()}
