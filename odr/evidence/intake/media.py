"""What a file is, told by its bytes; its name and what the sender calls it are never believed.

Only the first and last 64 KiB are looked at, and archives are never opened.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import puremagic

from odr.evidence.intake.upload_errors import TypeRefused
from odr.ground.text import T

WINDOW = 64 * 1024
"""Bytes looked at from each end."""


class Group(enum.Enum):
    """What the court can do with a kind of file."""

    IMAGE = "image"
    """Shown as a picture encoded anew."""
    PDF = "pdf"
    """Shown as pictures of its pages."""
    TEXT = "text"
    """Shown as plain text."""
    OFFICE = "office"
    """Downloaded only."""
    AUDIO = "audio"
    """Played."""
    VIDEO = "video"
    """Played."""
    ARCHIVE = "archive"
    """Kept opaque, downloaded only."""
    PROOF = "proof"
    """A time-stamp token or a log proof; downloaded only."""
    ACTIVE = "active"
    """Can carry script: a web page, an SVG. Shown as its source text, never as itself."""
    PROGRAM = "program"
    """Runs when opened. Refused."""
    UNKNOWN = "unknown"
    """Nothing the court knows."""


@dataclass(frozen=True)
class Media:
    """A media type and what may be done with it."""

    type: str
    group: Group

    @property
    def served_as(self) -> str:
        """Content type under which the original leaves the court: active content leaves as opaque bytes."""
        return "application/octet-stream" if self.group in {Group.ACTIVE, Group.PROGRAM, Group.UNKNOWN} else self.type


DEFAULT_GROUPS = frozenset(Group) - {Group.PROGRAM, Group.UNKNOWN}


@dataclass(frozen=True)
class MediaPolicy:
    """What a court takes. A setting; by default everything but programs and the unknown."""

    groups: frozenset[Group] = field(default=DEFAULT_GROUPS)

    def admit(self, media: Media) -> Media:
        """The same media, or TypeRefused with what one may do instead."""
        if media.group in self.groups:
            return media
        if media.group is Group.PROGRAM:
            raise TypeRefused(
                T("This file is a program; the court does not take programs."),
                T("If the program itself is the evidence, put it into a ZIP archive and send that."),
            )
        raise TypeRefused(
            T("The court does not take this kind of file (%(type)s).", type=media.type),
            T("Send a picture, a PDF, a text, an office document, a recording, or a ZIP archive."),
        )


UNKNOWN = Media("application/octet-stream", Group.UNKNOWN)
_PROGRAM = Media("application/x-executable", Group.PROGRAM)

_PROGRAM_HEADS = (
    b"MZ",
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"\x00asm",
    b"dex\n",
    b"L\x00\x00\x00\x01\x14\x02\x00",
)
_PROGRAM_NAMES = re.compile(
    r"\.(exe|dll|scr|com|pif|msi|msp|bat|cmd|ps1|psm1|vbs|vbe|jse?|wsf|wsh|hta|lnk|reg|jar|apk|app|sh|url|scf|cpl|chm|iso|img|vhdx?)$",
    re.I,
)

_HEADS: tuple[tuple[bytes, str, Group], ...] = (
    (b"\xff\xd8\xff", "image/jpeg", Group.IMAGE),
    (b"\x89PNG\r\n\x1a\n", "image/png", Group.IMAGE),
    (b"GIF87a", "image/gif", Group.IMAGE),
    (b"GIF89a", "image/gif", Group.IMAGE),
    (b"II*\x00", "image/tiff", Group.IMAGE),
    (b"MM\x00*", "image/tiff", Group.IMAGE),
    (b"%PDF-", "application/pdf", Group.PDF),
    (b"{\\rtf", "application/rtf", Group.OFFICE),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage", Group.OFFICE),
    (b"ID3", "audio/mpeg", Group.AUDIO),
    (b"fLaC", "audio/flac", Group.AUDIO),
    (b"#!AMR", "audio/amr", Group.AUDIO),
    (b"#!SILK", "audio/silk", Group.AUDIO),
    (b"\x02#!SILK", "audio/silk", Group.AUDIO),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed", Group.ARCHIVE),
    (b"Rar!\x1a\x07", "application/vnd.rar", Group.ARCHIVE),
    (b"\x1f\x8b\x08", "application/gzip", Group.ARCHIVE),
    (b"c2sp.org/tlog-proof@v1\n", "text/x.c2sp.tlog-proof", Group.PROOF),
)
_RIFF = {
    b"WEBP": ("image/webp", Group.IMAGE),
    b"WAVE": ("audio/wav", Group.AUDIO),
    b"AVI ": ("video/x-msvideo", Group.VIDEO),
}
_BRANDS = {
    b"heic": ("image/heic", Group.IMAGE),
    b"heix": ("image/heic", Group.IMAGE),
    b"hevc": ("image/heic", Group.IMAGE),
    b"mif1": ("image/heif", Group.IMAGE),
    b"msf1": ("image/heif", Group.IMAGE),
    b"avif": ("image/avif", Group.IMAGE),
    b"M4A ": ("audio/mp4", Group.AUDIO),
    b"qt  ": ("video/quicktime", Group.VIDEO),
    b"3gp4": ("video/3gpp", Group.VIDEO),
    b"3gp5": ("video/3gpp", Group.VIDEO),
    b"isom": ("video/mp4", Group.VIDEO),
    b"iso2": ("video/mp4", Group.VIDEO),
    b"iso4": ("video/mp4", Group.VIDEO),
    b"iso5": ("video/mp4", Group.VIDEO),
    b"iso6": ("video/mp4", Group.VIDEO),
    b"mp41": ("video/mp4", Group.VIDEO),
    b"mp42": ("video/mp4", Group.VIDEO),
    b"avc1": ("video/mp4", Group.VIDEO),
    b"M4V ": ("video/mp4", Group.VIDEO),
}
_OOXML = "application/vnd.openxmlformats-officedocument."
_ZIPPED: tuple[tuple[bytes, str, Group], ...] = (
    # Programs first: an Android package or a Java archive may carry office names as bait.
    (b"AndroidManifest.xml", "application/vnd.android.package-archive", Group.PROGRAM),
    (b"classes.dex", "application/vnd.android.package-archive", Group.PROGRAM),
    (b"META-INF/MANIFEST.MF", "application/java-archive", Group.PROGRAM),
    (b"OFD.xml", "application/ofd", Group.OFFICE),
    (b"word/document.xml", _OOXML + "wordprocessingml.document", Group.OFFICE),
    (b"xl/workbook.", _OOXML + "spreadsheetml.sheet", Group.OFFICE),
    (b"ppt/presentation.xml", _OOXML + "presentationml.presentation", Group.OFFICE),
    (b"mimetypeapplication/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text", Group.OFFICE),
    (
        b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.spreadsheet",
        Group.OFFICE,
    ),
    (
        b"mimetypeapplication/vnd.oasis.opendocument.presentation",
        "application/vnd.oasis.opendocument.presentation",
        Group.OFFICE,
    ),
    (b"mimetypeapplication/epub+zip", "application/epub+zip", Group.OFFICE),
)
_TIME_STAMP = b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x04"
"""DER of id-ct-TSTInfo, which every RFC 3161 token carries."""


def recognise(head: bytes, tail: bytes, filename: str) -> Media:
    """Tell what a file is from its first and last bytes. Never raises; what it does not know is UNKNOWN.

    The name decides only one thing: a text whose name makes a computer run it is a program.
    """
    for test in (_by_head, _by_container, _by_text):
        media = test(head, tail)
        if media is not None:
            runs = media.group in {Group.TEXT, Group.ACTIVE, Group.OFFICE, Group.ARCHIVE} and _PROGRAM_NAMES.search(
                filename
            )
            return _PROGRAM if runs else media
    return _by_library(head, filename)


_KNOWN: dict[str, Group] = {
    **{name: group for _, name, group in _HEADS},
    **{name: group for table in (_RIFF, _BRANDS) for name, group in table.values()},
    **{name: group for _, name, group in _ZIPPED},
    "image/bmp": Group.IMAGE,
    "audio/aac": Group.AUDIO,
    "video/webm": Group.VIDEO,
    "video/x-matroska": Group.VIDEO,
    "video/ogg": Group.VIDEO,
    "audio/ogg": Group.AUDIO,
    "application/timestamp-reply": Group.PROOF,
    "application/zip": Group.ARCHIVE,
    "image/svg+xml": Group.ACTIVE,
    "text/html": Group.ACTIVE,
    "application/xml": Group.ACTIVE,
    "text/plain": Group.TEXT,
}


def media_of(media_type: str) -> Media:
    """The media of a type that :func:`recognise` gave earlier."""
    return Media(media_type, _KNOWN.get(media_type, Group.UNKNOWN))


def _by_head(head: bytes, tail: bytes) -> Media | None:
    for magic, name, group in _HEADS:
        if head.startswith(magic):
            return Media(name, group)
    if head.startswith(_PROGRAM_HEADS) or (head.startswith(b"#!") and b"\n" in head[:256]):
        return _PROGRAM
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0":
        return Media("image/bmp", Group.IMAGE)
    # MPEG audio frame: eleven sync bits, layer II or III (layer I looks like a UTF-16 mark), no reserved bit rate.
    if len(head) > 3 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[2] & 0xF0 != 0xF0:
        if head[1] & 0x06 in {0x02, 0x04}:
            return Media("audio/mpeg", Group.AUDIO)
        return Media("audio/aac", Group.AUDIO) if head[1] & 0xF6 == 0xF0 else None
    return None


def _by_container(head: bytes, tail: bytes) -> Media | None:
    if head[:4] == b"RIFF" and head[8:12] in _RIFF:
        return Media(*_RIFF[head[8:12]])
    if head[4:8] == b"ftyp" and head[8:12] in _BRANDS:
        return Media(*_BRANDS[head[8:12]])
    if head[:4] == b"\x1aE\xdf\xa3":
        return Media("video/webm" if b"webm" in head[:64] else "video/x-matroska", Group.VIDEO)
    if head[:4] == b"OggS":
        return Media(
            "video/ogg" if b"theora" in head[:256] else "audio/ogg",
            Group.VIDEO if b"theora" in head[:256] else Group.AUDIO,
        )
    if head[:4] in {b"PK\x03\x04", b"PK\x05\x06"}:
        return _zipped(head, tail)
    if head[:1] == b"\x30" and _TIME_STAMP in head[:256]:
        return Media("application/timestamp-reply", Group.PROOF)
    return None


def _zipped(head: bytes, tail: bytes) -> Media:
    for name, kind, group in _ZIPPED:
        if name in head or name in tail:
            return Media(kind, group)
    return Media("application/zip", Group.ARCHIVE)


_ACTIVE = re.compile(
    rb"<\s*(!doctype\s+html|html|head|body|script|svg|iframe|object|embed|img|xsl:|\w+:svg|a\s|div|meta|link|form|style|base|math)",
    re.I,
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def _by_text(head: bytes, tail: bytes) -> Media | None:
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        encoding = "utf-16"
    elif not head or _CONTROL.search(head) or _CONTROL.search(tail):
        return None
    else:
        encoding = next((name for name in ("utf-8", "gb18030") if _decodes(head, name)), "")
    if not encoding:
        return None
    text = head.decode(encoding, "ignore").encode()
    if _ACTIVE.search(text):
        return Media("image/svg+xml" if b"<svg" in text.lower() else "text/html", Group.ACTIVE)
    if text.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml"):
        return Media("application/xml", Group.ACTIVE)
    return Media("text/plain", Group.TEXT)


def _decodes(head: bytes, encoding: str) -> bool:
    """Whether the bytes are text in an encoding; the window may cut the last character."""
    for cut in range(4):
        try:
            head[: len(head) - cut].decode(encoding)
        except UnicodeDecodeError as error:
            if error.start < len(head) - 4:
                return False
        else:
            return True
    return False


def _by_library(head: bytes, filename: str) -> Media:
    """Ask puremagic, for the name of what is refused and for recordings in rarer formats."""
    find: Callable[[bytes], list[puremagic.PureMagicWithConfidence]] = puremagic.magic_string
    try:
        found = find(head)
    except (puremagic.PureError, ValueError, IndexError):
        return UNKNOWN
    best = max(found, key=lambda match: (match.confidence, len(match.byte_match)), default=None)
    if best is None or not best.mime_type or len(best.byte_match) < 4:
        return UNKNOWN
    family = best.mime_type.partition("/")[0]
    if family in {"audio", "video"}:
        # Known to be sound or picture, but not to this court's players: kept, downloaded only.
        return Media("application/octet-stream", Group.ARCHIVE)
    return Media(best.mime_type, Group.UNKNOWN)
