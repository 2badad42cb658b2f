"""A proof stays as cheap as it was when the log has grown a thousandfold."""

from __future__ import annotations

import os

import pytest

PROVE = bool(os.environ.get("ODR_PROVE"))


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_a_proof_among_many_lines_costs_hardly_more_than_among_ten_thousand() -> None:
    """Seven pairs of thirty proofs each, some verified, among 20,000 lines; of 300 among ten million with ODR_PROVE=1,
    at most 1.6 times the seconds.
    """
    from bench import log

    (ratio,) = log.run(10_000_000) if PROVE else log.run(20_000, proofs=30)
    assert len(ratio.pairs) == 7 and (not PROVE or ratio.holds), f"{ratio.median:.2f}: {ratio.pairs}"
