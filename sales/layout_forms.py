"""The form in which a person puts right how a file is read: open questions first, everything else behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from sales.previews import DATE_NAMES, DELIMITER_NAMES, NUMBER_NAMES, label_of, samples_of
from sales.readers.columns import REQUIRED, Column
from sales.readers.layout import ENCODINGS, Kind, Layout, name_at, places_of
from sales.readers.notations import Dates, Numbers
from sales.readers.questions import Guess, Question
from sales.wording import sentence, shown

UNIT, COLUMN = "unit:", "column:"
RADIOS = 6
"""More choices than this are offered as a list that unfolds."""
_PIECES = re.compile(r"([0-9]{1,6})(?:[.,]([0-9]{1,3}))?")
_GROUPED = re.compile(r"[0-9]{1,3}[.,][0-9]{3}")


def pieces(text: str) -> Decimal:
    """A number of pieces as people type it: 10, 0,5 or 0.5. Raises `ValidationError`."""
    text = text.strip()
    if _GROUPED.fullmatch(text) and not text.startswith("0"):
        raise forms.ValidationError(_("Please write “%(value)s” without the sign inside it.") % {"value": text})
    found = _PIECES.fullmatch(text)
    number = Decimal(f"{found[1]}.{found[2] or 0}") if found else Decimal(0)
    if number <= 0:
        raise forms.ValidationError(_("“%(value)s” is no number of pieces.") % {"value": text})
    return number


class Answer(forms.Field):
    """Answers a question of the file. Whether it is missing depends on the rest of the form, which checks that."""

    def validate(self, value: Any) -> None:
        if value not in self.empty_values:
            super().validate(value)


class ChoiceAnswer(Answer, forms.ChoiceField):
    """One of the question's choices."""


class PiecesAnswer(Answer, forms.CharField):
    """How many pieces something has."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=12, widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 8}), **kwargs)

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        return pieces(text) if text else None


class FactorsField(forms.CharField):
    """A list of "word = pieces", a line each."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        # Without the sign between thousands, which would be another number in the other language.
        notation = Numbers(get_language() or Numbers.ENGLISH)
        return "\n".join(f"{word} = {notation.write(number)}" for word, number in value.items())

    def clean(self, value: Any) -> dict[str, Decimal]:
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        return dict(self._factor(line) for line in lines)

    @staticmethod
    def _factor(line: str) -> tuple[str, Decimal]:
        word, sign, number = (part.strip() for part in line.rpartition("="))
        if not sign or not word:
            raise forms.ValidationError(_("“%(line)s” is not written like “VE = 10”.") % {"line": line})
        return word, pieces(number)


@dataclass(frozen=True)
class FileColumn:
    """A column of the file, what stands in it, and the field that says what it is."""

    name: str
    samples: str
    field: forms.BoundField


