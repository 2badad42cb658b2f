"""What the procedure room brings."""

from odr.procedure.hooks import NavItem, Room
from odr.text import T

ROOM = Room(
    name="procedure",
    acts=("odr.procedure.acts",),
    routes=("odr.procedure.routes:cases",),
    nav=(NavItem("overview", "cases.overview", T("Overview"), 0), NavItem("docket", "cases.docket", T("Docket"), 90)),
)
