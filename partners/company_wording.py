"""What became of a company, in words people use: changes of its data, and its mergers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import formats
from common.registry import Text
from common.ui import Event
from common.versions import versions_of
from partners.models import CompanyChange, Partner, Succession

VERSIONS_SHOWN = 50
REACHED_BY: Sequence[tuple[Text, tuple[str, ...]]] = (
    (gettext_lazy("Address changed"), ("street", "postcode", "city")),
    (gettext_lazy("Website changed"), ("website",)),
    (gettext_lazy("Telephone changed"), ("phone",)),
    (gettext_lazy("Time zone changed"), ("time_zone",)),
)


def events(changes: Sequence[CompanyChange]) -> list[Event]:
    """Changes that were asked for and decided, the latest first."""
    found = []
    for each in changes:
        if each.decided_at is not None and each.decided_by is not None:
            title = _("Change of the company data: %(state)s") % {"state": each.get_state_display()}
            found.append(Event(each.decided_at, title, each.answer, actor=each.decided_by.name, icon="buildings"))
        text = f"{differences(each)}. {each.reason}"
        title = _("Change of the company data asked for")
        found.append(Event(each.requested_at, title, text, actor=each.requested_by.name, icon="pencil"))
    return found


def differences(change: CompanyChange) -> str:
    pairs = [(change.was_name, change.name), (change.was_vat_id, change.vat_id), (change.was_country, change.country)]
    return ", ".join(f"{was or formats.NOTHING} → {to or formats.NOTHING}" for was, to in pairs if was != to)


def contact_events(partner: Partner) -> Iterator[Event]:
    """Where the company could be reached before, and since when elsewhere."""
    for version in versions_of(partner, latest=VERSIONS_SHOWN):
        if version.before is None:
            continue
        for title, names in REACHED_BY:
            was, now = (_written(row, names) for row in (version.before, version.after))
            if was != now:
                text = f"{was or formats.NOTHING} → {now or formats.NOTHING}"
                yield Event(version.at, str(title), text, actor=version.person, icon="pencil")


def _written(row: object, names: Sequence[str]) -> str:
    street, *place = (getattr(row, name) for name in names)
    return ", ".join(part for part in (street, " ".join(part for part in place if part)) if part)


def succession_events(rows: Iterable[Succession], partner: Partner) -> Iterator[Event]:
    """What the company went on as, and what it took over."""
    for row in rows:
        away = row.source_id == partner.pk
        title = _("Merged into %(other)s from %(day)s") if away else _("Took over %(other)s from %(day)s")
        values = {"other": (row.target if away else row.source).name, "day": formats.date_short(row.on)}
        text = f"{row.vendor.name}. {row.reason}".strip()
        yield Event(row.at, title % values, text, actor=row.by.name, icon="arrow-right")


def succession_sentences(rows: Iterable[Succession], partner: Partner) -> list[str]:
    """What that means for the company's own figures."""
    away = _(
        "With %(vendor)s your company goes on as %(target)s. Sales from %(day)s on count there; what was earned before "
        "stays here."
    )
    here = _(
        "With %(vendor)s your company has taken over %(source)s. Sales from %(day)s on count here; what was earned "
        "before stays there."
    )
    return [
        (away if row.source_id == partner.pk else here)
        % {
            "vendor": row.vendor.name,
            "source": row.source.name,
            "target": row.target.name,
            "day": formats.date_short(row.on),
        }
        for row in rows
    ]
