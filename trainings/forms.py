"""Forms of trainings: what is offered and when, who is booked, who was there, certificates from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.fields import DayInput
from common.formats import date_long
from common.models import User
from common.proof_forms import ProofField, ProofForm
from common.proofs import ProofKind
from common.seen_forms import RefusableForm
from partners.models import Member
from programs.models import Program
from trainings.catalogue import Offer, Schedule
from trainings.certificates import Paper, WrongDay, check_days, check_last_day, validity
from trainings.models import Booking, CertificateClaim, Training, TrainingDate
from trainings.wording import name_of

LONGEST = 2000
MOMENT = "%Y-%m-%dT%H:%M"
PROOFS = (ProofKind.PDF, ProofKind.PNG, ProofKind.JPEG)
ACCEPT, REFUSE = "accept", "refuse"


# --- of the vendor ---------------------------------------------------------------------------------------------------


class TrainingForm(RefusableForm, forms.ModelForm):  # type: ignore[type-arg]
    """Program and code are said once: criteria of tiers refer to them."""

    audience = forms.MultipleChoiceField(
        label=gettext_lazy("For whom"), choices=Member.Role.choices, required=False,
        widget=forms.CheckboxSelectMultiple, help_text=gettext_lazy("None chosen: for everybody."),
    )  # fmt: skip

    class Meta:
        model = Training
        fields = (
            "program", "code", "name", "name_en", "description", "description_en", "days", "validity_months",
            "audience", "external",
        )  # fmt: skip
        widgets = {
            "description": forms.Textarea(attrs={"rows": 4}),
            "description_en": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, programs: QuerySet[Program] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if programs is None:
            del self.fields["program"], self.fields["code"]
            return
        chosen: Any = self.fields["program"]
        chosen.queryset, chosen.empty_label = programs, _("Please choose")
        if len(found := list(programs[:2])) == 1:
            chosen.initial = found[0]

    @property
    def what(self) -> Offer:
        """Of a valid form."""
        return Offer(**{name: self.cleaned_data[name] for name in Offer.__dataclass_fields__})


class DateForm(RefusableForm, forms.ModelForm):  # type: ignore[type-arg]
    """When and where a training is held."""

    starts_at = forms.DateTimeField(
        label=gettext_lazy("Begins"), widget=forms.DateTimeInput(format=MOMENT, attrs={"type": "datetime-local"})
    )
    ends_at = forms.DateTimeField(
        label=gettext_lazy("Ends"), widget=forms.DateTimeInput(format=MOMENT, attrs={"type": "datetime-local"}),
        help_text=gettext_lazy("On the last day; from then on certificates hold."),
    )  # fmt: skip

    link = forms.URLField(
        label=gettext_lazy("Online link"), max_length=500, required=False, assume_scheme="https",
        help_text=gettext_lazy("Whoever is booked sees it."),
    )  # fmt: skip

    class Meta:
        model = TrainingDate
        fields = ("starts_at", "ends_at", "place", "link", "language", "seats", "book_until")
        widgets = {"book_until": DayInput()}
        help_texts = {
            "place": gettext_lazy("Town, address, room. Leave it empty for a training that is online only."),
            "book_until": gettext_lazy("The last day on which seats are booked."),
        }

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        starts, ends, until = given.get("starts_at"), given.get("ends_at"), given.get("book_until")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("The end must be after the beginning."))
        if starts and until and until > localdate(starts):
            self.add_error("book_until", _("Seats are booked until the training begins, at the latest."))
        if not given.get("place") and not given.get("link") and "link" not in self.errors:
            self.add_error("place", _("Please name a place or an online link."))
        return given

    def validate_constraints(self) -> None:
        """What the table refuses is said at its field, by `clean`."""

    @property
    def schedule(self) -> Schedule:
        """Of a valid form."""
        return Schedule(**{name: self.cleaned_data[name] for name in Schedule.__dataclass_fields__})


class ReasonForm(RefusableForm):
    """Why something ends; others read it."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}))


class CallOffForm(ReasonForm):
    """Everybody who is booked reads it."""


class _Ticked(forms.MultipleChoiceField):
    """Whoever was on the list when it was looked at; the service knows who is on it now, and says so."""

    def valid_value(self, value: str) -> bool:
        return value.isdecimal()


