"""A mail server on loopback that behaves as scripted, message by message."""

from __future__ import annotations

import asyncio
import enum
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.patience import PATIENCE


class Mood(enum.Enum):
    """What the server does with one message."""

    ACCEPT = "accept"  # 250 after DATA; the message is in ``messages``
    LATER = "451 at RCPT"  # greylisting: try again
    NO_SUCH_BOX = "550 at RCPT"  # the address does not exist
    LATER_AFTER_DATA = "451 after DATA"  # taken in, then put off
    REFUSED_AFTER_DATA = "550 after DATA"  # taken in, then refused for good
    SLOW = "slow"  # accepts, after ``slowness`` seconds
    HANG = "hang"  # never answers DATA
    DROP_BEFORE_DATA = "drop at RCPT"  # the connection breaks before anything was sent
    DROP_AFTER_DATA = "drop after DATA"  # kept, but the connection breaks before the reply: the sender cannot know
    GARBLED = "garbled reply"  # answers something that is not SMTP


@dataclass(frozen=True)
class Received:
    """A message as the server got it."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The message parsed."""
        return message_from_bytes(self.content, policy=policy.default)


def _hang_up(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()


class SmtpPeer:
    """The server. ``script(...)`` says what happens to the next messages, ``treat(...)`` to those for one box;
    afterwards it accepts.
    """

    def __init__(self, slowness: float = 0.5) -> None:
        self.slowness = slowness
        self.messages: list[Received] = []
        self.unanswered: set[str] = set()
        """Boxes of messages that were kept while the sender never learnt it."""
        self.attempts = 0
        self.port = 0
        self._moods: deque[Mood] = deque()
        self._boxes: dict[str, deque[Mood]] = {}
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._protocols: set[SMTP] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    host = "127.0.0.1"

    def script(self, *moods: Mood) -> None:
        """Queue the behaviour towards the next messages, one each."""
        self._moods.extend(moods)

    def treat(self, box: str, moods: Iterable[Mood]) -> None:
        """The behaviour towards the next messages for one address, whenever they come."""
        self._boxes[box] = deque(moods)

    def listen(self) -> None:
        """Take connections, on the same port as before."""

        async def start() -> asyncio.Server:
            return await self._loop.create_server(self._protocol, self.host, self.port)

        self._server = asyncio.run_coroutine_threadsafe(start(), self._loop).result(PATIENCE)
        self.port = self._server.sockets[0].getsockname()[1]

    def refuse(self) -> None:
        """Stop listening: connections are refused until ``listen()``."""

        async def stop() -> None:
            if self._server is not None:
                self._server.close()
            for protocol in list(self._protocols):
                _hang_up(protocol)
            self._protocols.clear()
            # A turn of the loop: what was hung up is closed then.
            await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(stop(), self._loop).result(PATIENCE)

    def close(self) -> None:
        """End the server."""
        self.refuse()

        async def quiet() -> None:
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(quiet(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def _protocol(self) -> SMTP:
        protocol = SMTP(self, hostname="mail.example", enable_SMTPUTF8=True, loop=self._loop)
        self._protocols.add(protocol)
        return protocol

    # What aiosmtpd calls.

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.attempts += 1
        envelope.mood = self._moods.popleft() if self._moods else Mood.ACCEPT  # type: ignore[attr-defined]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if waiting := self._boxes.get(address):
            envelope.mood = waiting.popleft()  # type: ignore[attr-defined]
        mood = cast(Any, envelope).mood
        if mood is Mood.LATER:
            return "451 4.7.1 Greylisted, try again later"
        if mood is Mood.NO_SUCH_BOX:
            return "550 5.1.1 No such user here"
        if mood is Mood.DROP_BEFORE_DATA:
            await self._drop(server)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        mood = cast(Any, envelope).mood
        if mood is Mood.SLOW:
            await asyncio.sleep(self.slowness)
        if mood is Mood.HANG:
            await asyncio.Event().wait()
        if mood in (Mood.ACCEPT, Mood.SLOW, Mood.DROP_AFTER_DATA):
            self.messages.append(
                Received(str(envelope.mail_from), tuple(envelope.rcpt_tos), bytes(cast(bytes, envelope.content)))
            )
        if mood is Mood.DROP_AFTER_DATA:
            self.unanswered.update(envelope.rcpt_tos)
            await self._drop(server)
        return {
            Mood.LATER_AFTER_DATA: "451 4.3.0 Local error in processing",
            Mood.REFUSED_AFTER_DATA: "550 5.7.1 Message refused",
            Mood.GARBLED: "what?",
        }.get(mood, "250 2.0.0 Queued")

    async def _drop(self, server: SMTP) -> None:
        _hang_up(server)
        await asyncio.Event().wait()


@pytest.fixture
def smtp_peer() -> Iterator[SmtpPeer]:
    """A listening mail server that accepts everything until told otherwise."""
    peer = SmtpPeer()
    peer.listen()
    yield peer
    peer.close()
