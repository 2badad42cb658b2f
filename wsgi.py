"""The application for a WSGI server: ``gunicorn wsgi:app``; and for the commands: ``flask --app wsgi``."""

import gc

# What a start makes stays to the end: walking it again and again while it grows would take a sixth of the start.
gc.disable()
try:
    from odr.operations.maintenance import open_app

    app = open_app()
    gc.freeze()
finally:
    # A page makes some ten thousand objects and lets go of them; looked through after every two thousand, as it is otherwise, most
    # of what is found is still in use.
    gc.set_threshold(20_000)
    gc.enable()
