-- Run once, by the superuser, when the database's volume is new. What an administrator does before the first
-- `tenantry migrate up`: an owner of the tables, the two roles the statements run as, and the server's login,
-- which owns nothing and inherits nothing.
CREATE ROLE tenantry_owner LOGIN PASSWORD 'password';
CREATE ROLE tenantry_app NOLOGIN;
CREATE ROLE tenantry_system NOLOGIN;
CREATE ROLE tenantry LOGIN NOINHERIT PASSWORD 'password';
GRANT tenantry_app, tenantry_system TO tenantry;
CREATE DATABASE tenantry OWNER tenantry_owner;
