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


def delivery(number: str, steps: Sequence[tuple[str, str]]) -> bytes:
    """A carrier's tracking page: time and place of each step, the newest first, as PNG."""
    from PIL import Image, ImageDraw, ImageFont

    face = str(FONTS / "NotoSansSC-Regular.ttf")
    big, small = ImageFont.truetype(face, 30), ImageFont.truetype(face, 24)
    picture = Image.new("RGB", (WIDTH, 150 + 96 * len(steps)), "white")
    draw = ImageDraw.Draw(picture)
    draw.text((32, 34), number, font=big, fill="#1b1b1b")
    draw.line((48, 130, 48, 130 + 96 * (len(steps) - 1)), fill="#b9b9b9", width=4)
    for place, (when, words) in enumerate(steps):
        top = 110 + 96 * place
        draw.ellipse((38, top + 10, 58, top + 30), fill="#e2231a" if place == 0 else "#b9b9b9")
        draw.text((86, top), words, font=small, fill="#1b1b1b")
        draw.text((86, top + 38), when, font=small, fill="#6b6b6b")
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def photograph(label: Sequence[str], *, taken: str, colour: str = "#e8dfc8") -> bytes:
    """A box on a table as a phone sees it: a little turned, out of focus, grainy; as JPEG with the hour it was
    ``taken`` (``2026:04:12 18:20:05``).
    """
    from PIL import Image, ImageDraw, ImageFilter, ImageFont

    face = str(FONTS / "NotoSansSC-Regular.ttf")
    table = Image.linear_gradient("L").resize((960, 720))
    picture = Image.merge(
        "RGB",
        (table.point(lambda v: 96 + v // 4), table.point(lambda v: 72 + v // 5), table.point(lambda v: 52 + v // 6)),
    )
    box = Image.new("RGBA", (620, 440), colour)
    draw = ImageDraw.Draw(box)
    draw.rectangle((0, 0, 619, 90), fill="#7a2e1d")
    draw.rectangle((6, 6, 613, 433), outline="#5b4a2f", width=3)
    for place, line in enumerate(label):
        font = ImageFont.truetype(face, 38 if place == 0 else 28)
        draw.text(
            (30, 18 if place == 0 else 70 + 56 * place), line, font=font, fill="white" if place == 0 else "#2b2118"
        )
    turned = box.rotate(-4, expand=True, resample=Image.Resampling.BICUBIC)
    picture.paste(turned, (160, 130), turned)
    grain = Image.effect_noise(picture.size, 26).convert("RGB")
    picture = Image.blend(picture.filter(ImageFilter.GaussianBlur(1.1)), grain, 0.10)
    exif = Image.Exif()
    exif[0x0110], exif[0x0132] = "Phone", taken
    out = BytesIO()
    picture.save(out, "JPEG", quality=82, exif=exif)
    return out.getvalue()


__all__ = ["chat", "delivery", "photograph", "screen"]
