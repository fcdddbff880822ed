-- A million tasks of ten organizations, to measure backups with: sqlite3 tenantry.db < ops/backup/million.sql
-- Written past the API, so that no audit log tells of them: never on a database that is in use.
INSERT INTO tasks (tenant_id, id, title, title_folded, description, description_folded, status, priority, labels, created_by, updated_by,
                   created_at, updated_at, version)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
SELECT 'org_measured' || (i % 10), randomblob(16), 'Measured task ' || i, 'measured task ' || i,
       hex(randomblob(40)), lower(hex(randomblob(40))), 'pending', 'medium', '[]', 'user_measured', 'user_measured',
       strftime('%Y-%m-%dT%H:%M:%S.000000+00:00', 1800000000 + i, 'unixepoch'), strftime('%Y-%m-%dT%H:%M:%S.000000+00:00', 1800000000 + i, 'unixepoch'), 1
FROM n;
