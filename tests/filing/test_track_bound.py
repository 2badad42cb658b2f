"""A claim is accepted only into a procedure that is open to it."""

from __future__ import annotations

import pytest

from odr.ground.errors import InvalidInput
from tests.scene import Scene, claim


def test_half_a_years_wage_bounds_small_claims(small_scene: Scene) -> None:
    """The clerk is told that the claim is above the bound, nothing is accepted, and another procedure takes it (CPL 165)."""
    small_scene.lodge(claim(relief=[{"kind": "money", "what": "The price back", "amount": "500,000.00"}]))
    with pytest.raises(InvalidInput, match="above"):
        small_scene.accept("small_claims")
    assert small_scene.case().accepted_at is None
    small_scene.accept("simple")
    assert small_scene.case().accepted_at is not None
