"""A vendor's own words in the mails that are sent on its behalf: four blocks of plain text around what the portal says.

What the portal says in a mail (figures, days, links) is never a vendor's to change. A block is text and nothing else:
no template code is read from it. `{partner}` and the like stand for what the mail is about, are replaced once, and
only those that the kind of mail declares.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import structlog
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common import formats, registry
from common.registry import Blocks, MailKind, Text

log = structlog.get_logger(__name__)

BLOCKS: Mapping[str, int] = {"subject": 150, "opening": 1000, "closing": 1000, "signature": 500}
"""The blocks in the order in which they are read, each with its longest length in characters.

`subject` replaces the portal's; the others stand after the greeting, after what the portal says, and at the end.
"""
PLACEHOLDERS: Mapping[str, Text] = {
    "partner": _("the partner’s company"),
    "vendor": _("the vendor"),
    "program": _("the program"),
    "period": _("the period"),
    "amount": _("the amount"),
    "day": _("the day from which it holds"),
    "tier": _("the tier"),
    "before": _("the tier until then"),
    "training": _("the training"),
    "person": _("the person it is about"),
    "title": _("the title of the project or case study"),
    "target": _("the company that goes on"),
    "invoice": _("the invoice’s number"),
}
"""Every placeholder that kinds may declare, in words."""
_PLACE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class OnBehalf:
    """In the context of a mail, as `on_behalf`: for which vendor it is sent, and what the placeholders stand for.

    Values are written in the recipient's language when the mail is; days are written out. A sample has vendor 0.
    """

    vendor_id: int
    values: Mapping[str, object]


Wording = Callable[[str, int, str], Blocks]
"""A vendor's words: `(kind, vendor's id, language)`. Empty where the vendor has none."""


def in_force() -> Wording:
    """The words in force, each vendor's asked for once as long as the result is kept: one for every batch of mails."""

    @cache
    def by_language(kind: str, vendor_id: int) -> Mapping[str, Blocks]:
        found: dict[str, Blocks] = {}
        for source in registry.wordings:
            found.update(source.in_force(kind, vendor_id))
        return found

    return lambda kind, vendor_id, language: by_language(kind, vendor_id).get(language, {})


def words(kind: MailKind, context: Mapping[str, Any], language: str, wording: Wording) -> dict[str, str]:
    """The blocks of a mail, filled in; its language is the active one. Empty: the mail is the portal's alone.

    A block that names what the kind does not declare (any more) is left out.
    """
    on_behalf: OnBehalf | None = context.get("on_behalf")
    if on_behalf is None or not kind.placeholders:
        return {}
    filled = {}
    for block, text in wording(kind.key, on_behalf.vendor_id, language).items():
        if block in BLOCKS and text and not unknown(kind, text):
            filled[block] = _filled(text, on_behalf.values)
        elif text:
            log.warning("a block of a mail is left out", kind=kind.key, block=block, vendor=on_behalf.vendor_id)
    return filled


def unknown(kind: MailKind, text: str) -> list[str]:
    """What stands in curly brackets and is no placeholder of the kind, as it was written; a lone bracket, too."""
    found = [f"{{{name}}}" for name in _PLACE.findall(text) if name not in kind.placeholders]
    return found + sorted(set(re.findall("[{}]", _PLACE.sub("", text))))


def unknown_in_words(kind: MailKind, found: Sequence[str]) -> str:
    """What is refused, and what is known instead."""
    known = ", ".join(f"{{{name}}}" for name in kind.placeholders)
    return gettext("%(wrong)s means nothing here. You can use: %(known)s.") % {
        "wrong": ", ".join(found),
        "known": known,
    }


def tidy(text: str) -> str:
    """As it is stored: one kind of line break, no blanks at the ends of lines, at most one empty line in between."""
    lines = (line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _filled(text: str, values: Mapping[str, object]) -> str:
    """In one go: what a value contains is never looked at again."""
    return _PLACE.sub(lambda place: line_of(values.get(place[1])), text)


def line_of(value: object) -> str:
    """One line, whatever is in a name: a break in it would begin another sentence."""
    if isinstance(value, date):
        return formats.date_long(value)
    return "" if value is None else " ".join(str(value).splitlines())