class LayoutForm(forms.Form):
    """Made for what was found in one file; `layout` is what the person makes of it, once the form is valid.

    Where encoding, sheet, separator or header row are changed, the columns that were found mean nothing any more:
    `layout` then names none, so that they are found anew.
    """

    header_row = forms.IntegerField(
        label=gettext_lazy("Row of the header"),
        min_value=1,
        max_value=1_000_000,
        help_text=gettext_lazy("As a spreadsheet counts."),
    )
    numbers = forms.ChoiceField(label=gettext_lazy("Numbers"), choices=list(NUMBER_NAMES.items()))
    dates = forms.ChoiceField(label=gettext_lazy("Dates"), choices=list(DATE_NAMES.items()))
    no_amounts = forms.BooleanField(label=gettext_lazy("The file has no net amounts"), required=False)
    units = FactorsField(
        label=gettext_lazy("Pieces per unit"),
        help_text=gettext_lazy("A line for each word in the unit column, like “VE = 10”."),
    )
    packs = FactorsField(
        label=gettext_lazy("Pieces per article"),
        help_text=gettext_lazy("A line for each article that is counted in packs, like “4711 = 12”."),
    )

    def __init__(self, found: Guess, data: Any = None) -> None:
        layout = found.layout
        initial = {
            "header_row": layout.header_row,
            "numbers": layout.numbers,
            "dates": layout.dates,
            "no_amounts": not layout.net,
            "units": layout.units,
            "packs": layout.packs,
        }
        super().__init__(data, initial=initial)
        self.found = found
        self.layout = layout
        self._add_cut()
        self._add_columns()
        self._asked = {f"answer-{number}": question for number, question in enumerate(found.questions)}
        for name, question in self._asked.items():
            self.fields[name] = _field_of(question)
            self.fields.pop(question.key, None)  # asked once only

    def _add_cut(self) -> None:
        """How the file is cut into rows and cells, where there is a choice."""
        layout = self.found.layout
        if layout.kind is Kind.CSV:
            names = [(sign, str(name)) for sign, name in DELIMITER_NAMES.items()]
            self.fields["encoding"] = forms.ChoiceField(
                label=_("Character set"), choices=_encodings(layout.encoding), initial=layout.encoding
            )
            self.fields["delimiter"] = forms.ChoiceField(label=_("Separator"), choices=names, initial=layout.delimiter)
        elif len(self.found.sheets) > 1:
            sheets = [(name, name) for name in self.found.sheets]
            self.fields["sheet"] = forms.ChoiceField(label=_("Sheet"), choices=sheets, initial=layout.sheet)

    def _add_columns(self) -> None:
        self._before, _missing = places_of(self.found.layout.columns, self.found.header)
        meanings = {place: column for column, place in self._before.items()}
        choices = [("", _("is not read")), *((column.value, label_of(column)) for column in Column)]
        for place, name in enumerate(self.found.header):
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=_("“%(column)s” is read as") % {"column": name or f"#{place + 1}"},
                required=False,
                choices=choices,
                initial=meanings.get(place, ""),
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    # --- for the page --------------------------------------------------------------------------------------------

    @property
    def questions(self) -> Iterator[forms.BoundField]:
        """The fields of what the file leaves open."""
        return (self[name] for name in self._asked)

    @property
    def cut(self) -> Iterator[forms.BoundField]:
        names = ("sheet", "encoding", "delimiter", "header_row", "numbers", "dates")
        return (self[name] for name in names if name in self.fields)

    @property
    def columns(self) -> Iterator[FileColumn]:
        for place, name in enumerate(self.found.header):
            yield FileColumn(name or f"#{place + 1}", samples_of(self.found, place), self[f"column-{place}"])

    @property
    def rest(self) -> Iterator[forms.BoundField]:
        return (self[name] for name in ("no_amounts", "units", "packs"))

    @property
    def unfolded(self) -> bool:
        """Whether something is wrong behind the questions."""
        return any(name not in self._asked for name in self.errors)

    # --- what the person says ------------------------------------------------------------------------------------

    @property
    def cuts_anew(self) -> bool:
        """Whether encoding, sheet, separator or header row are others than those found."""
        return self._cut(self.layout) != self._cut(self.found.layout)

    @property
    def blamed(self) -> str | None:
        """The field at which it is told that the file cannot be read like this."""
        if self.layout.encoding != self.found.layout.encoding:
            return next((name for name, each in self._asked.items() if each.key == "encoding"), "encoding")
        return "header_row" if self.cuts_anew else None

    @staticmethod
    def _cut(layout: Layout) -> tuple[str, str, str, int]:
        return layout.encoding, layout.sheet, layout.delimiter, layout.header_row

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        found = self.found.layout
        self.layout = replace(
            found,
            encoding=self._answer("encoding") or data.get("encoding") or found.encoding,
            sheet=self._answer("sheet") or data.get("sheet") or found.sheet,
            delimiter=data.get("delimiter") or found.delimiter,
            header_row=data.get("header_row") or found.header_row,
        )
        if self.cuts_anew:
            # Another sheet has its header elsewhere.
            row = self.layout.header_row if "header_row" in self.changed_data else 0
            encoding = "" if self._unanswered("encoding") else self.layout.encoding
            self.layout = replace(self.layout, encoding=encoding, header_row=row, columns={})
            return data
        columns = self._chosen_columns()
        self._check_answers(columns)
        self._check_complete(columns, data)
        self.layout = replace(
            self.layout,
            columns={column: self._name_of(column, place) for column, place in columns.items()},
            numbers=_notation(Numbers, self._answer("numbers") or data.get("numbers")),
            dates=_notation(Dates, self._answer("dates") or data.get("dates")),
            units={**data.get("units", {}), **self._unit_answers()},
            packs=data.get("packs", {}),
            net=Column.NET in columns,
        )
        return data

    def _answer(self, key: str) -> Any:
        """What the question was answered with: a choice's value, None for none; a number of pieces."""
        for name, question in self._asked.items():
            if question.key == key:
                answer = self.cleaned_data.get(name)
                if question.choices:
                    return question.choices[int(answer)].value if answer else None
                return answer
        return None

    def _unanswered(self, key: str) -> bool:
        return any(question.key == key for question in self._asked.values()) and not self._answer(key)

    def _unit_answers(self) -> dict[str, Decimal]:
        asked = [question.key for question in self._asked.values() if question.key.startswith(UNIT)]
        answers = {key.removeprefix(UNIT): self._answer(key) for key in asked}
        return {word: number for word, number in answers.items() if number}

    def _chosen_columns(self) -> dict[Column, int]:
        """Where each column stands: as answered, else as chosen below."""
        header = self.found.header
        answered: dict[Column, int] = {}
        for question in self._asked.values():
            if question.key.startswith(COLUMN) and (name := self._answer(question.key)):
                column = Column(question.key.removeprefix(COLUMN))
                answered[column] = next(place for place in range(len(header)) if name_at(header, place) == name)
        columns = dict(answered)
        for place in range(len(header)):
            value = self.cleaned_data.get(f"column-{place}")
            if not value or place in answered.values() or Column(value) in answered:
                continue
            column = Column(value)
            if column in columns:
                names = {"column": label_of(column), "other": header[columns[column]] or f"#{columns[column] + 1}"}
                error = _("“%(column)s” is chosen twice: the column “%(other)s” is read as that already.") % names
                self.add_error(f"column-{place}", error)
            columns.setdefault(column, place)
        return columns

    def _name_of(self, column: Column, place: int) -> str:
        """A column that stays is named as before, so that a layout which nobody has changed is the same."""
        same = self._before.get(column) == place
        return self.found.layout.columns[column] if same else name_at(self.found.header, place)

    def _check_answers(self, columns: Mapping[Column, int]) -> None:
        """Every question has an answer; columns may be chosen below instead."""
        for name, question in self._asked.items():
            if name in self.errors or self.cleaned_data.get(name):
                continue
            if question.key.startswith(COLUMN):
                column = Column(question.key.removeprefix(COLUMN))
                chosen = columns.get(column)
                if chosen is not None and chosen != self._before.get(column):
                    continue
                if column is Column.NET and self.cleaned_data.get("no_amounts"):
                    continue
            self.add_error(name, _("Please answer this question."))

    def _check_complete(self, columns: Mapping[Column, int], data: Mapping[str, Any]) -> None:
        asked = {question.key for question in self._asked.values()}
        for group in REQUIRED:
            if not any(column in columns for column in group) and f"{COLUMN}{group[0]}" not in asked:
                names = {"columns": _(" or ").join(f"“{label_of(column)}”" for column in group)}
                self.add_error(None, _("No column is read as %(columns)s. Please choose one below.") % names)
        if Column.NET not in columns and f"{COLUMN}{Column.NET}" not in asked and not data.get("no_amounts"):
            self.add_error("no_amounts", _("Please choose the column of the net amounts, or say that there is none."))


