"""Forms of the administration for partners: each is one call of a service."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.access import Actor
from common.errors import DomainError
from common.fields import DayInput
from partners import services
from partners.models import Enrolment, EnrolmentStatus, EnrolmentTier, IndividualAgreement, Partner
from programs.models import Program, Tier


class Day(forms.DateField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=DayInput(kwargs.get("label", "")), **kwargs)


class PartnerField(forms.CharField):
    """A partner by its number, as it stands on its pages: whom a vendor may enrol is not limited to whom it knows."""

    def to_python(self, value: Any) -> Any:
        number = (super().to_python(value) or "").strip().upper()
        if not number:
            return None
        found = Partner.objects.filter(number=number).first()
        if found is None:
            raise ValidationError(_("There is no partner with this number."), code="unknown")
        return found

    def run_validators(self, value: Any) -> None:
        """The number was looked up; there is nothing more to check."""


class ServiceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form whose saving is a call of a service. What the service refuses is an error of the form, nothing is lost.

    `actor` is set on a subclass by the admin, per request.
    """

    actor: Actor

    def carry_out(self, cleaned: dict[str, Any]) -> Any:
        """Call the service and return the row it made or changed."""
        raise NotImplementedError

    def _post_clean(self) -> None:
        """Instead of validating the row field by field: the service decides."""
        if self.errors or not self.has_changed():
            return
        try:
            self.instance = self.carry_out(self.cleaned_data)
        except DomainError as error:
            self.add_error(None, str(error))

    def save(self, commit: bool = True) -> Any:
        return self.instance

    def save_m2m(self) -> None:
        """The service wrote everything."""


class EnrolForm(ServiceForm):
    partner = PartnerField(label=gettext_lazy("Partner number"))
    tier = forms.ModelChoiceField(Tier.objects.none(), label=gettext_lazy("Tier"), required=False)
    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        choices=EnrolmentStatus.Status.choices,
        initial=EnrolmentStatus.Status.ACTIVE,
    )
    enrolled_on = Day(label=gettext_lazy("Enrolled from"))

    class Meta:
        model = Enrolment
        fields = ("partner", "program", "enrolled_on", "status", "tier")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tier"].queryset = Tier.objects.visible_to(self.actor).select_related("program")  # type: ignore[attr-defined]
        self.fields["tier"].label_from_instance = lambda tier: f"{tier.program} · {tier}"  # type: ignore[attr-defined]

    def carry_out(self, cleaned: dict[str, Any]) -> Enrolment:
        program: Program = cleaned["program"]
        return services.enrol(
            partner=cleaned["partner"],
            program=program,
            on=cleaned["enrolled_on"],
            tier=cleaned["tier"],
            status=cleaned["status"],
            actor=self.actor,
        )


class TierChangeForm(ServiceForm):
    on = Day(label=gettext_lazy("From"), help_text=gettext_lazy("Holds until the next change that is recorded."))

    class Meta:
        model = EnrolmentTier
        fields = ("enrolment", "tier", "reason")

    def carry_out(self, cleaned: dict[str, Any]) -> EnrolmentTier:
        return services.set_tier(**cleaned, actor=self.actor)


class StatusChangeForm(ServiceForm):
    on = Day(label=gettext_lazy("From"), help_text=gettext_lazy("Holds until the next change that is recorded."))

    class Meta:
        model = EnrolmentStatus
        fields = ("enrolment", "status")

    def carry_out(self, cleaned: dict[str, Any]) -> EnrolmentStatus:
        return services.set_status(**cleaned, actor=self.actor)


class AgreementForm(ServiceForm):
    """A new agreement, or another end of one that is there."""

    start = Day(label=gettext_lazy("From"))
    end = Day(label=gettext_lazy("First day without"), required=False)

    class Meta:
        model = IndividualAgreement
        fields = ("enrolment", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            self.initial["end"] = self.instance.valid.upper

    def carry_out(self, cleaned: dict[str, Any]) -> IndividualAgreement:
        if self.instance.pk is not None:
            return services.end_agreement(agreement=self.instance, on=cleaned["end"], actor=self.actor)
        return services.agree(**cleaned, actor=self.actor)
