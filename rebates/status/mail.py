"""The status mail: its kind, what its templates need, and a sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from common import formats, mail_samples, registry
from common.access import OWNER, PARTNER, PARTNER_FINANCE, SALES
from common.mail_choices import REGULAR
from common.mail_words import OnBehalf
from common.period_names import day_of_year, period_name
from common.periods import Period
from common.registry import MailKind, Waiting
from partners.models import Partner
from programs.models import Program
from rebates.mails import REBATES
from rebates.status.cards import StatusCard

STANDING = "standing"
PLACEHOLDERS = ("partner", "vendor", "program")


@dataclass(frozen=True)
class ToDo:
    """One thing that waits for the reader, with its page; `url` may be empty."""

    text: str
    url: str


def standing(
    *, program: Program, partner: Partner, total: str, cards: Sequence[StatusCard], waiting: Sequence[Waiting]
) -> Mapping[str, Any]:
    """What a partner's people are told of one program. `total`: all its rebates so far."""
    overview = settings.PORTAL_URL + reverse("rebates:partner-rebates", args=[partner.number])
    names = {"vendor": program.vendor.name, "program": program.name, "partner": partner.name}
    return {
        **names,
        "on_behalf": OnBehalf(program.vendor_id, names),
        "total": total,
        "cards": cards,
        "waiting": [ToDo(str(item.label), settings.PORTAL_URL + item.url if item.url else "") for item in waiting],
        "url": cards[0].url if len(cards) == 1 else overview,
    }


def standing_sample() -> Mapping[str, Any]:
    """A rebate in the middle of its quarter; in the language of whoever reads it."""
    names = {"vendor": mail_samples.vendor(), "program": "Top-Seller Loyalty", "partner": "Morgenbrück GmbH"}
    return {
        **names,
        "on_behalf": OnBehalf(0, names),
        "total": lazy(lambda: formats.money(Decimal("110.00"), "EUR"), str)(),
        "cards": lazy(lambda: [_sample_card()], list)(),
        "waiting": lazy(_sample_waiting, list)(),
        "url": settings.PORTAL_URL,
    }


def _sample_card() -> StatusCard:
    units = ngettext("%(number)s unit", "%(number)s units", 4) % {"number": formats.number(4, signed=True)}
    step = ngettext(
        "%(missing)s more unit of “%(group)s” by %(until)s: %(gain)s",
        "%(missing)s more units of “%(group)s” by %(until)s: %(gain)s",
        3,
    )
    more = {"day": day_of_year(date(2026, 11, 9)), "sold": units, "amount": _euro("20.00", signed=True)}
    return StatusCard(
        title=gettext("Top-seller rebate"),
        period=period_name(Period.parse("2026Q4")),
        lines=[
            (gettext("Rebate so far"), _euro("110.00")),
            (gettext("Units"), formats.number(22)),
            (gettext("Revenue"), _euro("22000.00")),
            (gettext("Step reached"), f"{gettext('from %(bound)s') % {'bound': 10}}: {_each('5.00')}"),
        ],
        percent=88,
        next_step=step
        % {
            "missing": formats.number(3),
            "group": gettext("Top sellers"),
            "until": day_of_year(date(2026, 12, 31)),
            "gain": _euro("140.00", signed=True),
        },
        days_left=ngettext("%(days)s day left", "%(days)s days left", 46) % {"days": formats.number(46)},
        change=gettext("Since %(day)s: %(sold)s, rebate %(amount)s") % more,
        url=settings.PORTAL_URL,
    )


def _sample_waiting() -> list[ToDo]:
    return [ToDo(gettext("%(vendor)s has a question for you") % {"vendor": mail_samples.vendor()}, settings.PORTAL_URL)]


def _euro(amount: str, *, signed: bool = False) -> str:
    return formats.money(Decimal(amount), "EUR", signed=signed)


def _each(amount: str) -> str:
    return gettext("%(amount)s each") % {"amount": _euro(amount)}


def register() -> None:
    registry.mails.register(
        MailKind(
            STANDING, _("how your rebates stand"), STANDING, standing_sample, choices=REGULAR, scope=PARTNER,
            roles=(OWNER, PARTNER_FINANCE, SALES), order=9, group=REBATES,
            to=_("everybody of the partner but technicians"), placeholders=PLACEHOLDERS,
        )
    )  # fmt: skip
