"""Exhibits of the demonstration, drawn by the program: an order screen, a chat, a delivery record, a label."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

FONTS = Path(__file__).resolve().parent.parent.parent / "fonts"
WIDTH = 720


def screen(title: str, lines: Sequence[str], *, colour: str = "#1c4e8a") -> bytes:
    """A phone's screen with a heading and lines, as PNG."""
    from PIL import Image, ImageDraw, ImageFont

    face = str(FONTS / "NotoSansSC-Regular.ttf")
    big, small = ImageFont.truetype(face, 34), ImageFont.truetype(face, 26)
    height = 200 + 64 * len(lines)
    picture = Image.new("RGB", (WIDTH, height), "#f4f4f4")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, WIDTH, 120), fill=colour)
    draw.text((32, 36), title, font=big, fill="white")
    for number, line in enumerate(lines):
        top = 150 + 64 * number
        draw.rectangle((20, top, WIDTH - 20, top + 54), fill="white", outline="#d9d4c7")
        draw.text((36, top + 10), line, font=small, fill="#14233f")
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def chat(title: str, turns: Sequence[tuple[bool, str]]) -> bytes:
    """A chat: who wrote (True: the owner of the phone) and what, as PNG."""
    from PIL import Image, ImageDraw, ImageFont

    face = ImageFont.truetype(str(FONTS / "NotoSansSC-Regular.ttf"), 26)
    picture = Image.new("RGB", (WIDTH, 160 + 90 * len(turns)), "#ececec")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, WIDTH, 90), fill="#2f2f2f")
    draw.text((32, 26), title, font=face, fill="white")
    for number, (mine, words) in enumerate(turns):
        top, width = 120 + 90 * number, min(WIDTH - 120, 60 + int(draw.textlength(words, font=face)))
        left = WIDTH - 30 - width if mine else 30
        draw.rounded_rectangle((left, top, left + width, top + 66), 14, fill="#9fe07a" if mine else "white")
        draw.text((left + 24, top + 16), words, font=face, fill="black")
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


__all__ = ["chat", "screen"]
