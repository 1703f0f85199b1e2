"""The mail that says that statements do not arrive at the address which a company has named for its bookkeeping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common import bounces, outbox, registry
from common.access import PARTNER
from common.mail_choices import AS_NOTICE
from common.mail_sentences import Sentence
from common.models import Bounce, User
from common.registry import MailKind, Text
from partners.models import RECORDING_ROLES, Member, Partner

BOUNCED = "bookkeeping-bounced"
NEXT: Text = _(
    "Please name another address, or save this one again once mails arrive there. All statements are in the portal."
)


def tell_of_bounce(person: User | None, bounce: Bounce) -> None:
    """Owners and bookkeeping of each company that has named the address; nobody who reads their mails there."""
    for partner in Partner.objects.filter(bookkeeping_email__iexact=bounce.address).order_by("pk"):
        context = _told(bounce.address, bounce.told, reverse("partners:bookkeeping", args=[partner.number]))
        members = Member.objects.filter(partner=partner, role__in=RECORDING_ROLES, left_on__isnull=True)
        people = User.objects.filter(pk__in=members.values("user_id"), is_active=True)
        for keeper in people.exclude(email__iexact=bounce.address).order_by("pk"):
            outbox.put(
                kind=BOUNCED, period=f"bounce {bounce.pk} partner {partner.pk}", recipient=keeper, context=context
            )


def _told(address: str, told: str, url: str) -> Mapping[str, Any]:
    return {
        "headline": Sentence(_("Statements sent to %(address)s do not arrive"), {"address": address}),
        "text": Sentence(_("The mail server said: %(told)s"), {"told": told}) if told else "",
        "next_step": NEXT,
        "url": settings.PORTAL_URL + url,
    }


def sample() -> Mapping[str, Any]:
    return _told("buchhaltung@elbtal.example", "550 5.1.1 The email account does not exist", "/")


def register() -> None:
    bounces.tellers.append(tell_of_bounce)
    registry.mails.register(
        MailKind(
            BOUNCED, _("statements do not arrive at the bookkeeping’s address"), "application", sample, order=41,
            resend_when_uncertain=True, choices=AS_NOTICE, scope=PARTNER, roles=RECORDING_ROLES,
            group=_("Companies and participation"), to=_("the partner’s owners and bookkeeping"),
        )
    )  # fmt: skip
