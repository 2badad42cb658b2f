"""The application for a WSGI server: ``gunicorn wsgi:app``; and for the commands: ``flask --app wsgi``."""

from odr.operations.maintenance import open_app

app = open_app()
