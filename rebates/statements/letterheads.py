"""A vendor's letterhead: what stands on its documents, in which colour, with which logo."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image

from common.access import Actor
from common.errors import DomainError
from programs.models import Vendor
from rebates.models import Letterhead
from rebates.rights import check_handles_money

LARGEST_LOGO = 1_000_000
"""Bytes of an uploaded logo at most."""
MOST_PIXELS = 10_000_000
SHOWN_AT_MOST = (640, 200)
"""Pixels of the logo as it is kept: three for every point in which it is printed."""
LEAST_CONTRAST = 4.5
"""Of white text on the colour, as WCAG 2.2 asks for (1.4.3)."""


class NotALogo(DomainError):
    """The file is too large, or no picture that is taken."""


def logo_of(content: bytes) -> bytes:
    """The picture as a PNG of our own writing, small enough for a letter. Raises NotALogo."""
    if len(content) > LARGEST_LOGO:
        raise NotALogo(_("The logo is larger than %(size)s MB.") % {"size": LARGEST_LOGO // 1_000_000})
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise NotALogo(_("The logo has too many pixels."))
            found = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise NotALogo(_("This is no picture that can be read. Please send a PNG or a JPEG.")) from error
    found.thumbnail(SHOWN_AT_MOST)
    written = io.BytesIO()
    found.save(written, "PNG", optimize=True)
    return written.getvalue()


def contrast_to_white(colour: str) -> float:
    """WCAG's contrast of white on the colour (#RRGGBB): from 1 to 21."""
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


@transaction.atomic
def change_letterhead(
    *, vendor: Vendor, actor: Actor, values: Mapping[str, Any], logo: bytes | None, without_logo: bool
) -> Letterhead:
    """Save what a form has checked. `logo`: None leaves the one that is there. Documents that are made stay.

    Raises NotAllowed, NotALogo.
    """
    check_handles_money(actor, vendor.pk, _("Only finance and vendor admins change the letterhead."))
    wanted = dict(values)
    if logo is not None:
        wanted["logo"] = logo_of(logo)
    elif without_logo:
        wanted["logo"] = b""
    return Letterhead.objects.update_or_create(vendor=vendor, defaults=wanted)[0]
