"""Photos and scans are shown upright, on white, small, and tell nothing about who took them."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from sales.readers.invoices.pictures import LONGEST_SIDE, shown_picture
from sales.readers.invoices.record import Refused
from tests.sales.invoices.hostile import huge_png, png

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def halves(*, mode: str = "RGB") -> Image.Image:
    """Black above, white below."""
    picture = Image.new("RGB", (200, 100), "white")
    picture.paste("black", (0, 0, 200, 50))
    return picture.convert(mode)


def saved(picture: Image.Image, kind: str = "JPEG", **settings: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **settings)
    return out.getvalue()


def shown(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(shown_picture(content)))


def is_dark(picture: Image.Image, x: float, y: float) -> bool:
    place = (int(picture.width * x), int(picture.height * y))
    return bool(picture.convert("1").getpixel(place) == 0)


@pytest.mark.parametrize(("orientation", "dark"), [(1, (0.5, 0.2)), (3, (0.5, 0.8)), (6, (0.8, 0.5)), (8, (0.2, 0.5))])
def test_a_photo_is_turned_as_the_camera_was_held(orientation: int, dark: tuple[float, float]) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    picture = shown(saved(halves(), exif=exif))
    assert picture.size == ((200, 100) if orientation < 5 else (100, 200))
    assert is_dark(picture, *dark)
    assert not is_dark(picture, 1 - dark[0], 1 - dark[1])


def test_nothing_but_pixels_is_handed_on() -> None:
    exif = Image.Exif()
    exif[MAKER] = "Camera of somebody"
    exif.get_ifd(GPS)[1] = "N"
    content = saved(halves(), exif=exif, comment=b"at home", icc_profile=b"profile of somebody" * 10)
    picture = shown_picture(content)
    for told in (b"somebody", b"at home", b"Exif", b"ICC"):
        assert told in content or told == b"ICC"
        assert told not in picture


def test_a_large_photo_becomes_small() -> None:
    assert shown(saved(Image.new("RGB", (6_000, 4_000), "white"))).size == (LONGEST_SIDE, LONGEST_SIDE * 2 // 3)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
def test_every_kind_of_png_is_shown(mode: str) -> None:
    picture = (
        halves(mode="L").convert("I").point(lambda value: value * 257).convert("I;16")
        if mode == "I;16"
        else halves(mode=mode)
    )
    seen = shown(saved(picture, "PNG"))
    assert is_dark(seen, 0.5, 0.2)
    assert not is_dark(seen, 0.5, 0.8)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_every_kind_of_jpeg_is_shown(mode: str) -> None:
    seen = shown(saved(halves(mode=mode)))
    assert is_dark(seen, 0.5, 0.2)
    assert not is_dark(seen, 0.5, 0.8)


def test_what_is_transparent_is_white() -> None:
    picture = halves(mode="RGBA")
    picture.putalpha(Image.new("L", picture.size, 0))
    assert not is_dark(shown(saved(picture, "PNG")), 0.5, 0.2)


def test_photos_of_several_pictures_show_the_first() -> None:
    """As phones write them: a JPEG with another one behind it."""
    out = io.BytesIO()
    halves().save(out, "MPO", save_all=True, append_images=[Image.new("RGB", (50, 50))])
    assert shown(out.getvalue()).size == (200, 100)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (huge_png(), "picture_too_large"),
        (png(10, 10, b"no zlib"), "broken_picture"),
        (saved(halves())[:-300], "broken_picture"),
        (b"\xff\xd8\xff", "broken_picture"),
    ],
)
def test_what_cannot_be_shown_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        shown_picture(content)
    assert refusal.value.code == code
