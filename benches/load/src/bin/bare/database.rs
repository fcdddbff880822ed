//! One statement on a connection of the pool: as it is, or in a transaction of the tenant's.

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use futures_util::future::join3;
use tokio_postgres::types::ToSql;
use tokio_postgres::{NoTls, Row};

/// The values of a statement.
pub(crate) type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

/// The pool.
pub(crate) struct Database {
    pool: Pool,
    walled: bool,
}

impl Database {
    pub(crate) fn new(url: &str, connections: usize, walled: bool) -> anyhow::Result<Self> {
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(url.parse()?, NoTls, recycling);
        Ok(Self { pool: Pool::builder(manager).max_size(connections).build()?, walled })
    }

    pub(crate) async fn read(&self, tenant: &str, sql: &str, values: Values<'_>) -> anyhow::Result<Vec<Row>> {
        self.run(tenant, ["BEGIN READ ONLY", "ROLLBACK"], sql, values).await
    }

    pub(crate) async fn write(&self, tenant: &str, sql: &str, values: Values<'_>) -> anyhow::Result<Vec<Row>> {
        self.run(tenant, ["BEGIN", "COMMIT"], sql, values).await
    }

    /// A statement of no tenant's, which stands alone.
    pub(crate) async fn alone(&self, sql: &str, values: Values<'_>) -> anyhow::Result<()> {
        let client = self.pool.get().await?;
        let statement = client.prepare_cached(sql).await?;
        client.execute(&statement, values).await?;
        Ok(())
    }

    async fn run(&self, tenant: &str, around: [&str; 2], sql: &str, values: Values<'_>) -> anyhow::Result<Vec<Row>> {
        let client = self.pool.get().await?;
        let statement = client.prepare_cached(sql).await?;
        if !self.walled {
            return Ok(client.query(&statement, values).await?);
        }
        let [begin, end] = around;
        let begin = format!("{begin}; {}", settings(tenant));
        // Asked for at once, they leave in one message and are answered in one.
        let sent =
            join3(client.batch_execute(&begin), client.query(&statement, values), client.batch_execute(end)).await;
        let (begun, rows, ended) = sent;
        begun?;
        let rows = rows?;
        ended?;
        Ok(rows)
    }
}

/// The id is of a verified token, and no character of Clerk's ids means anything in a literal.
fn settings(tenant: &str) -> String {
    format!(
        "SELECT set_config('role', 'tenantry_app', true), set_config('app.tenant_id', '{tenant}', true), \
         set_config('statement_timeout', '5000', true)"
    )
}
