"""Small pictures of pages: a PNG with a palette of 256 colours instead of three bytes for every pixel."""

from __future__ import annotations

import base64
import struct
import zlib
from pathlib import Path

from playwright.sync_api import Browser

# A page has few colours and many shades between them, where letters are smoothed. The palette takes frequent colours
# first, and those far from each other first, so that a rare colour keeps its hue; each pixel becomes the nearest one.
_REDUCE = """async (png) => {
  const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const drawing = canvas.getContext("2d");
  drawing.drawImage(picture, 0, 0);
  const { data } = drawing.getImageData(0, 0, picture.width, picture.height);
  const pixels = new Uint32Array(data.buffer);
  const frequency = new Map();
  for (const pixel of pixels) frequency.set(pixel, (frequency.get(pixel) ?? 0) + 1);
  const colours = [...frequency.keys()].sort((a, b) => frequency.get(b) - frequency.get(a) || a - b);
  const parts = (colour) => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
  const nearest = (colour, known) => {
    const [red, green, blue] = parts(colour);
    let best = 0, least = Infinity;
    known.forEach(([r, g, b], index) => {
      const distance = 2 * (red - r) ** 2 + 4 * (green - g) ** 2 + 3 * (blue - b) ** 2;
      if (distance < least) [best, least] = [index, distance];
    });
    return [best, least];
  };
  let known = [];
  for (let apart = 4096; known.length < Math.min(256, colours.length); apart /= 2) {
    for (const colour of colours) {
      if (known.length < 256 && nearest(colour, known)[1] > (apart > 1 ? apart : 0)) known.push(parts(colour));
    }
  }
  const place = new Map(colours.map((colour) => [colour, nearest(colour, known)[0]]));
  const rows = new Uint8Array(pixels.length);
  pixels.forEach((pixel, index) => { rows[index] = place.get(pixel); });
  let text = "";
  for (let at = 0; at < rows.length; at += 32768) text += String.fromCharCode(...rows.subarray(at, at + 32768));
  return { width: picture.width, height: picture.height, palette: known.flat(), rows: btoa(text) };
}"""


def save(browser: Browser, screenshot: bytes, path: Path) -> None:
    """Write the screenshot to `path`, reduced to 256 colours. The same picture gives the same bytes."""
    page = browser.new_page()
    try:
        reduced = page.evaluate(_REDUCE, base64.b64encode(screenshot).decode())
    finally:
        page.close()
    width, height = reduced["width"], reduced["height"]
    pixels = base64.b64decode(reduced["rows"])
    rows = b"".join(b"\0" + pixels[start : start + width] for start in range(0, width * height, width))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
        + _chunk(b"PLTE", bytes(reduced["palette"]))
        + _chunk(b"IDAT", zlib.compress(rows, 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
