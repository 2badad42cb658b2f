"""What the room of insight brings."""

from odr.ground.text import T
from odr.insight.distribution.counted import fold_lots
from odr.insight.indicators.counting import count_indicators
from odr.insight.supervision.audit import records_kept
from odr.insight.supervision.finding import lay_down
from odr.insight.workload.reckoning import open_work, reckon_new
from odr.procedure.hooks import DeskPage, NavItem, Room

ROOM = Room(
    name="insight",
    routes=(
        "odr.insight.workload.pages:workload",
        "odr.insight.distribution.pages:distribution",
        "odr.insight.supervision.pages:matters",
        "odr.insight.indicators.pages:indicators",
    ),
    nav=(NavItem("beside", "workload.of_case", T("How this case stands"), 81, rarely=True),),
    commands=("odr.insight.cli:insight",),
    sweeps={
        "workload": reckon_new,
        "supervision": lay_down,
        "indicators": count_indicators,
        "lots": fold_lots,
    },
    open_work=open_work,
    holdings=(records_kept,),
    desk_pages=(
        DeskPage("workload.overview", T("What a case weighs"), 141),
        DeskPage("distribution.overview", T("How cases are given out"), 142),
        DeskPage("matters.listing", T("What the president looks at"), 143),
        DeskPage("matters.of_mine", T("What the president of the court asks you"), 144),
    ),
)
