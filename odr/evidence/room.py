"""What the evidence room brings."""

from odr.evidence.ports import expire_uploads, finish_uploads
from odr.procedure.hooks import Room

ROOM = Room(
    name="evidence",
    routes=("odr.evidence.routes.upload:blueprint",),
    commands=("odr.evidence.cli:store",),
    sweeps={"expire_uploads": expire_uploads, "finish_uploads": finish_uploads},
)
