"""Names of exhibits: what a person calls a thing in the case, never what a camera called its file.

A title stands in judgments, letters and the docket for ever; ``IMG_20191111.jpg`` says nothing there to anybody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from odr.ground.text import T
from odr.procedure.forms.inputs import CourtText
from odr.procedure.forms.reading import Unreadable

_AS_RECORDED: ContextVar[bool] = ContextVar("titles_as_recorded", default=False)

HINT = T("For example: chat with the shop, 11 November.")
"""Beside the question for a title."""

NOT_A_NAME = T("Name what it is, not the file. For example: chat with the shop, 11 November.")

_ENDINGS = (
    "jpe?g|png|gif|webp|heic|heif|bmp|tiff?|svg|raw|dng|mp4|mov|m4v|avi|mkv|webm|3gp|mp3|m4a|wav|aac|amr|ogg|opus|flac|"
    "pdf|docx?|xlsx?|pptx?|wps|et|ofd|rtf|odt|ods|txt|csv|json|xml|html?|mht(?:ml)?|eml|msg|zip|rar|7z|tar|gz"
)
_ENDING = re.compile(rf"\.(?:{_ENDINGS})(?:\s*\(\d+\))?$", re.IGNORECASE)
_GIVEN = (
    r"img|image|dsc[nf]?|pxl|vid|mvimg|pano|burst|photo|picture|pic|scan|camscanner|screenshots?|screen[ _-]?shot|"
    r"screen[ _-]?recording|mmexport|wx_camera|wechatimg|wechat|whatsapp image|received|fb_img|signal|telegram|"
    r"document|doc|file|untitled|download|recording|video|audio|clip|截屏|截图|屏幕截图|屏幕快照|屏幕录制|录屏|"
    r"微信图片|微信截图|微信视频|QQ图片|QQ截图|QQ浏览器截图|图片|照片|相片|扫描件?|扫描全能王|文档|文件|新建文档|未命名|录音|视频"
)
_DEVICE = re.compile(
    rf"(?:{_GIVEN})(?:[\W_]|\d|\b(?:wa|at|am|pm|copy|edited|of|img|ios)\b|wa\d|副本|编辑|上午|下午|晚上|年|月|日|时|分|秒)*\d"
    r"(?:[\W_]|\d|am|pm|copy|edited|副本|编辑|年|月|日|时|分|秒)*",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"(?=\S*\d)[A-Za-z0-9_.@~+-]{16,}")
_UNDERLINED = re.compile(r"[!-~]*_[!-~]*\d{3,}[!-~]*|\S*_\S*\d{6,}\S*")


def looks_like_file_name(title: str) -> bool:
    """Whether words are the name of a file and not of what is in it: an ending, a device's pattern, a row of digits."""
    words = unicodedata.normalize("NFKC", title).strip()
    stem = _ENDING.sub("", words)
    if stem != words and not stem.endswith(" "):
        return True
    return (
        not any(c.isalpha() for c in words)
        or _DEVICE.fullmatch(words) is not None
        or _TOKEN.fullmatch(words) is not None
        or _UNDERLINED.fullmatch(words) is not None
    )


def title_from(filename: str) -> str:
    """A title that a file's name proposes: its words without the ending; nothing where a device gave the name."""
    stem = _ENDING.sub("", unicodedata.normalize("NFKC", filename).strip())
    words = " ".join(stem.replace("_", " ").split())
    return "" if looks_like_file_name(stem) or looks_like_file_name(words) or len(words) < 2 else words[:200]


@dataclass(frozen=True)
class ExhibitTitle(CourtText):
    """A name for an exhibit on one line. What a record already holds is read as it is."""

    least: int = 1
    most: int = 200
    one_line: bool = True

    def read(self, text: str) -> str:
        cleaned = super().read(text)
        if cleaned and not _AS_RECORDED.get() and looks_like_file_name(cleaned):
            raise Unreadable("title_is_file_name", NOT_A_NAME)
        return cleaned


@contextmanager
def as_recorded() -> Iterator[None]:
    """Within it titles are taken as an entry kept them, also those of a time when a file's name was one."""
    token = _AS_RECORDED.set(True)
    try:
        yield
    finally:
        _AS_RECORDED.reset(token)
