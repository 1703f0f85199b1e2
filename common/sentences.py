"""Sentences of modules that know no Django: English templates, found by the catalogue, filled and translated elsewhere.

A pure module writes `_n("{lines} lines counted")` and hands the template on together with its parameters. Whoever shows
it to a person translates the template first and fills it afterwards with values formatted for that person's language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def _n(text: str) -> str:
    """Mark `text` for the message catalogue; returns it unchanged."""
    return text


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with its {placeholders} replaced. Raises KeyError for a placeholder without a value.

    Nothing but plain names is looked up, so neither a value nor a translation can reach into objects.
    """
    return _PLACEHOLDER.sub(lambda match: values[match.group(1)], text)
