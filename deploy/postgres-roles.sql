-- Two roles without any right over the server, for the empty database `court`. Once, by the server's own superuser:
--   psql -d court -v office_password=… -v keeper_password=… -f deploy/postgres-roles.sql
-- court_keeper owns the tables: it upgrades, puts back and moves. court_office is web and worker: it reads and writes rows,
-- and can neither change a table nor take down the triggers that keep the docket and the log from being rewritten.
CREATE ROLE court_keeper LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 10 PASSWORD :'keeper_password';
CREATE ROLE court_office LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 80 PASSWORD :'office_password';
REVOKE ALL ON DATABASE court FROM PUBLIC;
GRANT CONNECT ON DATABASE court TO court_keeper, court_office;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO court_keeper;
GRANT USAGE ON SCHEMA public TO court_office;
ALTER DEFAULT PRIVILEGES FOR ROLE court_keeper IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO court_office;
ALTER DEFAULT PRIVILEGES FOR ROLE court_keeper IN SCHEMA public GRANT SELECT, USAGE, UPDATE ON SEQUENCES TO court_office;
