//! One connection, and the statements prepared on it.

use std::collections::HashMap;

use futures_util::future::{join, join3};
use futures_util::{FutureExt, TryStreamExt};
use sea_orm::{Statement as Asked, Value};
use tokio::task::JoinHandle;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error, Row, RowStream, SimpleQueryMessage, Statement};

use super::value::{Parameter, type_of};

/// How many statements one connection keeps prepared; when there are more, it begins anew. Filters have some hundred forms, of which
/// few are in use.
const MOST_PREPARED: usize = 256;

/// What ends a transaction that only read.
const END: &str = "ROLLBACK";

/// One connection. Its messages are answered in the order they were sent, whoever waits for them.
pub(in crate::db) struct Session {
    client: Client,
    /// Reads and writes the socket.
    driving: JoinHandle<()>,
    prepared: HashMap<String, Prepared>,
    /// Whether statements are prepared under names that outlive their transaction.
    prepares: bool,
}

struct Prepared {
    types: Vec<Type>,
    statement: Statement,
}

/// What a statement gave.
pub(in crate::db) struct Answer {
    pub(in crate::db) rows: Vec<Row>,
    pub(in crate::db) affected: u64,
}

/// How far a transaction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::db) enum Phase {
    /// Its beginning is still to be sent.
    Pending,
    /// Its beginning is sent.
    Open,
    /// All of it is sent, to its end.
    Sent,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.driving.abort();
    }
}

impl Session {
    pub(super) fn new(client: Client, driving: JoinHandle<()>, prepares: bool) -> Self {
        Self { client, driving, prepared: HashMap::new(), prepares }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Waits until everything sent so far is answered.
    pub(in crate::db) async fn settle(&self) -> Result<(), Error> {
        self.client.check_connection().await
    }

    /// Sends what ends the transaction, and does not wait: whatever is sent next is answered after it.
    pub(in crate::db) fn end(&self) {
        // A message is on its way once its future was polled.
        let _ = self.client.batch_execute(END).now_or_never();
    }

    /// Sends a message of the simple protocol, with the beginning before it if that is still to be sent. Says how many rows it
    /// changed.
    pub(in crate::db) async fn send(&self, message: &str, begins: &str, phase: &mut Phase) -> Result<u64, Error> {
        let pending = std::mem::replace(phase, Phase::Open) == Phase::Pending;
        let answers = match pending {
            true => self.client.simple_query(&format!("{begins}; {message}")).await?,
            false => self.client.simple_query(message).await?,
        };
        let counts = answers.iter().filter_map(|answer| match answer {
            SimpleQueryMessage::CommandComplete(count) => Some(*count),
            _ => None,
        });
        Ok(counts.last().unwrap_or_default())
    }

    /// Begins the transaction, unless that is sent.
    pub(in crate::db) async fn begin(&self, begins: &str, phase: &mut Phase) -> Result<(), Error> {
        match std::mem::replace(phase, Phase::Open) {
            Phase::Pending => self.client.batch_execute(begins).await,
            _ => Ok(()),
        }
    }

    /// Runs a statement in the transaction, begun with it if that is still to be done: in one round trip, but for the first time that
    /// this connection is asked it.
    pub(in crate::db) async fn ask(&mut self, asked: &Asked, begins: &str, phase: &mut Phase) -> Result<Answer, Error> {
        self.make_ready(asked, begins, phase).await?;
        match std::mem::replace(phase, Phase::Open) {
            // Where the beginning fails, the server refuses the statement: it is in an aborted transaction.
            Phase::Pending => {
                let (begun, answer) = join(self.client.batch_execute(begins), self.run(asked)).await;
                begun.and(answer)
            }
            _ => self.run(asked).await,
        }
    }

    /// Runs the only statement of a transaction that only reads, all of it in one round trip.
    pub(in crate::db) async fn ask_alone(
        &mut self,
        asked: &Asked,
        begins: &str,
        phase: &mut Phase,
    ) -> Result<Answer, Error> {
        self.make_ready(asked, begins, phase).await?;
        match std::mem::replace(phase, Phase::Sent) {
            Phase::Pending => {
                let ends = self.client.batch_execute(END);
                let (begun, answer, _) = join3(self.client.batch_execute(begins), self.run(asked), ends).await;
                begun.and(answer)
            }
            _ => join(self.run(asked), self.client.batch_execute(END)).await.0,
        }
    }

    /// Prepares a statement that this connection was not asked yet, inside the transaction and so as who it runs as: the login may not
    /// even see the tables.
    async fn make_ready(&mut self, asked: &Asked, begins: &str, phase: &mut Phase) -> Result<(), Error> {
        if !self.prepares || self.ready(asked).is_some() {
            return Ok(());
        }
        self.begin(begins, phase).await?;
        self.prepare(asked).await
    }

    /// The same text is asked with the same types, but for a text that has none of its own for a null.
    fn ready(&self, asked: &Asked) -> Option<&Statement> {
        let prepared = self.prepared.get(asked.sql.as_str())?;
        values(asked).map(type_of).eq(prepared.types.iter().cloned()).then_some(&prepared.statement)
    }

    async fn prepare(&mut self, asked: &Asked) -> Result<(), Error> {
        let types: Vec<Type> = values(asked).map(type_of).collect();
        let statement = self.client.prepare_typed(&asked.sql, &types).await?;
        if self.prepared.len() >= MOST_PREPARED {
            self.prepared.clear();
        }
        self.prepared.insert(asked.sql.clone(), Prepared { types, statement });
        Ok(())
    }

    async fn run(&self, asked: &Asked) -> Result<Answer, Error> {
        let rows = match self.ready(asked) {
            Some(statement) => self.client.query_raw(statement, values(asked).map(Parameter)).await?,
            None => {
                let typed = values(asked).map(|value| (Parameter(value), type_of(value)));
                self.client.query_typed_raw(&asked.sql, typed).await?
            }
        };
        collect(rows).await
    }
}

async fn collect(rows: RowStream) -> Result<Answer, Error> {
    let mut rows = std::pin::pin!(rows);
    let mut answer = Answer { rows: Vec::new(), affected: 0 };
    while let Some(row) = rows.try_next().await? {
        answer.rows.push(row);
    }
    answer.affected = rows.rows_affected().unwrap_or_default();
    Ok(answer)
}

fn values(asked: &Asked) -> std::slice::Iter<'_, Value> {
    asked.values.as_ref().map(|values| values.0.as_slice()).unwrap_or_default().iter()
}
