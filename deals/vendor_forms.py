"""Forms with which a vendor decides about deals, and enters one for a partner."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.fields import DayInput, ProseField
from common.seen_forms import SeenForm
from deals.comparing import Beside, in_words
from deals.deciding import Protection, usual_protection
from deals.forms import ChangeForm
from deals.models import Deal, DealRules, Extension
from partners.models import Enrolment, Partner
from programs.models import Program
from rebates.partner_field import PartnerInWordsField

LONGEST = 5_000
PROTECT, DUPLICATE, ASK_BACK, REFUSE = "protect", "duplicate", "ask_back", "refuse"
KEYS = {PROTECT: "a", DUPLICATE: "d", ASK_BACK: "f", REFUSE: "r"}
"""Which key chooses what."""
YES, NO = "yes", "no"


class TicksField(forms.Field):
    """Conflicts that were ticked on the page with the version that stood there (`Beside.tick`); else left out."""

    widget = forms.SelectMultiple
    tick = re.compile(r"([0-9]{1,15})-([0-9]{1,9})")

    def clean(self, value: Any) -> dict[int, int]:
        found = [self.tick.fullmatch(str(each)) for each in value or ()]
        return {int(each[1]): int(each[2]) for each in found if each is not None}


class DecisionForm(SeenForm):
    """One decision, whatever it is: what was typed stays when another one is chosen.

    `besides`: the similar deals of the page. First complete registration wins where nobody chooses otherwise; `chosen`:
    the decision that somebody came for, if it is one that this deal can get.
    """

    outcome = forms.ChoiceField(label=gettext_lazy("Your decision"), widget=forms.RadioSelect)
    last = forms.DateField(
        label=gettext_lazy("Protected until"), widget=DayInput(), required=False,
        help_text=gettext_lazy("The last day of protection, where you protect it."),
    )  # fmt: skip
    other = forms.TypedChoiceField(
        label=gettext_lazy("Whose project it is already"), coerce=int, empty_value=None, required=False,
        help_text=gettext_lazy("The partner does not learn this. It reads that the project is already protected."),
    )  # fmt: skip
    text = ProseField(
        label=gettext_lazy("Message to the partner"), max_length=LONGEST, required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Your reason where you refuse it, your question where you ask back."),
    )  # fmt: skip
    another = TicksField(required=False)
    use_required_attribute = False

    def __init__(
        self, *args: Any, deal: Deal, besides: Sequence[Beside], today: date, chosen: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.owners = {each.deal.pk: each.deal for each in besides if each.stands}
        first = next((each.deal.pk for each in besides if each.hinders and each.stands), None)
        outcomes = {PROTECT: _("Protect it"), DUPLICATE: _("Already protected: it is another partner’s project")}
        if deal.state == Deal.State.SUBMITTED:
            outcomes[ASK_BACK] = _("Ask the partner back; meanwhile your clock stands still")
        outcomes[REFUSE] = _("Refuse it with a reason")
        other: Any = self.fields["other"]
        other.choices = [("", _("Please choose")), *((pk, in_words(each)) for pk, each in self.owners.items())]
        if not self.owners:
            del outcomes[DUPLICATE]
            del self.fields["other"]
        self.fields["outcome"].choices = list(outcomes.items())  # type: ignore[attr-defined]
        self._needed = [self.fields[name] for name in ("last", "other", "text") if name in self.fields]
        for field in self._needed:
            field.required = True
        last = usual_protection(deal, today) - timedelta(days=1)
        outcome = chosen if chosen in outcomes else DUPLICATE if first else PROTECT
        self.initial.update(seen=deal.version, last=last, other=first, outcome=outcome)

    def _clean_fields(self) -> None:
        """What is needed depends on the decision: `clean` says so. On the page nothing is called optional."""
        for field in self._needed:
            field.required = False
        super()._clean_fields()  # type: ignore[misc]
        for field in self._needed:
            field.required = True

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        outcome, text = given.get("outcome"), given.get("text", "").strip()
        if outcome == PROTECT and not given.get("last") and "last" not in self.errors:
            self.add_error("last", _("Please say until when."))
        if outcome == DUPLICATE and not given.get("other") and "other" not in self.errors:
            self.add_error("other", _("Please choose whose project it is."))
        if outcome == DUPLICATE and text:
            self.add_error("text", _("The partner reads one fixed sentence. Please leave this empty."))
        if outcome == REFUSE and not text and "text" not in self.errors:
            self.add_error("text", _("Please say why."))
        if outcome == ASK_BACK and not text and "text" not in self.errors:
            self.add_error("text", _("Please say what you need to know."))
        return given

    @property
    def protection(self) -> Protection:
        # The last day that there is has none after it; the service refuses it as too late.
        last = min(self.cleaned_data["last"], date.max - timedelta(days=1))
        return Protection(last + timedelta(days=1), self.cleaned_data["another"])

    @property
    def ticked(self) -> set[str]:
        """What is ticked as other projects, before anything is checked; of what has changed since, nothing fits."""
        return set(self.data.getlist("another")) if self.is_bound else set()  # type: ignore[attr-defined]


class ExtensionForm(SeenForm):
    """Whether a deal is protected for longer."""

    granted = forms.ChoiceField(label=gettext_lazy("Your decision"), widget=forms.RadioSelect)
    text = ProseField(
        label=gettext_lazy("Message to the partner"), max_length=LONGEST, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Needed where you do not agree."),
    )  # fmt: skip

    def __init__(self, *args: Any, extension: Extension, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days = {"days": extension.days}
        self.fields["granted"].choices = [  # type: ignore[attr-defined]
            (YES, _("Protect it %(days)s days longer") % days),
            (NO, _("Leave the protection as it is")),
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("granted") == NO and not given.get("text", "").strip() and "text" not in self.errors:
            self.add_error("text", _("Please say why."))
        return given


class ForWhomForm(forms.Form):
    """For which partner, and in which program, a deal is entered. `enrolments`: where one can be."""

    partner = PartnerInWordsField()
    program = forms.ModelChoiceField(Program.objects.none(), label=gettext_lazy("Program"), empty_label=None)

    def __init__(self, *args: Any, enrolments: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.enrolments = enrolments
        partner: Any = self.fields["partner"]
        partner.partners = Partner.objects.filter(pk__in=enrolments.values("partner"))
        program: Any = self.fields["program"]
        program.queryset = Program.objects.filter(pk__in=enrolments.values("program")).order_by("name")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        partner, program = given.get("partner"), given.get("program")
        if partner is not None and program is not None:
            self.enrolment: Enrolment | None = self.enrolments.filter(partner=partner, program=program).first()
            if self.enrolment is None:
                values = {"partner": partner.name, "program": program.name}
                self.add_error("program", _("%(partner)s does not take part in %(program)s now.") % values)
        return given


class RulesForm(SeenForm, forms.ModelForm):  # type: ignore[type-arg]
    """A program's rules, and the limit of each of its tiers. `seen`: as the page showed them."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)  # type: ignore[assignment]

    class Meta:
        model = DealRules
        fields = (
            "open", "protection_days", "update_days", "extension_days", "follow_up_days", "most_open", "most_a_day",
        )  # fmt: skip

    def __init__(self, *args: Any, limits: Sequence[tuple[Any, int | None]], seen: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = seen
        self.tiers = [tier for tier, _most in limits]
        for tier, most in limits:
            self.fields[f"tier-{tier.pk}"] = forms.IntegerField(
                label=_("Open registrations in the tier %(tier)s") % {"tier": tier.name}, min_value=0,
                max_value=32_767, initial=most, required=False, help_text=_("Empty: as everywhere."),
            )  # fmt: skip

    @property
    def rules(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}

    @property
    def by_tier(self) -> dict[int, int | None]:
        return {tier.pk: self.cleaned_data[f"tier-{tier.pk}"] for tier in self.tiers}


class EnteredForm(ChangeForm):
    """All of it, as somebody at the vendor writes it for the partner."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["done"].label = _("What the partner has done so far")
        self.fields["done"].help_text = self.fields["contact_name"].help_text = ""