def _encodings(found: str) -> list[tuple[str, str]]:
    """One of each name; of two with the same name the one that was found."""
    by_name = {}
    for encoding, name in ENCODINGS.items():
        if name not in by_name or encoding == found:
            by_name[name] = encoding
    return [(encoding, name) for name, encoding in by_name.items()]


def _field_of(question: Question) -> forms.Field:
    label = sentence(question.text, question.params)
    help_text = _where(question)
    if not question.choices:
        return PiecesAnswer(label=label, help_text=help_text)
    choices = [(str(place), sentence(one.text, one.params)) for place, one in enumerate(question.choices)]
    if len(choices) <= RADIOS:
        return ChoiceAnswer(label=label, help_text=help_text, choices=choices, widget=forms.RadioSelect)
    return ChoiceAnswer(label=label, help_text=help_text, choices=[("", _("Please choose")), *choices])


def _where(question: Question) -> str:
    """Where the file shows it."""
    parts = [
        _("row %(row)s") % {"row": question.row} if question.row else "",
        _("column “%(column)s”") % {"column": shown(question.column)} if question.column else "",
    ]
    place = ", ".join(part for part in parts if part)
    return _("See %(place)s of the file.") % {"place": place} if place and question.value else ""


def _notation(kind: Any, value: str | None) -> Any:
    return kind(value) if value else None
