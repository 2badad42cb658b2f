"""Programs of somebody's own that speak to the room without a browser."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import aiohttp

from tests.hearing.live.media.house import House
from tests.patience import PATIENCE

Said = dict[str, Any]


class Knock:
    """One connection to the room."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def say(self, **message: Any) -> None:
        await self.socket.send_str(json.dumps(message))

    async def hear(self, *kinds: str) -> Said:
        """The next message of one of these kinds; of any, if none is named. ``{}`` when the room hung up."""
        while True:
            message = await self.socket.receive(timeout=PATIENCE)
            if message.type is not aiohttp.WSMsgType.TEXT:
                return {}
            said: Said = json.loads(message.data)
            if not kinds or said["type"] in kinds:
                return said

    async def enter(self, ticket: str, device: str = "one") -> Said:
        await self.say(type="enter", ticket=ticket, device=device)
        return await self.hear()


R = TypeVar("R")


def talk(house: House, how: Callable[[Callable[..., Awaitable[Knock]]], Awaitable[R]]) -> R:
    """Do ``how`` with a function that opens connections; ``origin`` and ``answers`` (to pings) may be given to it."""

    async def run() -> R:
        async with aiohttp.ClientSession() as session:

            async def opens(*, origin: str = house.origin, answers: bool = True) -> Knock:
                socket = await session.ws_connect(
                    house.url, headers={"Origin": origin}, autoping=answers, max_msg_size=0
                )
                return Knock(socket)

            return await how(opens)

    # The browser's driver has an event loop in this thread.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, run()).result()
