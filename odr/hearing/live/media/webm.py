"""WebM as it is played: one file with the sound (Opus) and the picture (VP8) of a person, frames as they were sent.

Only what a player needs of Matroska (RFC 9559): header, tracks, clusters of simple blocks, and cues to jump by.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

AUDIO, VIDEO = 1, 2
"""Numbers of the tracks."""
_CLUSTER_MS = 5_000
_UNKNOWN = b"\x01\xff\xff\xff\xff\xff\xff\xff"


@dataclass(frozen=True)
class Frame:
    """One frame: track, milliseconds from the beginning of the file, whether a player may begin with it, its bytes."""

    track: int
    ms: int
    is_key: bool
    data: bytes


def _size(length: int) -> bytes:
    for width in range(1, 9):
        if length < (1 << (7 * width)) - 1:
            return ((1 << (7 * width)) | length).to_bytes(width, "big")
    raise ValueError("too long for Matroska")


def _element(name: int, data: bytes) -> bytes:
    return name.to_bytes((name.bit_length() + 7) // 8, "big") + _size(len(data)) + data


def _number(name: int, value: int) -> bytes:
    return _element(name, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def _words(name: int, value: str) -> bytes:
    return _element(name, value.encode())


def _head() -> bytes:
    return _element(
        0x1A45DFA3,
        _number(0x4286, 1)
        + _number(0x42F7, 1)
        + _number(0x42F2, 4)
        + _number(0x42F3, 8)
        + _words(0x4282, "webm")
        + _number(0x4287, 4)
        + _number(0x4285, 2),
    )


def _info(length_ms: int, title: str) -> bytes:
    return _element(
        0x1549A966,
        _number(0x2AD7B1, 1_000_000)
        + _element(0x4489, struct.pack(">d", float(length_ms)))
        + _words(0x7BA9, title)
        + _words(0x4D80, "internet court")
        + _words(0x5741, "internet court"),
    )


def _tracks(has_audio: bool, size: tuple[int, int] | None) -> bytes:
    tracks = b""
    if has_audio:
        # OpusHead (RFC 7845): version 1, two channels, no pre-skip, 48 kHz, no gain, family 0.
        opus = b"OpusHead" + struct.pack("<BBHIhB", 1, 2, 0, 48_000, 0, 0)
        sound = _element(0xB5, struct.pack(">d", 48_000.0)) + _number(0x9F, 2)
        entry = _number(0xD7, AUDIO) + _number(0x73C5, AUDIO) + _number(0x83, 2) + _words(0x86, "A_OPUS")
        tracks += _element(0xAE, entry + _number(0x56BB, 80_000_000) + _element(0x63A2, opus) + _element(0xE1, sound))
    if size is not None:
        picture = _number(0xB0, size[0]) + _number(0xBA, size[1])
        entry = _number(0xD7, VIDEO) + _number(0x73C5, VIDEO) + _number(0x83, 1) + _words(0x86, "V_VP8")
        tracks += _element(0xAE, entry + _element(0xE0, picture))
    return _element(0x1654AE6B, tracks)


def _block(frame: Frame, since: int) -> bytes:
    flags = 0x80 if frame.is_key else 0
    return _element(0xA3, bytes([0x80 | frame.track]) + struct.pack(">hB", frame.ms - since, flags) + frame.data)


def key_frame_size(data: bytes) -> tuple[int, int] | None:
    """Width and height that a VP8 key frame states (RFC 6386, 9.1); None for any other frame."""
    if len(data) < 10 or data[0] & 1 or data[3:6] != b"\x9d\x01\x2a":
        return None
    width, height = struct.unpack_from("<HH", data, 6)
    return width & 0x3FFF, height & 0x3FFF


@dataclass(frozen=True)
class Shape:
    """What a file's head says of its tracks: whether there is sound, and how large the picture is at most, if there is one."""

    has_sound: bool
    size: tuple[int, int] | None


def shape_of(frames: Iterable[Frame]) -> Shape:
    """The tracks of these frames."""
    listed = list(frames)
    sizes = [size for each in listed if each.track == VIDEO and (size := key_frame_size(each.data))]
    largest = max(sizes, default=None, key=lambda size: size[0] * size[1])
    return Shape(any(each.track == AUDIO for each in listed), largest)


def write_webm(
    out: BinaryIO, frames: Iterable[Frame], *, length_ms: int, title: str, shape: Shape | None = None
) -> int:
    """Write the frames, which must come in the order of their time; returns how many. ``length_ms`` is how long the file
    plays at least. With ``shape`` no more than a cluster of them is held.
    """
    if shape is None:
        frames = list(frames)
        shape = shape_of(frames)
    out.write(_head())
    out.write(b"\x18\x53\x80\x67" + _UNKNOWN)
    begin = out.tell()
    out.write(_info(length_ms, title))
    out.write(_tracks(shape.has_sound, shape.size))
    cues = b""
    place, cluster, since = 0, bytearray(), 0
    count, last = 0, 0

    def finish() -> None:
        if cluster:
            out.write(_element(0x1F43B675, _number(0xE7, since) + bytes(cluster)))

    for frame in frames:
        count, last = count + 1, frame.ms
        starts = frame.track == VIDEO and frame.is_key
        if (
            not cluster
            or frame.ms - since > 30_000
            or (frame.ms - since >= _CLUSTER_MS and (starts or shape.size is None))
        ):
            finish()
            place, cluster, since = out.tell() - begin, bytearray(), frame.ms
            track = VIDEO if starts else AUDIO if frame.track == AUDIO else VIDEO
            positions = _element(0xB7, _number(0xF7, track) + _number(0xF1, place))
            cues += _element(0xBB, _number(0xB3, frame.ms) + positions)
        cluster += _block(frame, since)
    finish()
    if cues:
        out.write(_element(0x1C53BB6B, cues))
    if last > length_ms:
        end = out.tell()
        out.seek(begin)
        out.write(_info(last, title))
        out.seek(end)
    return count
