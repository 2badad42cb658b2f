"""The application for a WSGI server: ``gunicorn wsgi:app``; and for the commands: ``flask --app wsgi``."""

import gc

# What a start makes stays to the end: walking it again and again while it grows would take a sixth of the start.
gc.disable()
try:
    from odr.operations.maintenance import open_app

    app = open_app()
    gc.freeze()
finally:
    gc.enable()
