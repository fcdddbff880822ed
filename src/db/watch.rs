//! What is seen of every statement: a span, how long it took, and that the database answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sea_orm::metric::Info;
use sea_orm::{SqlxError, Statement};
use tracing::{Instrument, Span, field};

use super::pool::Observer;
use crate::metrics::Metrics;

/// Watches a pool. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Watch {
    pub(super) metrics: Metrics,
    backend: &'static str,
    pulse: Arc<Pulse>,
}

/// When the database last did what it was asked.
#[derive(Debug)]
struct Pulse {
    since: Instant,
    /// Milliseconds after `since`; [`NEVER`] before the first answer, and after a failure.
    answered: AtomicU64,
}

const NEVER: u64 = u64::MAX;

impl Pulse {
    fn beat(&self) {
        let at = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(NEVER);
        self.answered.store(at, Ordering::Relaxed);
    }

    fn stop(&self) {
        self.answered.store(NEVER, Ordering::Relaxed);
    }

    fn within(&self, time: Duration) -> bool {
        match self.answered.load(Ordering::Relaxed) {
            NEVER => false,
            at => self.since.elapsed().saturating_sub(Duration::from_millis(at)) < time,
        }
    }
}

impl Watch {
    /// Of a database of this kind, by OpenTelemetry's name.
    pub(super) fn new(backend: &'static str) -> Self {
        let pulse = Pulse { since: Instant::now(), answered: AtomicU64::new(NEVER) };
        Self { metrics: Metrics::default(), backend, pulse: Arc::new(pulse) }
    }

    /// A statement whose text holds no values.
    pub(super) fn statement(&self, sql: &str) -> Watched<'_> {
        self.watched(operation(sql), Some(sql))
    }

    /// What a trace names by its operation alone: its text is ours to know, or holds values.
    pub(super) fn operation(&self, operation: &'static str) -> Watched<'_> {
        self.watched(operation, None)
    }

    fn watched(&self, operation: &'static str, text: Option<&str>) -> Watched<'_> {
        let span = tracing::debug_span!(
            "statement",
            otel.name = operation,
            otel.kind = "client",
            otel.status_code = field::Empty,
            db.system.name = self.backend,
            db.operation.name = operation,
            db.query.text = text
        );
        Watched { watch: self, operation, span }
    }

    /// Waits for a connection of the pool.
    pub(super) async fn waiting<T>(&self, waiting: impl Future<Output = Result<T, SqlxError>>) -> Result<T, SqlxError> {
        let begun = Instant::now();
        let connection = waiting.instrument(tracing::debug_span!("connection")).await;
        self.metrics.waited(begun.elapsed());
        // That all are taken says nothing of the database.
        if !matches!(connection, Ok(_) | Err(SqlxError::PoolTimedOut)) {
            self.pulse.stop();
        }
        connection
    }

    /// Whether the database did something that it was asked within this time.
    pub(super) fn answered_within(&self, time: Duration) -> bool {
        self.pulse.within(time)
    }
}

/// Something that is about to be asked of the database.
pub(super) struct Watched<'a> {
    watch: &'a Watch,
    operation: &'static str,
    span: Span,
}

impl Watched<'_> {
    /// Asks it by a statement, and tells the observer of that.
    pub(super) async fn noted<T>(
        self,
        observer: Option<&Observer>,
        statement: &Statement,
        asking: impl Future<Output = Result<T, SqlxError>>,
    ) -> Result<T, SqlxError> {
        let Some(observer) = observer else { return self.run(asking).await };
        let begun = Instant::now();
        let result = self.run(asking).await;
        observer(&Info { elapsed: begun.elapsed(), statement, failed: result.is_err() });
        result
    }

    /// Asks it.
    pub(super) async fn run<T, E>(self, asking: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let Self { watch, operation, span } = self;
        let begun = Instant::now();
        let result = asking.instrument(span.clone()).await;
        if result.is_ok() {
            watch.pulse.beat();
        } else {
            // It may be well all the same. Whoever wants to know asks.
            watch.pulse.stop();
            span.record("otel.status_code", "error");
        }
        watch.metrics.statement(operation, begun.elapsed(), result.is_ok());
        result
    }
}

/// The first word of a statement, of those there are.
fn operation(sql: &str) -> &'static str {
    const WORDS: [&str; 5] = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"];
    let first = sql.split_ascii_whitespace().next().unwrap_or_default();
    WORDS.into_iter().find(|word| first.eq_ignore_ascii_case(word)).unwrap_or("OTHER")
}

#[cfg(test)]
mod tests {
    use super::operation;

    #[test]
    fn a_statement_is_named_by_its_first_word() {
        assert_eq!(operation("SELECT 1"), "SELECT");
        assert_eq!(operation("\n  insert INTO tasks"), "INSERT");
        assert_eq!(operation("VACUUM"), "OTHER");
        assert_eq!(operation(""), "OTHER");
    }
}
