//! Fills a database with tasks, as they come in time: those of all tenants mixed.

use std::time::Duration;

use anyhow::{Result, bail};
use tokio_postgres::Client;

use crate::clerk::{organization, person};

/// Tasks of the large tenant, number 0: 500 pages of 20, and a few more.
const LARGE: u32 = 10_040;
/// The fewest tasks of another tenant, so that a page of 20 has a next one.
const FEWEST: u32 = 25;

/// A word that one task in 500 holds.
pub const NEEDLE: &str = "quarry";

/// What the bench keeps for itself.
const OWN: &str = "CREATE SCHEMA IF NOT EXISTS load_bench;
    CREATE TABLE IF NOT EXISTS load_bench.done (what text PRIMARY KEY);
    CREATE TABLE IF NOT EXISTS load_bench.users (id text PRIMARY KEY, first_name text, last_name text, email text, image_url text,
        source_updated_at bigint NOT NULL);
    GRANT USAGE ON SCHEMA load_bench TO tenantry_load; GRANT SELECT, INSERT, UPDATE ON load_bench.users TO tenantry_load";

/// Indexes that only speed reading up are left out while rows come in, and made again.
const WITHOUT_INDEXES: &str = "CREATE TEMP TABLE left_out ON COMMIT PRESERVE ROWS AS
    SELECT pg_get_indexdef(indexrelid) AS made, indexrelid::regclass::text AS name FROM pg_index
    WHERE indrelid IN ('tasks'::regclass, 'task_labels'::regclass) AND NOT indisunique;
    DO $$ DECLARE index text; BEGIN FOR index IN SELECT name FROM left_out LOOP EXECUTE 'DROP INDEX ' || index; END LOOP; END $$";
const WITH_INDEXES: &str =
    "DO $$ DECLARE index text; BEGIN FOR index IN SELECT made FROM left_out LOOP EXECUTE index; END LOOP; END $$;
    DROP TABLE left_out";

/// How many tenants a number of tasks is spread over.
pub fn tenants(tasks: u32, most: u32) -> u32 {
    most.min(tasks / FEWEST).max(2)
}

/// Fills the tables once; says whether it did.
pub async fn fill(db: &Client, tasks: u32, tenants: u32) -> Result<bool> {
    db.batch_execute(OWN).await?;
    if is_done(db, &done(tasks, tenants)).await? {
        return Ok(false);
    }
    // Nothing is lost that could not be made again, and the memory is for making indexes.
    db.batch_execute("SET synchronous_commit = off; SET maintenance_work_mem = '512MB'; TRUNCATE tasks CASCADE")
        .await?;
    db.batch_execute(WITHOUT_INDEXES).await?;
    let many = format!("SELECT n, 1 + n % {tenants} AS tenant FROM generate_series(1, {tasks}) AS n");
    let large = format!("SELECT n, 0 AS tenant FROM generate_series({tasks} + 1, {tasks} + {LARGE}) AS n");
    for (numbers, filter) in [(many, Filter::Full), (large, Filter::None)] {
        db.batch_execute(&insert(&numbers, filter)).await?;
    }
    db.batch_execute(LABELS).await?;
    db.batch_execute(WITH_INDEXES).await?;
    db.batch_execute("CHECKPOINT").await?;
    note(db, &done(tasks, tenants)).await?;
    Ok(true)
}

fn done(tasks: u32, tenants: u32) -> String {
    format!("{tasks} tasks of {tenants} tenants")
}

/// Whether something was done to this database before.
pub async fn is_done(db: &Client, what: &str) -> Result<bool> {
    Ok(db.query_opt("SELECT 1 FROM load_bench.done WHERE what = $1", &[&what]).await?.is_some())
}

/// Notes that something was done.
pub async fn note(db: &Client, what: &str) -> Result<()> {
    db.execute("INSERT INTO load_bench.done (what) VALUES ($1) ON CONFLICT DO NOTHING", &[&what]).await?;
    Ok(())
}

/// What is beside a task for its search. The program makes filters where there are none; only the large tenant's are searched, so the
/// others' say that they may contain any text, as those of long ones do.
#[derive(Clone, Copy)]
enum Filter {
    None,
    Full,
}

