#!/bin/sh
# Inside the database's container, once, on an empty volume: the roles with the passwords of the secrets.
set -eu
exec psql -v ON_ERROR_STOP=1 -U postgres -d court \
    -v "office_password=$(cat /run/secrets/office_password)" -v "keeper_password=$(cat /run/secrets/keeper_password)" \
    -f /etc/court/postgres-roles.sql
