"""The child that makes pages of one file, or binds pages together, in the folder it stands in.

Run as a program of its own, with none of the court's modules, keys or settings in
reach: strangers' files are parsed here and nowhere else. Arguments: what, most
pages, bytes of memory, seconds of processor, bytes of output.

``image`` and ``pdf``: ``original`` in, ``shown`` (a PDF) and ``pages`` (how many) out.
``bind``: ``frame`` and ``part-N`` in, with ``plan.json`` saying how many pages each paper has; ``shown`` and ``pages`` out.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

ORIGINAL, SHOWN, PAGES = Path("original"), Path("shown"), Path("pages")
PIXELS = 80_000_000
"""Largest picture drawn: beyond it a few bytes could ask for gigabytes."""
WIDTH = 1600
"""Pixels across a page: as sharp as print needs."""
TALLEST = 1.45
"""Height of a piece over its width; a long screenshot goes on over several pages."""
INSIDE = (40.0, 50.0, 555.0, 790.0)
"""Where on the frame's A4 page a page of a paper stands: left, bottom, right, top in points."""


def limit(memory: int, seconds: int, output: int) -> None:
    """Bound this process before it looks at a file."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if os.geteuid() == 0:
        # Started by root in a container: be nobody while reading a stranger's file.
        for path in (Path(), *Path().iterdir()):
            os.chown(path, 65534, 65534)
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)


def load(kind: str) -> None:
    """Load every library while its files can still be read."""
    import pikepdf  # noqa: F401

    if kind == "image":
        from PIL import Image, ImageOps

        assert ImageOps
        with contextlib.suppress(ImportError):
            from pillow_heif import register_heif_opener

            register_heif_opener()
        Image.init()


def image(most: int) -> int:
    """Decode a picture and encode its pixels anew, a page for each piece of a tall one; metadata and anything appended are left behind."""
    from PIL import Image, ImageSequence

    Image.MAX_IMAGE_PIXELS = PIXELS
    pieces: list[Any] = []
    with Image.open(ORIGINAL) as picture:
        # A scan of several pages is one TIFF; of what moves only the first picture is a page.
        layers = ImageSequence.Iterator(picture) if picture.format == "TIFF" else [picture]
        for layer in layers:
            pieces += _pieces(layer)
            if len(pieces) >= most:
                break
    pieces[0].save(SHOWN, "PDF", save_all=True, append_images=pieces[1:most], quality=88, resolution=150)
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
    return [clean.crop((0, top, clean.width, min(top + tall, clean.height))) for top in range(0, clean.height - tall // 20, max(1, tall - tall // 20))]


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
                frame.pages[following - paper["pages"] + offset].add_overlay(source.pages[offset], pikepdf.Rectangle(*INSIDE))
        frame.save(SHOWN, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return len(frame.pages)


def _starts(frame: Any) -> list[int]:
    """On which page each bookmark below the title leads: the index, what happened when, then every paper."""
    numbers = {page.objgen: number for number, page in enumerate(frame.pages)}
    with frame.open_outline() as outline:
        return [numbers[item.destination[0].objgen] for top in outline.root for item in top.children]


def main() -> None:
    """Bound, then make."""
    kind, most = sys.argv[1], int(sys.argv[2])
    memory, seconds, output = (int(value) for value in sys.argv[3:6])
    load(kind)
    limit(memory, seconds, output)
    count = image(most) if kind == "image" else pdf(most) if kind == "pdf" else bind()
    PAGES.write_text(str(count))


if __name__ == "__main__":
    main()
