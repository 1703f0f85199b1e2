"""Forms about notices and mails."""

from __future__ import annotations

from typing import Any

from django import forms

from common import mail_choices
from common.access import Actor
from common.mail_choices import Choice
from common.registry import MailKind


class ReadForm(forms.Form):
    until = forms.IntegerField(min_value=1, max_value=2**63 - 1)


class ChoicesForm(forms.Form):
    """A field for each kind of mail that the person can get, and may choose about."""

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = [kind for kind in mail_choices.kinds() if concerns(kind, actor)]
        held = mail_choices.choices_of(actor=actor)
        for kind in self.kinds:
            label = str(kind.label)
            self.fields[kind.key] = forms.ChoiceField(
                label=label[:1].upper() + label[1:],
                choices=[(choice, Choice(choice).label) for choice in kind.choices],
                initial=held[kind.key],
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields by the subject of their mails."""
        found: dict[str, list[forms.BoundField]] = {}
        for kind in self.kinds:
            found.setdefault(str(kind.group), []).append(self[kind.key])
        return list(found.items())

    def chosen(self) -> dict[str, str]:
        """What the person has changed: of the others they have said nothing, and may get another role some day."""
        return {key: self.cleaned_data[key] for key in self.changed_data}


def concerns(kind: MailKind, actor: Actor) -> bool:
    """Whether the actor gets this kind, or may ask for it."""
    roles = () if kind.choices == mail_choices.REGULAR else kind.roles
    return not kind.scope or bool(actor.ids(kind.scope, *roles))
