"""The letters of a chunk: for every reader one, in their language, with what concerns them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import override

from common.models import User
from partners.models import Partner
from partners.waiting import waiting_for
from programs.models import Program
from rebates.live import Figure
from rebates.status.cards import StatusCard, before_of, status_cards, total_of
from rebates.status.claiming import Claimed
from rebates.status.mail import standing
from rebates.status.readers import Reader, readers_of

Letter = tuple[str, User, Mapping[str, Any]]
"""Occasion, recipient and context, as `outbox.put_all` takes them."""


@dataclass(frozen=True)
class Stand:
    """One enrolment, and what it has reached under each of its program's terms, in their order."""

    claimed: Claimed
    partner: Partner
    figures: Sequence[Figure]


def letters_of(*, program: Program, stands: Sequence[Stand], today: date) -> list[Letter]:
    """The letters about these enrolments of one program, in as many queries for many as for few."""
    readers = readers_of(partners=[stand.partner.pk for stand in stands])
    written: list[Letter] = []
    for language in sorted({reader.user.language for found in readers.values() for reader in found}):
        asked = [
            (stand, [reader for reader in readers.get(stand.partner.pk, ()) if _wants(reader, stand, language)])
            for stand in stands
        ]
        with override(language):
            written += _written(program, [(stand, found) for stand, found in asked if found], today)
    return written


def _wants(reader: Reader, stand: Stand, language: str) -> bool:
    return reader.user.language == language and reader.occasion(stand.claimed.week) is not None


def _written(program: Program, asked: Sequence[tuple[Stand, Sequence[Reader]]], today: date) -> Iterator[Letter]:
    stands = [stand for stand, _readers in asked]
    cards = _cards(stands, today)
    numbers = {stand.partner.pk: stand.partner.number for stand in stands}
    waiting = waiting_for(partners=numbers, vendor=program.vendor, today=today)
    for stand, readers in asked:
        partner = stand.partner
        for reader in readers:
            context = standing(
                program=program,
                partner=partner,
                total=total_of(stand.figures),
                cards=cards[stand.claimed.enrolment_id],
                waiting=[each.item for each in waiting.get(partner.pk, ()) if each.concerns(reader.roles)],
            )
            occasion = reader.occasion(stand.claimed.week)
            yield f"{occasion} program {program.pk} partner {partner.pk}", reader.user, context


def _cards(stands: Sequence[Stand], today: date) -> Mapping[int, list[StatusCard]]:
    """By id of the enrolment."""
    with_before = [
        (figure, before_of(figure, stand.claimed.told_at, stand.claimed.figures))
        for stand in stands
        for figure in stand.figures
    ]
    cards: dict[int, list[StatusCard]] = defaultdict(list)
    for (figure, _before), card in zip(with_before, status_cards(with_before, today=today), strict=True):
        cards[figure.enrolment.pk].append(card)
    return cards
