"""The child that makes pages of one file, or binds pages together, in the folder it stands in.

Runs in the frame of ``odr/ground/bounded_child.py``, with none of the court's modules, keys or settings in
reach: strangers' files are parsed here and nowhere else. Arguments: what, most pages.

``image`` and ``pdf``: ``original`` in, ``shown`` (a PDF) and ``pages`` (how many) out.
``bind``: ``frame`` and ``part-N`` in, with ``plan.json`` saying how many pages each paper has; ``shown`` and ``pages``
out.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
from pathlib import Path
from typing import IO, Any

ORIGINAL, SHOWN, PAGES, REHEARSED = Path("original"), Path("shown"), Path("pages"), Path("rehearsed")
PIXELS = 80_000_000
"""Largest picture drawn: beyond it a few bytes could ask for gigabytes."""
WIDTH = 1600
"""Pixels across a page: as sharp as print needs."""
TALLEST = 1.45
"""Height of a piece over its width; a long screenshot goes on over several pages."""
INSIDE = (40.0, 50.0, 555.0, 790.0)
"""Where on the frame's A4 page a page of a paper stands: left, bottom, right, top in points."""


def rehearse(kind: str, most: str) -> None:
    """Load every library while its files can still be read."""
    import pikepdf

    buffer = io.BytesIO()
    with pikepdf.new() as frame:
        frame.add_blank_page().add_overlay(frame.add_blank_page(), pikepdf.Rectangle(*INSIDE))
        with frame.open_outline() as outline, frame.open_metadata() as about:
            outline.root.append(pikepdf.OutlineItem("page", 0))
            about["dc:title"] = "page"
        frame.save(buffer)
    with pikepdf.open(buffer) as frame, frame.open_outline() as outline:
        assert outline.root
        frame.save(io.BytesIO(), object_stream_mode=pikepdf.ObjectStreamMode.generate)
    if kind == "image":
        from PIL import Image

        with contextlib.suppress(ImportError):
            from pillow_heif import register_heif_opener

            register_heif_opener()
        Image.init()
        for shape in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "HEIF"):
            if shape in Image.SAVE:
                sample, turned = io.BytesIO(), Image.Exif()
                turned[274] = 6
                Image.new("RGB", (WIDTH + 8, 64)).save(sample, shape, exif=turned)
                _drawn(sample, 1, REHEARSED)
        REHEARSED.unlink()


def work(kind: str, most: str) -> None:
    """Make the pages and say how many there are."""
    count = image(int(most)) if kind == "image" else pdf(int(most)) if kind == "pdf" else bind()
    PAGES.write_text(str(count))


def image(most: int) -> int:
    """Decode a picture and encode its pixels anew, a page for each piece of a tall one; metadata and anything appended
    are left behind.
    """
    with ORIGINAL.open("rb") as source:
        return _drawn(source, most, SHOWN)


def _drawn(source: IO[bytes], most: int, where: Path) -> int:
    from PIL import Image, ImageSequence

    Image.MAX_IMAGE_PIXELS = PIXELS
    pieces: list[Any] = []
    with Image.open(source) as picture:
        # A scan of several pages is one TIFF; of what moves only the first picture is a page.
        layers = ImageSequence.Iterator(picture) if picture.format == "TIFF" else [picture]
        for layer in layers:
            pieces += _pieces(layer)
            if len(pieces) >= most:
                break
    pieces[0].save(where, "PDF", save_all=True, append_images=pieces[1:most], quality=88, resolution=150)
    return min(len(pieces), most)


def _pieces(layer: Any) -> list[Any]:
    from PIL import Image, ImageOps

    if layer.width * layer.height > PIXELS:
        raise SystemExit(3)
    upright = ImageOps.exif_transpose(layer)
    if upright.width > WIDTH:
        upright = upright.resize((WIDTH, max(1, round(upright.height * WIDTH / upright.width))))
    drawn = upright.convert("RGBA")
    clean = Image.new("RGB", drawn.size, "white")
    clean.paste(drawn, mask=drawn.getchannel("A"))
    tall = max(1, int(clean.width * TALLEST))
    if clean.height <= tall * 1.3:
        return [clean]
    # Each piece begins a little above the end of the one before, so that no line of a chat is lost in the cut.
    return [
        clean.crop((0, top, clean.width, min(top + tall, clean.height)))
        for top in range(0, clean.height - tall // 20, max(1, tall - tall // 20))
    ]


def pdf(most: int) -> int:
    """Have every page drawn anew by poppler: text stays text, but no script, link, form or attachment comes through."""
    import pikepdf

    command = ["pdftocairo", "-q", "-pdf", "-f", "1", "-l", str(most), "original", "shown"]
    try:
        pid = os.posix_spawnp("pdftocairo", command, os.environ)
    except FileNotFoundError:
        raise SystemExit(4) from None
    _, status = os.waitpid(pid, 0)
    if status or not SHOWN.exists():
        raise SystemExit(5)
    with pikepdf.open(SHOWN) as drawn:
        return len(drawn.pages)


def bind() -> int:
    """Put the pages of each paper onto the free pages of the frame, shrunk to fit."""
    import pikepdf

    papers: list[dict[str, int]] = json.loads(Path("plan.json").read_text())["papers"]
    with pikepdf.open("frame") as frame, contextlib.ExitStack() as still_open:
        starts = [*_starts(frame)[-len(papers) :], len(frame.pages)] if papers else []
        for paper, following in zip(papers, starts[1:], strict=True):
            if not paper["pages"]:
                continue
            # The free pages of a paper are the last ones before the next paper's sheet.
            source = still_open.enter_context(pikepdf.open(f"part-{paper['number']}"))
            for offset in range(paper["pages"]):
                frame.pages[following - paper["pages"] + offset].add_overlay(
                    source.pages[offset], pikepdf.Rectangle(*INSIDE)
                )
        frame.save(SHOWN, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return len(frame.pages)


def _starts(frame: Any) -> list[int]:
    """On which page each bookmark below the title leads: the index, what happened when, then every paper."""
    numbers = {page.objgen: number for number, page in enumerate(frame.pages)}
    with frame.open_outline() as outline:
        return [numbers[item.destination[0].objgen] for top in outline.root for item in top.children]
