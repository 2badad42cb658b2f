"""What the public register brings."""

from odr.ground.text import T
from odr.procedure.hooks import DeskPage, Room
from odr.register.feedback import feedback_panel
from odr.register.publication.audit import audit_case_publications, records_kept
from odr.register.publication.numbering import follow_decisions
from odr.register.publication.panel import publication_panel

ROOM = Room(
    name="register",
    routes=(
        "odr.register.pages:register",
        "odr.register.feedback_pages:feedback",
        "odr.register.offline_pages:offline",
        "odr.register.publication.public_pages:published",
        "odr.register.publication.desk_pages:publishing",
        "odr.register.calendar.pages:hearings",
    ),
    panels=(feedback_panel, publication_panel),
    after_act=(follow_decisions,),
    holdings=(records_kept,),
    audits=(audit_case_publications,),
    desk_pages=(DeskPage("feedback.words", T("What people said in words"), 126),),
)
