"""The mails about teams: invitations, what leads are told of every change, and what whoever is gone is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import formats, outbox, registry
from common.invited import MailInvitation
from common.models import Bounce, User
from common.outbox import Addressee
from common.registry import MailKind, Text

if TYPE_CHECKING:
    from common.teams import Team

INVITED, CHANGED, GONE, BOUNCED = "team-invitation", "team-changed", "team-gone", "team-bounced"


class Step(StrEnum):
    JOINED = "joined"
    CHANGED = "changed"
    LEFT = "left"
    REMOVED = "removed"
    OWNER_INVITED = "owner invited"


@dataclass(frozen=True)
class Happened:
    """What a mail tells. Its sentence is made when the mail is, in the recipient's language."""

    step: Step
    organisation: str
    person: str
    by: str = ""
    roles: tuple[Text, ...] = ()

    def __str__(self) -> str:
        sentences = {
            Step.JOINED: _("%(person)s has joined %(organisation)s: %(roles)s"),
            Step.CHANGED: _("The roles of %(person)s at %(organisation)s are now: %(roles)s"),
            Step.LEFT: _("%(person)s has left %(organisation)s"),
            Step.REMOVED: _("%(person)s was removed from %(organisation)s"),
            Step.OWNER_INVITED: _(
                "%(by)s has invited %(person)s to run the team of %(organisation)s, which has no owner"
            ),
        }
        values = {"person": self.person, "organisation": self.organisation, "by": self.by}
        return sentences[self.step] % {**values, "roles": ", ".join(map(str, self.roles))}


@dataclass(frozen=True)
class Parting:
    """What whoever is gone is told."""

    step: Step
    organisation: str

    def __str__(self) -> str:
        text = (
            _("You have left %(organisation)s")
            if self.step == Step.LEFT
            else _("You were removed from %(organisation)s")
        )
        return text % {"organisation": self.organisation}


until: Callable[[Any], str] = lazy(formats.date_long, str)


def put_invitation(*, team: Team, organisation: Any, invitation: MailInvitation, secret: str) -> None:
    """The only place in which the link is written down."""
    inviting = invitation.invited_by
    outbox.put(
        kind=INVITED,
        period=f"{team.scope} invitation {invitation.pk}",
        recipient=Addressee(invitation.address, invitation.language),
        context={
            "organisation": str(organisation),
            "inviting": inviting.name if inviting is not None else "",
            "on_behalf_of": team.on_behalf_of(invitation),
            "role": team.label(invitation.role),
            "until": until(invitation.expires_at),
            "url": settings.PORTAL_URL + reverse(f"{team.namespace}:join", args=[secret]),
        },
    )


def put_changed(*, team: Team, organisation: Any, happened: Happened, recipients: Iterable[User], period: str) -> None:
    """Tell everybody of `recipients` what happened in their team."""
    url = settings.PORTAL_URL + team.url("team", organisation)
    for person in recipients:
        outbox.put(kind=CHANGED, period=period, recipient=person, context={"happened": happened, "url": url})


def put_gone(*, team: Team, organisation: Any, user: User, step: Step, now: datetime) -> None:
    parting = Parting(step, str(organisation))
    period = team.period(organisation, user, now)
    outbox.put(kind=GONE, period=period, recipient=user, context={"parting": parting})


def put_bounced(*, team: Team, organisation: Any, person: User, bounce: Bounce) -> None:
    """Those who run the team hear that mails to one of them do not arrive."""
    context = bounced(str(organisation), person.name, bounce.address, bounce.told, team.url("team", organisation))
    for lead in team.leads(organisation).exclude(pk=person.pk):
        outbox.put(kind=BOUNCED, period=f"{team.scope} bounce {bounce.pk}", recipient=lead, context=context)


def bounced(organisation: str, name: str, address: str, told: str, url: str) -> Mapping[str, Any]:
    """Mails to the person `name` of the organisation come back from `address`; `told` by the mail server."""
    happened = {"organisation": organisation, "name": name, "address": address, "told": told}
    return {**happened, "url": settings.PORTAL_URL + url}


def bounced_sample() -> Mapping[str, Any]:
    told = "550 5.1.1 The email account that you tried to reach does not exist"
    return bounced("Elbtal Systemhaus GmbH", "Jonas Roth", "jonas.roth@elbtal.example", told, "/")


def invitation_sample() -> Mapping[str, Any]:
    return {
        "organisation": "Elbtal Systemhaus GmbH",
        "inviting": "Petra Wolf",
        "on_behalf_of": "",
        "role": gettext_lazy("sales"),
        "until": until(datetime(2026, 11, 30, 11, 0, tzinfo=UTC)),
        "url": f"{settings.PORTAL_URL}/join/company/made-up/",
    }


def changed_sample() -> Mapping[str, Any]:
    roles = (gettext_lazy("owner"), gettext_lazy("sales"))
    happened = Happened(Step.CHANGED, "Elbtal Systemhaus GmbH", "Jonas Roth", "Petra Wolf", roles)
    return {"happened": happened, "url": settings.PORTAL_URL}


def gone_sample() -> Mapping[str, Any]:
    return {"parting": Parting(Step.REMOVED, "Elbtal Systemhaus GmbH")}


def register() -> None:
    """All three are about who has access to what: rather twice than never."""
    kinds = (
        (
            CHANGED, gettext_lazy("somebody joined, left or got other roles"), "team_changed", changed_sample,
            gettext_lazy("who runs the team"),
        ),
        (GONE, gettext_lazy("a person is no longer in a team"), "team_gone", gone_sample, gettext_lazy("that person")),
        (
            BOUNCED, gettext_lazy("mails to a person of the team do not arrive"), "team_bounced", bounced_sample,
            gettext_lazy("who runs the team"),
        ),
    )  # fmt: skip
    teams = gettext_lazy("Teams")
    invited = gettext_lazy("a person is invited to a team")
    # Whoever has the link makes an account with it: it is not kept where mails are.
    kind = MailKind(INVITED, invited, "team_invitation", invitation_sample, opens=True, order=40)
    to_invited = gettext_lazy("who is invited")
    registry.mails.register(replace(kind, resend_when_uncertain=True, group=teams, to=to_invited))
    for order, (key, label, template, sample, to) in enumerate(kinds, start=41):
        registry.mails.register(
            MailKind(key, label, template, sample, resend_when_uncertain=True, group=teams, to=to, order=order)
        )
