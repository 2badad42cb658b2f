"""Who may open the file of an exhibit. The exhibit itself, its title and what it is to show stand in the list for all who read the case."""

from __future__ import annotations

from odr.docket.models import BENCH_ROLES
from odr.docket.visibility import READS_FILE, Viewer
from odr.evidence.models import Exhibit, ExhibitState
from odr.text import T, Text


def why_closed(viewer: Viewer, exhibit: Exhibit) -> Text | None:
    """Why the viewer may not open the file, or None where she may.

    Who submitted it and the bench always may. An excluded exhibit is masked from
    everybody else (CPI 106).
    """
    if viewer.role in BENCH_ROLES or (viewer.party_id is not None and viewer.party_id == exhibit.party_id):
        return None
    if viewer.role not in READS_FILE:
        return T("Not shown in this capacity.")
    if exhibit.state is ExhibitState.EXCLUDED:
        return T("Excluded by ruling of the court.")
    return None
