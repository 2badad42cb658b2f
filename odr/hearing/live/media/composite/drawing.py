"""One picture of the composite film: a tile for each person with name and role, who speaks, date and time of day."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image as Images, ImageFont

WIDTH, HEIGHT = 640, 360
HEAD, FOOT, LABEL, EDGE = 26, 24, 20, 2
"""Pixels of the line above, the one below, the words under a face, and the frame around it."""
FACE = Path(__file__).resolve().parents[5] / "fonts" / "NotoSansSC-Regular.ttf"
INK, PAPER, SOFT, TILE = (11, 12, 12), (255, 255, 255), (200, 204, 208), (48, 52, 56)
SPEAKS = (255, 221, 0)


@dataclass(frozen=True)
class Place:
    """Where a tile stands."""

    left: int
    top: int
    width: int
    height: int

    @property
    def inside(self) -> tuple[int, int]:
        """Width and height that a picture may have in it."""
        return self.width - 2 * EDGE, self.height - 2 * EDGE - LABEL


@dataclass(frozen=True)
class Tile:
    """Somebody as they are drawn: name and role, how they stand, whether they speak, and their picture if one arrives."""

    name: str
    state: str
    speaks: bool
    picture: Images.Image | None


def places(count: int) -> list[Place]:
    """Where this many tiles stand: rows of the same length, the last one shorter."""
    if not count:
        return []
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    width, height = WIDTH // columns, (HEIGHT - HEAD - FOOT) // rows
    return [Place(n % columns * width, HEAD + n // columns * height, width, height) for n in range(count)]


@lru_cache(maxsize=4)
def _font(size: int) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(str(FACE), size)


@lru_cache(maxsize=64)
def line_of(
    words: str, width: int, height: int, ink: tuple[int, int, int], ground: tuple[int, int, int]
) -> Images.Image:
    """A line of words as a picture, cut off where it is too long. Most of them stand still from picture to picture."""
    from PIL import Image, ImageDraw

    drawn = Image.new("RGB", (max(1, width), max(1, height)), ground)
    font = _font(max(9, height - 8))
    while words and font.getlength(words) > width - 8:
        words = words[:-2] + "…" if len(words) > 2 else ""
    ImageDraw.Draw(drawn).text((4, height // 2), words, fill=ink, font=font, anchor="lm")
    return drawn


def draw(head: str, foot: str, tiles: Sequence[Tile]) -> Images.Image:
    """A picture of everybody at one moment."""
    from PIL import Image

    drawn = Image.new("RGB", (WIDTH, HEIGHT), INK)
    drawn.paste(line_of(head, WIDTH, HEAD, PAPER, INK), (0, 0))
    drawn.paste(line_of(foot, WIDTH, FOOT, PAPER, INK), (0, HEIGHT - FOOT))
    for tile, place in zip(tiles, places(len(tiles)), strict=True):
        _put(drawn, tile, place)
    return drawn


def _put(drawn: Images.Image, tile: Tile, place: Place) -> None:
    width, height = place.inside
    left, top = place.left + EDGE, place.top + EDGE
    if tile.speaks:
        drawn.paste(SPEAKS, (place.left, place.top, place.left + place.width, place.top + place.height))
    drawn.paste(TILE, (left, top, left + width, top + height))
    if tile.picture is not None:
        across, down = tile.picture.size
        drawn.paste(tile.picture, (left + (width - across) // 2, top + (height - down) // 2))
    elif tile.state:
        drawn.paste(line_of(tile.state, width, min(height, 22), SOFT, TILE), (left, top + max(0, height // 2 - 11)))
    words = f"{tile.name} · {tile.state}" if tile.picture is not None and tile.state else tile.name
    ink, ground = (INK, SPEAKS) if tile.speaks else (PAPER, INK)
    drawn.paste(line_of(words, width, LABEL, ink, ground), (left, top + height))


def card(lines: Sequence[str]) -> Images.Image:
    """A picture of nothing but words: what is not recorded, from when until when, and why."""
    from PIL import Image

    drawn = Image.new("RGB", (WIDTH, HEIGHT), INK)
    top = (HEIGHT - 34 * len(lines)) // 2
    for n, words in enumerate(lines):
        drawn.paste(line_of(words, WIDTH - 40, 30, PAPER, INK), (20, top + 34 * n))
    return drawn
