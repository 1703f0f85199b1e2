"""How the sending of mails goes, as a list, a chart and the facts of one mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import django_filters
import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import formats, registry
from common.filters import DayRangeFilter, FilterSet
from common.mail_operations import Day
from common.models import OutboxMail
from common.tables import LinkColumn, MomentColumn, NumberColumn, StateColumn, Table
from common.ui import Chart, Fact, Series, Tone

State = OutboxMail.State
TONES: Mapping[str, Tone] = {
    State.FAILED: "danger",
    State.UNCERTAIN: "warning",
    State.SENT: "success",
    State.PENDING: "info",
    State.CLAIMED: "info",
}


def words_of(mail: OutboxMail) -> str:
    """The state; of one that could not be sent also whose doing that was, where it is known."""
    if mail.state == State.FAILED and mail.error.startswith("SMTP"):
        return _("refused by the mail server")
    if mail.state == State.FAILED and not mail.text:
        return _("could not be written")
    return str(mail.get_state_display())


def tone_of(mail: OutboxMail) -> Tone:
    return TONES.get(mail.state, "neutral")


def kind_in_words(key: str) -> str:
    """What a kind of mail is called; its key where it is none any more."""
    kind = registry.mails.get(key)
    return str(kind.label) if kind is not None else key


class OutboxTable(Table):
    address = LinkColumn(
        url=lambda mail: reverse("common:outbox-mail", args=[mail.pk]), verbose_name=gettext_lazy("To")
    )
    kind = tables.Column(verbose_name=gettext_lazy("Mail"))
    state = StateColumn(words=words_of, tone=tone_of, verbose_name=gettext_lazy("State"))
    attempts = NumberColumn(verbose_name=gettext_lazy("Attempts"))
    created_at = MomentColumn(verbose_name=gettext_lazy("Made"))

    def render_kind(self, value: str) -> str:
        return kind_in_words(value)


def kind_choices() -> list[tuple[str, str]]:
    return [(kind.key, str(kind.label)) for kind in registry.mails]


class OutboxFilter(FilterSet):
    search_fields = ("address",)
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"), choices=State.choices, empty_label=gettext_lazy("all")
    )
    kind = django_filters.ChoiceFilter(
        label=gettext_lazy("Mail"), choices=kind_choices, empty_label=gettext_lazy("all")
    )
    created_at = DayRangeFilter(label=gettext_lazy("Made"))


def days_chart(days: Sequence[Day]) -> Chart:
    """What was made day by day, and how much of it was sent."""
    today = days[-1]
    return Chart(
        id="mails-by-day",
        title=_("Mails by day"),
        axis=_("Day"),
        labels=[formats.date_short(day.day) for day in days],
        series=[
            Series(_("Made"), [day.made for day in days], muted=True),
            Series(_("Sent"), [day.sent for day in days]),
            Series(_("Waiting"), [day.waiting for day in days]),
            Series(_("Failed or uncertain"), [day.open for day in days]),
        ],
        kind="bar",
        summary=_("Today: %(made)s made, %(sent)s of them sent.")
        % {"made": formats.number(today.made), "sent": formats.number(today.sent)},
    )


def mail_facts(mail: OutboxMail) -> list[Fact]:
    """One mail for those who look after the sending."""
    moments = (
        (_("Made"), mail.created_at), (_("Last tried"), mail.claimed_at), (_("Tried again from"), mail.next_attempt_at),
        (_("Sent"), mail.sent_at),
    )  # fmt: skip
    facts = [
        Fact(_("To"), mail.address),
        Fact(_("Mail"), kind_in_words(mail.kind)),
        Fact(_("Occasion"), mail.period),
        Fact(_("Message-ID"), mail.message_id),
        Fact(_("Attempts"), formats.number(mail.attempts)),
        *(Fact(label, formats.datetime_short(at)) for label, at in moments if at is not None),
    ]
    if mail.error:
        facts.append(Fact(_("What went wrong"), mail.error))
    if mail.handled_by is not None and mail.handled_at is not None:
        facts.append(Fact(_("Decided by"), f"{mail.handled_by.name}, {formats.datetime_short(mail.handled_at)}"))
    return facts
