"""What a tier asks for, line by line, with how far one partner is: for pages that show all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from common.formats import date_long
from programs.criteria import Criterion, Evidence, Group, Measurement
from programs.models import Program, Tier
from programs.texts import sentence_of
from tiers.judging import Judgement, Ladder
from tiers.kinds.manual import Manual


@dataclass(frozen=True)
class Line:
    """A criterion, or the heading of a group (`progress` empty). `depth`: in how many groups it stands."""

    text: str
    met: bool
    depth: int = 0
    progress: str = ""
    evidence: Sequence[str] = ()
    until: date | None = None
    advice: str = ""
    check: str = ""
    """The code of a manual check."""


@dataclass(frozen=True)
class Checklist:
    tier: Tier
    held: bool
    met: bool
    lines: Sequence[Line]


def checklists_of(ladder: Ladder, judged: Judgement, held: Tier | None, *more: Tier | None) -> list[Checklist]:
    """Those of the tier held, the next one and `more`, from the lowest to the highest."""

    def look_up(criterion: Criterion) -> Measurement:
        return judged.measured.get(criterion.key) or criterion.nothing()

    wanted = {tier.pk for tier in (held, judged.ahead, *more) if tier is not None}
    return [
        Checklist(
            tier,
            held is not None and tier.pk == held.pk,
            ladder.asked[tier.pk].met(look_up),
            list(_lines(ladder.asked[tier.pk], ladder.program, look_up, 0)),
        )
        for tier in ladder.tiers
        if tier.pk in wanted
    ]


def group_heading(need: int | None, count: int) -> str:
    if need == 1:
        return _("One of these:")
    return _("%(need)s of these:") % {"need": need or count}


def _lines(group: Group, program: Program, look_up: Callable[[Criterion], Measurement], depth: int) -> Iterator[Line]:
    for entry in group.of:
        if isinstance(entry, Group):
            yield Line(group_heading(entry.need, len(entry.of)), entry.met(look_up), depth)
            yield from _lines(entry, program, look_up, depth + 1)
            continue
        found, kind = look_up(entry), entry.kind
        yield Line(
            text=sentence_of(entry, program),
            met=found.met,
            depth=depth,
            progress=kind.progress(entry.params, program, found),
            evidence=[_evidence(one) for one in found.evidence],
            until=found.until if found.met else None,
            advice="" if found.met else kind.advice(entry.params, program, found),
            check=getattr(entry.params, "code", "") if isinstance(kind, Manual) else "",
        )


def _evidence(evidence: Evidence) -> str:
    if evidence.until is None:
        return evidence.what
    values = {"what": evidence.what, "day": date_long(evidence.until - timedelta(days=1))}
    return _("%(what)s, until %(day)s") % values
