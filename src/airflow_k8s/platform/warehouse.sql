-- A small data source for the examples: role, database and table are made once, the password is set each time.
SELECT 'CREATE ROLE analyst LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'analyst') \gexec
ALTER ROLE analyst PASSWORD :'password';
SELECT 'CREATE DATABASE warehouse OWNER analyst' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'warehouse') \gexec
\connect warehouse
SET ROLE analyst;
CREATE TABLE IF NOT EXISTS orders (id integer PRIMARY KEY, region text NOT NULL, amount numeric(10, 2) NOT NULL);
INSERT INTO orders
SELECT i, (ARRAY['north', 'south', 'west'])[1 + i % 3], 10 + (i * 37 % 1000) / 10.0
FROM generate_series(1, 999) AS i
ON CONFLICT DO NOTHING;
