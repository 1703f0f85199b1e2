"""The form in which somebody at a vendor enters when they are away."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from common.errors import DomainError
from common.fields import DayInput
from common.models import User
from programs.absences import NotPossible


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class AbsenceForm(forms.Form):
    """`people`: who can be away and stand in. `own`: the person itself, where it may not enter anybody else's."""

    person = PersonField(User.objects.none(), label=gettext_lazy("Who is away"), empty_label=None)
    first = forms.DateField(label=gettext_lazy("First day"), widget=DayInput())
    last = forms.DateField(label=gettext_lazy("Last day"), widget=DayInput())
    deputy = PersonField(
        User.objects.none(), label=gettext_lazy("Deputy"), required=False, empty_label=gettext_lazy("nobody"),
        help_text=gettext_lazy("Is told instead of who is away when something waits for a decision."),
    )  # fmt: skip

    def __init__(self, *args: Any, people: QuerySet[User], own: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person, deputy = self.fields["person"], self.fields["deputy"]
        assert isinstance(person, PersonField)
        assert isinstance(deputy, PersonField)
        person.queryset = people if own is None else people.filter(pk=own.pk)
        deputy.queryset = people if own is None else people.exclude(pk=own.pk)

    def refuse(self, error: DomainError) -> None:
        """Show why the service did not take it."""
        self.add_error(error.field if isinstance(error, NotPossible) else None, str(error))
