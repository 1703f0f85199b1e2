"""Icons of the sprite, by the names in `icons.json`."""

from __future__ import annotations

import json
from pathlib import Path

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

ICONS = frozenset(json.loads((Path(__file__).parent / "icons.json").read_text(encoding="utf-8")))


def icon_html(name: str, label: str = "", size: str = "") -> SafeString:
    """An icon. Decoration unless `label` gives it words; `size`: sm, lg or as the text around it."""
    if name not in ICONS:
        raise ValueError(f"{{% icon %}}: no icon {name!r} in common/icons.json")
    classes = f"icon icon-{size}" if size else "icon"
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="{}" {} focusable="false"><use href="{}#{}"></use></svg>',
        classes,
        spoken,
        static("dist/icons.svg"),
        name,
    )
