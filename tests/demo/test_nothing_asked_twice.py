"""The story of the demonstration, with every act in it: no transaction fetches a row that it has in hand."""

from __future__ import annotations

from tests.demo.conftest import Telling

MADE_WHERE_MISSING = ("FROM register_head WHERE", "FROM listing_head WHERE")
"""How far a chain goes is one row for the court: looked for, made where there is none yet, and read then. So each of them is
asked for twice once, in the act that begins the chain.
"""


def test_no_act_of_the_story_loads_a_row_twice(telling: Telling) -> None:
    """Ten disputes from the first word to enforcement, with letters, service and clock: nothing is asked again whose answer
    stands, and no row is fetched again by its number or reference.
    """
    twice = telling.twice
    assert twice.sittings > 1000, "the story is written act by act"
    assert not twice.again, "\n".join(twice.again)
    for chain in MADE_WHERE_MISSING:
        assert sum(chain in row for row in twice.rows) <= 1, twice.rows
    others = [row for row in twice.rows if not any(chain in row for chain in MADE_WHERE_MISSING)]
    assert not others, "\n".join(others)
