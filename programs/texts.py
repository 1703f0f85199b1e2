"""Texts that vendors write in German and English: the reader's language, else the one that is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import get_language

from programs.models import ParticipationTerms, Program


def in_language(texts: Mapping[str, Any], prefix: str = "") -> str:
    """`texts` has a text per language under "de" and "en", or under `prefix` with the language behind it."""
    language = (get_language() or "en")[:2]
    keys = [f"{prefix}{code}" for code in (language, "en", "de")]
    return next((str(texts[key]) for key in keys if texts.get(key)), "")


def all_in_language(items: Iterable[Mapping[str, Any]]) -> list[str]:
    return [text for text in map(in_language, items) if text]


def description_of(program: Program) -> str:
    return in_language({"de": program.description, "en": program.description_en})


def text_of(terms: ParticipationTerms) -> str:
    return in_language({"de": terms.text_de, "en": terms.text_en})
