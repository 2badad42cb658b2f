"""What the media room does in real browsers: people meet, and what the court orders holds."""

from __future__ import annotations

from collections.abc import Callable

from tests.hearing.live.media.house import House, Visitor

Visitors = Callable[[str], Visitor]


def test_two_who_are_admitted_see_and_hear_each_other(house: House, visitor: Visitors) -> None:
    """Nobody at the door gets anything; once admitted, sound and picture go both ways."""
    li, haiyun = visitor("li").enter(), visitor("haiyun").enter()
    li.saw("door")
    haiyun.saw("door")
    assert li.page.evaluate("window.peers.length") == 0
    house.order("admit", person="li")
    house.order("admit", person="haiyun")
    for one, other in ((li, "haiyun"), (haiyun, "li")):
        one.saw("admitted")
        one.hears(other, "audio")
        one.hears(other, "video")
    assert house.person("li").audio and house.person("li").video
