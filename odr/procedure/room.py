"""What the procedure room brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.ground.text import T
from odr.procedure.case.act_drafts import files_in_act_drafts, sweep_act_drafts
from odr.procedure.case.desk_counts.counts import fold_changes
from odr.procedure.hooks import DeskPage, NavItem, Room
from odr.procedure.lists.lists import perform_lists
from odr.procedure.outages.sweep import give_time_back, outages_kept
from odr.procedure.receipt_files import holdings

if TYPE_CHECKING:
    from odr.procedure.court import Court


def enter_readings(court: Court) -> int:
    """For the worker: who read what, left in the journal by a process that is gone or has nothing more to do."""
    return court.readings.enter()


ROOM = Room(
    name="procedure",
    commands=("odr.procedure.outages.cli:outage",),
    routes=(
        "odr.procedure.case.begun_pages:begun",
        "odr.procedure.case.pages:cases",
        "odr.procedure.case.pages:figures_page",
        "odr.procedure.case.staff_note_pages:staff_notes",
        "odr.procedure.lists.pages:lists",
        "odr.procedure.time.pages:times",
        "odr.procedure.rules.pages:rules",
        "odr.procedure.outages.pages:outages",
    ),
    holdings=(holdings, outages_kept),
    nav=(
        NavItem("overview", "cases.overview", T("Overview"), 0),
        NavItem("timeline", "times.case_timeline", T("Timeline"), 85, rarely=True),
        NavItem("docket", "cases.docket", T("Docket"), 90, rarely=True),
    ),
    desk_pages=(
        DeskPage("lists.mine", T("Your lists: what you ticked together"), 15),
        DeskPage("staff_notes.mine", T("Notes from colleagues"), 16),
        DeskPage("rules.desk", T("Rules: new versions and what is lacking"), 110),
        DeskPage("figures.how_much", T("How much people read in cases"), 125),
    ),
    sweeps={
        "outages": give_time_back,
        "lists": perform_lists,
        "readings": enter_readings,
        "act drafts": sweep_act_drafts,
        "desk counts": fold_changes,
    },
    naming=(files_in_act_drafts,),
)
