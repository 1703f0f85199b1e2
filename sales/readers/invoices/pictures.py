"""Pictures of invoices, scanned or taken with a phone, made fit to be shown: small, upright, and nothing but pixels."""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from common.sentences import _n
from sales.readers.invoices.record import Refused

LONGEST_SIDE = 2_000
"""Pixels of what is shown."""
MOST_PIXELS = 60_000_000
"""Of what is taken: cameras of phones have up to 50 million."""
_QUALITY = 85

# The limit above is asked first, and with a sentence.
Image.MAX_IMAGE_PIXELS = None


def shown_picture(content: bytes) -> bytes:
    """A PNG or JPEG as JPEG for the page. Raises `Refused`.

    It is turned as the camera was held; where and with what it was taken is not handed on.
    """
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
            warnings.simplefilter("ignore")
            _check_size(picture)
            # A JPEG is unpacked at a half, a quarter or an eighth of its size where that is enough.
            picture.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            return as_jpeg(ImageOps.exif_transpose(picture))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
        sentence = _n("The picture is damaged. Please scan or photograph the invoice anew.")
        raise Refused("broken_picture", sentence) from None


def as_jpeg(picture: Image.Image) -> bytes:
    """On white, and without whatever else the picture carries."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        sheet = Image.new("RGB", picture.size, "white")
        layer = picture.convert("RGBA")
        sheet.paste(layer, mask=layer.getchannel("A"))
        picture = sheet
    elif picture.mode not in ("RGB", "L"):
        picture = picture.convert("RGB")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY, exif=b"", comment=b"", icc_profile=None)
    return out.getvalue()


def _check_size(picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise Refused(
            "picture_too_large",
            _n("The picture has more than {limit} million pixels. Please send a smaller one."),
            limit=str(MOST_PIXELS // 1_000_000),
        )