class AttendanceForm(RefusableForm):
    """Who of the people on the list was there. `listed`: the bookings that the page showed."""

    listed = forms.CharField(required=False, widget=forms.HiddenInput)
    attended = _Ticked(
        label=gettext_lazy("Who was there?"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Whoever is not ticked was absent and gets no certificate."),
    )  # fmt: skip

    def __init__(self, *args: Any, bookings: Sequence[Booking], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(str(each.pk), f"{each.user.name} · {each.partner.name}") for each in bookings]
        self.fields["attended"].choices = names  # type: ignore[attr-defined]
        self.fields["attended"].initial = [pk for pk, _name in names]
        self.fields["listed"].initial = ",".join(pk for pk, _name in names)

    def read_again(self, bookings: Sequence[Booking]) -> None:
        """The page that shows this form again shows these bookings."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data[self.add_prefix("listed")] = ",".join(str(each.pk) for each in bookings)
        self.data = data

    def clean_listed(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["listed"].split(",") if pk.isdecimal()]

    @property
    def attended_ids(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["attended"]]


def _without_a_day(ends: date | None) -> str:
    """What leaving the last day empty means: the first day without, by the training, is `ends`."""
    if ends is None:
        return _("The last day, if the certificate says one. Empty: without end, as the training says.")
    text = _("The last day, if the certificate says one. Empty: %(day)s, as the training says.")
    return text % {"day": date_long(ends - timedelta(days=1))}


class DecisionForm(RefusableForm):
    """About a certificate from elsewhere. Accepting says until when, a refusal why."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Does the file prove the certificate?"),
        choices=[(ACCEPT, gettext_lazy("Yes, accept it")), (REFUSE, gettext_lazy("No, refuse it"))],
        widget=forms.RadioSelect,
    )
    valid_until = forms.DateField(label=gettext_lazy("Valid until"), required=False, widget=DayInput())
    reason = forms.CharField(
        label=gettext_lazy("Reason of a refusal"), required=False, max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}), help_text=gettext_lazy("The company reads it."),
    )  # fmt: skip

    def __init__(self, *args: Any, claim: CertificateClaim, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.claim, self.today = claim, today
        until = self.fields["valid_until"]
        until.initial = claim.valid_until
        until.help_text = _without_a_day(validity(claim.training, claim.issued_on).upper)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("outcome") == REFUSE and not given.get("reason"):
            self.add_error("reason", _("Please say why."))
        if given.get("outcome") == ACCEPT and "valid_until" in given:
            claim, until = self.claim, given["valid_until"]
            try:
                check_days(training=claim.training, issued_on=claim.issued_on, valid_until=until, today=self.today)
            except WrongDay as error:
                self.add_error("valid_until", str(error))
        return given


# --- of the partner --------------------------------------------------------------------------------------------------


class _PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class _TrainingChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{name_of(obj)} · {obj.program.name}"


def _only(field: Any, rows: QuerySet[Any]) -> None:
    """Where there is one choice only, it is chosen."""
    field.queryset = rows
    if len(found := list(rows[:2])) == 1:
        field.initial, field.empty_label = found[0], None


class BookForm(RefusableForm):
    """For whom a seat is booked."""

    user = _PersonChoice(
        User.objects.none(), label=gettext_lazy("Who takes part?"), empty_label=gettext_lazy("Please choose")
    )

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _only(self.fields["user"], people)


class HandInForm(ProofForm):
    """A certificate from elsewhere."""

    training = _TrainingChoice(
        Training.objects.none(), label=gettext_lazy("Training"), empty_label=gettext_lazy("Please choose")
    )
    holder = _PersonChoice(
        User.objects.none(), label=gettext_lazy("Whose certificate is it?"), empty_label=gettext_lazy("Please choose")
    )
    issuer = forms.CharField(
        label=gettext_lazy("Issued by"), max_length=200, help_text=gettext_lazy("The academy or trainer.")
    )
    issued_on = forms.DateField(label=gettext_lazy("Issued on"), widget=DayInput())
    valid_until = forms.DateField(
        label=gettext_lazy("Valid until"), required=False, widget=DayInput(),
        help_text=gettext_lazy(
            "The last day, if the certificate says one. Otherwise it is valid for as long as the vendor’s own."
        ),
    )  # fmt: skip
    proof = ProofField(
        label=gettext_lazy("Certificate"), kinds=PROOFS,
        help_text=gettext_lazy("A scan or photo of it: PDF, PNG or JPEG, up to 10 MB."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, trainings: QuerySet[Training], people: QuerySet[User], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        _only(self.fields["training"], trainings)
        _only(self.fields["holder"], people)

    def clean_issued_on(self) -> date:
        day: date = self.cleaned_data["issued_on"]
        if day > self.today:
            raise forms.ValidationError(_("This day is still to come."))
        return day

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        issued, until = given.get("issued_on"), given.get("valid_until")
        if issued and until:
            try:
                check_last_day(issued_on=issued, valid_until=until, today=self.today)
            except WrongDay as error:
                self.add_error("valid_until", str(error))
        return given

    @property
    def paper(self) -> Paper:
        """Of a valid form."""
        return Paper(**{name: self.cleaned_data[name] for name in Paper.__dataclass_fields__})
