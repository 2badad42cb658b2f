"""The gateway interface of Asterisk over TCP (FastAGI): commands to the exchange, one line each, and what it answers.

The exchange connects, tells its variables up to an empty line, then carries out one command after the other. Whatever else comes,
at whatever point, ends the call: a line that is too long, an answer that is none, silence, a caller who has hung up.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Mapping, Sequence

MOST_LINE = 1_024
"""Bytes of a line."""
MOST_VARIABLES = 80
MOST_COMMANDS = 400
LASTS = 900.0
"""Seconds of a call."""
PATIENCE = 90.0
"""Seconds in which the exchange answers: a prompt is played, and keys are waited for."""
BEGINS = 10.0
"""Seconds in which an exchange has told its variables: until then anybody may be at the other end."""
_ANSWER = re.compile(r"200 result=(?P<result>[-0-9*#]{0,40})(?: .{0,200})?")
_PATH = re.compile(r"[A-Za-z0-9/_-]{1,120}")


class HungUp(Exception):
    """The call is over, or the other side is no exchange."""


class Exchange:
    """One call. Raises HungUp wherever it ends."""

    def __init__(self, line: socket.socket, *, patience: float = PATIENCE, begins: float = BEGINS) -> None:
        self._line, self._kept = line, b""
        self._ends = time.monotonic() + begins
        self._commands = 0
        self._patience = patience

    def variables(self) -> Mapping[str, str]:
        """What the exchange tells of the call at its beginning."""
        found: dict[str, str] = {}
        for _ in range(MOST_VARIABLES):
            told = self._read()
            if not told:
                self._ends = time.monotonic() + LASTS
                return found
            name, mark, value = told.partition(":")
            if not mark or not name.startswith("agi_"):
                raise HungUp
            found[name] = value.strip()
        raise HungUp

    def play(self, recordings: Sequence[str]) -> None:
        """Play recordings to the end."""
        for recording in recordings:
            if self._command(f'STREAM FILE {_checked(recording)} ""') == "-1":
                raise HungUp

    def keys(self, recordings: Sequence[str], most: int, *, seconds: int = 10) -> str:
        """Play recordings, and give the keys that are pressed: as many as are wanted, or up to the hash key or a pause."""
        *before, last = recordings
        self.play(before)
        pressed = self._command(f"GET DATA {_checked(last)} {seconds * 1000} {most}")
        if pressed == "-1":
            raise HungUp
        return "".join(c for c in pressed if c in "0123456789*")[:most]

    def answer(self) -> None:
        """Take the call."""
        if self._command("ANSWER") == "-1":
            raise HungUp

    def hang_up(self) -> None:
        """End the call."""
        self._command("HANGUP")

    def _command(self, words: str) -> str:
        self._commands += 1
        if self._commands > MOST_COMMANDS:
            raise HungUp
        try:
            self._line.sendall(words.encode("ascii") + b"\n")
        except OSError as error:
            raise HungUp from error
        told = self._read()
        for _ in range(2):
            if not told.startswith("100"):
                break
            told = self._read()
        found = _ANSWER.fullmatch(told)
        if found is None:
            raise HungUp
        return found["result"]

    def _read(self) -> str:
        while b"\n" not in self._kept:
            left = self._ends - time.monotonic()
            if len(self._kept) > MOST_LINE or left <= 0:
                raise HungUp
            self._line.settimeout(min(self._patience, left))
            try:
                more = self._line.recv(MOST_LINE)
            except OSError as error:
                raise HungUp from error
            if not more:
                raise HungUp
            self._kept += more
        told, _, self._kept = self._kept.partition(b"\n")
        if len(told) > MOST_LINE:
            raise HungUp
        return told.decode("utf-8", "replace").rstrip("\r")


def _checked(recording: str) -> str:
    if not _PATH.fullmatch(recording):
        raise ValueError(f"not the name of a recording: {recording!r}")
    return recording
