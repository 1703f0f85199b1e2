"""Texts that vendors write in German and English: the reader's language, else the one that is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from programs.criteria import Criterion, Group
from programs.models import ParticipationTerms, Program


def in_language(texts: Mapping[str, Any], prefix: str = "") -> str:
    """`texts` has a text per language under "de" and "en", or under `prefix` with the language behind it."""
    language = (get_language() or "en")[:2]
    keys = [f"{prefix}{code}" for code in (language, "en", "de")]
    return next((str(texts[key]) for key in keys if texts.get(key)), "")


def all_in_language(items: Iterable[Mapping[str, Any]]) -> list[str]:
    return [text for text in map(in_language, items) if text]


def sentence_of(criterion: Criterion, program: Program) -> str:
    """What a criterion asks for: in the vendor's own words, else in those of its kind."""
    own = in_language({"de": criterion.params.de, "en": criterion.params.en})
    return own or criterion.kind.sentence(criterion.params, program)


def requirement(entry: Criterion | Group, program: Program) -> str:
    """One entry of a tier's requirements as a line."""
    if isinstance(entry, Criterion):
        return sentence_of(entry, program)
    parts = [requirement(one, program) for one in entry.of]
    if entry.need == 1:
        return _(" or ").join(parts)
    return _("%(count)s of these: %(parts)s") % {"count": entry.need or len(parts), "parts": "; ".join(parts)}


def description_of(program: Program) -> str:
    return in_language({"de": program.description, "en": program.description_en})


def text_of(terms: ParticipationTerms) -> str:
    return in_language({"de": terms.text_de, "en": terms.text_en})
