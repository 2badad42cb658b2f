"""A call led by recorded prompts and keys: the same service as the text messages, one question at a time."""

from __future__ import annotations

import hmac
import logging
import secrets
import socketserver
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from odr.assist.line import prompts
from odr.assist.line.agi import BEGINS, PATIENCE, Exchange, HungUp
from odr.assist.line.answering import Channel, Incoming, Outgoing, answer
from odr.assist.line.said import Said, Wants, phone_in
from odr.ground.text import Text

if TYPE_CHECKING:
    from odr.procedure.court import Court

log = logging.getLogger("odr.assist.line")
MOST_CALLS = 32
"""Calls at a time; a further one is not taken, and the exchange says that the line is busy."""
MOST_STEPS = 30
SILENCES = 3
"""After so many questions in a row without a key the call ends."""


class Call:
    """One caller, from the greeting to the end."""

    def __init__(self, court: Court, exchange: Exchange) -> None:
        self._court, self._exchange = court, exchange
        self._locale = court.settings.line_locale
        self._steps = 0
        self._phone = self._mark = ""

    def lead(self) -> None:
        """Lead the call; ends when it is over. Raises HungUp where the caller, or the exchange, left."""
        told = self._exchange.variables()
        if not _is_ours(self._court.settings.line_agi_key, told.get("agi_arg_1", "")):
            log.warning("a call to the line came without the secret of the exchange")
            return
        self._phone = phone_in(told.get("agi_callerid", ""))
        self._mark = told.get("agi_uniqueid", "")[:60] or secrets.token_hex(12)
        self._exchange.answer()
        chosen = self._exchange.keys([_sound(prompts.WELCOME, one) for one in ("en", "zh-Hans")], 1)
        self._speak({"1": "en", "2": "zh-Hans"}.get(chosen, self._locale))
        silences = 0
        while silences < SILENCES and self._steps < MOST_STEPS:
            key = self._keys((prompts.MENU,), 1)
            silences = 0 if key else silences + 1
            if key == "1":
                self._look_up()
            elif key == "2":
                self._call_back()
            elif key == "3":
                self._speak("en" if self._locale == "zh-Hans" else "zh-Hans")
            elif key and key != "9":
                self._tell(prompts.NOT_UNDERSTOOD)
        self._tell(prompts.GOODBYE)
        self._exchange.hang_up()

    def _look_up(self) -> None:
        year = self._keys((prompts.YEAR,), 4)
        number = self._keys((prompts.NUMBER,), 8) if len(year) == 4 else ""
        keys = self._keys((prompts.CODE,), 8, seconds=20) if number else ""
        if len(keys) != 8 or not (year + number + keys).isdecimal():
            self._tell(prompts.NOT_UNDERSTOOD)
            return
        self._play(self._say(Said(Wants.STATUS, number=f"{year} {number}", keys=keys)))

    def _call_back(self) -> None:
        own = self._keys((prompts.OWN_NUMBER,), 1) if self._phone else "2"
        typed = phone_in(self._keys((prompts.PHONE,), 15, seconds=20)) if own == "2" else ""
        if own not in ("1", "2") or (own == "2" and not typed):
            self._tell(prompts.NOT_UNDERSTOOD)
            return
        self._play(self._say(Said(Wants.CALL, phone=typed)))

    def _speak(self, locale: str) -> None:
        self._locale = locale
        self._say(Said(Wants.LANGUAGE, locale=locale))

    def _say(self, said: Said) -> Outgoing:
        """Hand what was typed to the service, once for each step of this call."""
        self._steps += 1
        came = Incoming(
            Channel.PHONE,
            f"{self._phone}/{self._mark}",
            f"{self._mark}/{self._steps}",
            said,
            self._locale,
            phone=self._phone,
            counted=self._phone or "anonymous",
        )
        return answer(self._court, came)

    def _keys(self, texts: Sequence[Text], most: int, *, seconds: int = 10) -> str:
        self._steps += 1
        return self._exchange.keys([_sound(text, self._locale) for text in texts], most, seconds=seconds)

    def _tell(self, text: Text) -> None:
        self._exchange.play([_sound(text, self._locale)])

    def _play(self, out: Outgoing) -> None:
        self._exchange.play([f"court/{out.locale}/{one}" for one in out.prompts])


def _sound(text: Text, locale: str) -> str:
    return f"court/{locale}/{prompts.key_of(text, locale)}"


def _is_ours(key: str, told: str) -> bool:
    return not key or hmac.compare_digest(told.encode(), key.encode())


class LineServer(socketserver.ThreadingTCPServer):
    """Takes the calls that an exchange passes on, so many at a time."""

    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False

    def __init__(
        self, court: Court, address: tuple[str, int], *, patience: float = PATIENCE, begins: float = BEGINS
    ) -> None:
        self._places = threading.BoundedSemaphore(MOST_CALLS)

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                try:
                    Call(court, Exchange(self.request, patience=patience, begins=begins)).lead()
                except HungUp:
                    return
                except Exception:
                    # What was said stays unsaid: no line of the log bears a number or a key.
                    log.exception("a call to the line ended by a failure of the court")

        super().__init__(address, Handler)

    def process_request(self, request: object, client_address: object) -> None:
        """Take a call, if there is a place for it."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)  # type: ignore[arg-type]
            return
        try:
            super().process_request(request, client_address)  # type: ignore[arg-type]
        except RuntimeError:
            # The machine begins no further thread: the place is free again.
            self._places.release()
            raise

    def process_request_thread(self, request: object, client_address: object) -> None:
        """Lead a call, and give its place back."""
        try:
            super().process_request_thread(request, client_address)  # type: ignore[arg-type]
        finally:
            self._places.release()
