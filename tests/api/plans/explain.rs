//! How each database would run a statement, in a form that assertions can read.

use std::fmt;

use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, Statement, TransactionTrait};
use serde_json::Value;
use tenantry::db::{APP_ROLE, SYSTEM_ROLE};

use super::{Asked, backend, has_a_plan};
use crate::support::TestApp;

/// The tables that grow with the tenants.
const LARGE: [&str; 4] = ["tasks", "task_labels", "task_comments", "memberships"];

/// Asks the database for plans, on a connection of its own and under the role that would run the statement: the policies of
/// row-level security are part of its plan.
pub struct Explainer {
    backend: DbBackend,
    // A prepared statement lives in one session.
    session: DatabaseTransaction,
    _pool: DatabaseConnection,
}

/// A plan.
pub enum Plan {
    Postgres(Value),
    Sqlite(Vec<String>),
}

impl Explainer {
    /// As a tenant, where the database knows one.
    pub async fn new(app: &TestApp, tenant: &str) -> Self {
        let pool = app.scratch.connect().await;
        let explainer = Self { backend: backend(app), session: pool.begin().await.unwrap(), _pool: pool };
        if explainer.backend == DbBackend::Postgres {
            let set = format!("SELECT set_config('app.tenant_id', '{tenant}', true)");
            explainer.session.execute_unprepared(&set).await.unwrap();
        }
        explainer
    }

    /// The plans of several statements.
    pub async fn all<'a>(&self, asked: &'a [Asked]) -> Vec<(&'a Asked, Plan)> {
        let mut all = Vec::new();
        for asked in asked {
            if self.backend == DbBackend::Postgres {
                // One person's organizations are looked up across tenants.
                let role = if asked.request.ends_with("/api/organizations") { SYSTEM_ROLE } else { APP_ROLE };
                self.session.execute_unprepared(&format!("SET LOCAL ROLE {role}")).await.unwrap();
            }
            all.extend(self.plans(&asked.statement).await.into_iter().map(|plan| (asked, plan)));
        }
        all
    }

    /// The plan for these very values and, on PostgreSQL, the one that a pooled connection comes to after some executions.
    async fn plans(&self, statement: &Statement) -> Vec<Plan> {
        if !has_a_plan(statement) {
            return Vec::new();
        }
        if self.backend == DbBackend::Sqlite {
            let explain = Statement { sql: format!("EXPLAIN QUERY PLAN {}", statement.sql), ..statement.clone() };
            let rows = self.session.query_all_raw(explain).await.unwrap();
            return vec![Plan::Sqlite(rows.iter().map(|row| row.try_get_by("detail").unwrap()).collect())];
        }
        let types: Vec<&str> = values_of(statement).iter().map(postgres_type).collect();
        let types = if types.is_empty() { String::new() } else { format!("({})", types.join(", ")) };
        self.session.execute_unprepared(&format!("PREPARE noted{types} AS {}", statement.sql)).await.unwrap();
        let first = self.executed(statement).await;
        // From the sixth execution on, the server may use a plan that knows no values.
        for _ in 0..5 {
            self.executed(statement).await;
        }
        let settled = self.executed(statement).await;
        self.session.execute_unprepared("DEALLOCATE noted").await.unwrap();
        vec![Plan::Postgres(first), Plan::Postgres(settled)]
    }

    async fn executed(&self, statement: &Statement) -> Value {
        let values = values_of(statement);
        let places: Vec<String> = (1..=values.len()).map(|place| format!("${place}")).collect();
        let places = if places.is_empty() { String::new() } else { format!("({})", places.join(", ")) };
        let execute = format!("EXPLAIN (FORMAT JSON) EXECUTE noted{places}");
        // The parameters of EXECUTE are expressions of the statement itself, so the values go into its text.
        let execute = Statement::from_sql_and_values(DbBackend::Postgres, execute, values).to_string();
        let row = self.session.query_one_raw(Statement::from_string(DbBackend::Postgres, execute)).await.unwrap();
        row.unwrap().try_get_by_index::<Value>(0).unwrap()[0]["Plan"].take()
    }
}