/// Waits until the program has made the filters of the tasks that had none.
pub async fn filtered(db: &Client) -> Result<()> {
    for _ in 0..600 {
        if db.query_opt("SELECT 1 FROM tasks WHERE search_filter_7 < 0 LIMIT 1", &[]).await?.is_none() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("the program makes no filters of tasks");
}

/// The rows of these numbers. What the program folds is ASCII here, so that `lower` folds it alike.
fn insert(numbers: &str, filter: Filter) -> String {
    let (tenant, user) = (padded(&organization(0)), padded(&person(0)));
    let (verbs, things) =
        (words(&["Order", "Repair", "Paint", "Check", "Replace", "Deliver", "Measure", "Clean"]), words(&THINGS));
    let last = match filter {
        Filter::None => -1,
        Filter::Full => i64::MAX,
    };
    format!(
        "INSERT INTO tasks (tenant_id, id, title, title_folded, description, description_folded, status, priority, category, labels,
             assignee_id, due_date, completed_at, created_by, updated_by, created_at, updated_at, version, search_filter_7)
         SELECT {tenant}, {ID}, title, lower(title), description, lower(description),
             CASE WHEN n % 5 < 3 THEN 'pending' WHEN n % 5 = 3 THEN 'started' ELSE 'completed' END,
             CASE h % 3 WHEN 0 THEN 'low' WHEN 1 THEN 'medium' ELSE 'high' END,
             CASE h % 4 WHEN 0 THEN 'works' WHEN 1 THEN 'office' WHEN 2 THEN 'transport' END,
             CASE h % 5 WHEN 0 THEN '[\"outdoors\"]' WHEN 1 THEN '[\"outdoors\", \"two people\"]' ELSE '[]' END::jsonb,
             CASE WHEN h % 3 = 0 THEN {user} END, CASE WHEN h % 2 = 0 THEN at + interval '14 days' END,
             CASE WHEN n % 5 = 4 THEN at + interval '1 day' END, {user}, {user}, at, at + (n % 7) * interval '1 hour', 1 + n % 3, {last}
         FROM (SELECT n, tenant, h, timestamptz '2026-01-01' + n * interval '1 second' + h % 1000000 * interval '1 microsecond' AS at,
                 {verbs}[1 + h % 8] || ' the ' || {things}[1 + h / 8 % 12] || ', lot ' || n AS title,
                 CASE WHEN h % 4 > 0 THEN 'Seen on the round of ' || n % 365 || '; bring the tools of list ' || h % 97
                     || CASE WHEN n % 500 = 1 THEN ' and the keys to the {NEEDLE}' ELSE ' and a second pair of gloves' END
                     || '. Report when it is done, with a picture.' END AS description
             FROM (SELECT n, tenant, abs(hashint4(n)::bigint) AS h FROM ({numbers}) AS numbers) AS hashed) AS made"
    )
}

const THINGS: [&str; 12] = [
    "north gate",
    "south conveyor",
    "loading ramp",
    "spare pump",
    "roof of hall 2",
    "fire doors",
    "lift",
    "water meter",
    "office heating",
    "yard lights",
    "old forklift",
    "cable trays",
];

/// A UUIDv7 of the time, the rest of it from the number.
const ID: &str =
    "(lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8'
    || substr(md5(n::text), 4, 15))::uuid";

/// Whether the task that a label belongs to exists is not asked: it was just read.
const LABELS: &str = "SET session_replication_role = replica;
    INSERT INTO task_labels (tenant_id, task_id, label) SELECT tenant_id, id, jsonb_array_elements_text(labels) FROM tasks;
    RESET session_replication_role";

/// The id of number 0 as an SQL expression for that of any tenant.
fn padded(id: &str) -> String {
    let name = id.trim_end_matches('0');
    format!("'{name}' || lpad(tenant::text, {}, '0')", id.len() - name.len())
}

fn words(words: &[&str]) -> String {
    format!("(ARRAY['{}'])", words.join("', '"))
}
