"""The worker that serves the court, for a test that cannot wait a minute."""

from __future__ import annotations

from odr.web.patient_worker import PatientWorker


class ImpatientWorker(PatientWorker):
    """A file waits two seconds for its turn."""

    FOR_A_TURN = 2.0