fn values_of(statement: &Statement) -> Vec<sea_orm::Value> {
    statement.values.clone().map(|values| values.0).unwrap_or_default()
}

/// The type under which the driver sends a value.
fn postgres_type(value: &sea_orm::Value) -> &'static str {
    use sea_orm::Value as Sent;
    match value {
        Sent::Bool(_) => "boolean",
        Sent::SmallInt(_) => "smallint",
        Sent::Int(_) => "integer",
        Sent::BigInt(_) | Sent::BigUnsigned(_) => "bigint",
        Sent::String(_) => "text",
        Sent::Bytes(_) => "bytea",
        Sent::Uuid(_) => "uuid",
        Sent::Json(_) => "jsonb",
        Sent::ChronoDateTimeUtc(_) => "timestamptz",
        other => panic!("say in `postgres_type` as what {other:?} is sent"),
    }
}

impl Plan {
    /// The large tables that are read from end to end.
    pub fn scans(&self) -> Vec<String> {
        match self {
            Self::Postgres(root) => nodes(root)
                .filter(|node| text(node, "Node Type") == "Seq Scan" && LARGE.contains(&text(node, "Relation Name")))
                .map(|node| text(node, "Relation Name").to_owned())
                .collect(),
            // `newer` is a second name of memberships.
            Self::Sqlite(lines) => lines
                .iter()
                .filter_map(|line| line.strip_prefix("SCAN "))
                .filter(|rest| rest.split(' ').next().is_some_and(|name| LARGE.contains(&name) || name == "newer"))
                .map(str::to_owned)
                .collect(),
        }
    }

    /// Whether rows are sorted after they were read.
    pub fn sorts(&self) -> bool {
        match self {
            Self::Postgres(root) => nodes(root).any(|node| text(node, "Node Type").contains("Sort")),
            Self::Sqlite(lines) => lines.iter().any(|line| line.contains("TEMP B-TREE FOR ORDER BY")),
        }
    }

    /// Whether an index is read without the rows it is of.
    pub fn reads_alone(&self, index: &str) -> bool {
        match self {
            Self::Postgres(root) => nodes(root)
                .any(|node| text(node, "Node Type") == "Index Only Scan" && text(node, "Index Name") == index),
            Self::Sqlite(lines) => lines.iter().any(|line| line.contains(&format!("USING COVERING INDEX {index} "))),
        }
    }

    /// Whether tasks are read by their ids.
    pub fn reads_ids(&self) -> bool {
        match self {
            Self::Postgres(root) => nodes(root).any(|node| text(node, "Index Cond").contains("(id = ANY")),
            Self::Sqlite(lines) => lines.iter().any(|line| line.contains("(tenant_id=? AND id=?)")),
        }
    }

    /// Whether the row value of the cursor is where the reading of an index begins.
    pub fn begins_at_the_cursor(&self) -> bool {
        match self {
            Self::Postgres(root) => nodes(root).any(|node| {
                let condition = text(node, "Index Cond");
                condition.contains("tenant_id") && condition.contains("ROW(") && node.get("Filter").is_none()
            }),
            Self::Sqlite(lines) => {
                lines.iter().any(|line| line.starts_with("SEARCH tasks USING INDEX") && line.contains(",id)"))
            }
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postgres(root) => write!(formatter, "{root:#}"),
            Self::Sqlite(lines) => formatter.write_str(&lines.join("\n")),
        }
    }
}

/// A node and all below it.
fn nodes(root: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    let below = root["Plans"].as_array().into_iter().flatten().flat_map(nodes);
    Box::new(std::iter::once(root).chain(below))
}

fn text<'a>(node: &'a Value, member: &str) -> &'a str {
    node[member].as_str().unwrap_or_default()
}
