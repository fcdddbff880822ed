//! A closed loop: each connection asks again as soon as it was answered, or at its own pace.

use std::cell::RefCell;
use std::fmt;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use hdrhistogram::Histogram;
use serde::Serialize;
use tokio::task::{JoinSet, LocalSet};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use crate::http::{Answer, Connection};
use crate::process::Server;

/// The part of the time that goes by before anything counts.
const WARM_UP: f64 = 0.2;
/// An answer that takes longer than this hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// What one connection asks, and what it takes for an answer.
pub trait Caller {
    /// The next request, as it goes on the wire.
    fn next(&mut self) -> &[u8];

    /// Whether that is the right answer to it.
    ///
    /// # Errors
    /// What is wrong with it.
    fn check(&mut self, answer: &Answer<'_>) -> Result<()>;

    /// How long from one request to the next; as soon as possible when there is none.
    fn pace(&self) -> Option<Duration> {
        None
    }

    /// Whether it is what is measured, and not what goes on beside it.
    fn counts(&self) -> bool {
        true
    }
}

/// What a server did in a time.
#[derive(Debug, Clone, Serialize)]
pub struct Took {
    pub answers: u64,
    /// Answers a second.
    pub throughput: f64,
    /// Microseconds.
    pub p50: u64,
    /// Microseconds.
    pub p99: u64,
    /// Microseconds of processor time of the server for each answer, of those that go on beside it, too.
    pub processor: f64,
    /// KiB at most.
    pub memory: u64,
}

impl fmt::Display for Took {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { throughput, p50, p99, processor, .. } = self;
        write!(formatter, "{throughput:.0} a second, p50 {p50} µs, p99 {p99} µs, {processor:.1} µs of processor each")
    }
}

/// What the connections share.
struct Shared {
    /// Latencies of what is measured; none while nothing counts.
    latencies: Option<Histogram<u64>>,
    /// Answers to all, while it counts.
    answers: u64,
    is_over: bool,
}

/// Has every caller ask a server for some time, each on a connection of its own.
///
/// # Errors
/// The first wrong answer, or that one hangs.
pub async fn drive(server: &Server, callers: Vec<Box<dyn Caller>>, time: Duration) -> Result<Took> {
    let shared = Rc::new(RefCell::new(Shared { latencies: None, answers: 0, is_over: false }));
    let (local, mut connections) = (LocalSet::new(), JoinSet::new());
    for caller in callers {
        connections.spawn_local_on(converse(server.address, caller, Rc::clone(&shared)), &local);
    }
    let measured = local.run_until(async {
        let took = measure(server, &shared, time).await;
        shared.borrow_mut().is_over = true;
        let ended = async {
            while let Some(ended) = connections.join_next().await {
                ended??;
            }
            anyhow::Ok(())
        };
        timeout(PATIENCE, ended).await.context("an answer does not come")??;
        took
    });
    measured.await
}

async fn measure(server: &Server, shared: &RefCell<Shared>, time: Duration) -> Result<Took> {
    sleep(time.mul_f64(WARM_UP)).await;
    server.forget_peak()?;
    shared.borrow_mut().latencies = Some(Histogram::new_with_bounds(1, 120_000_000, 3)?);
    let (before, began) = (server.processor_time()?, Instant::now());
    sleep(time).await;
    // A moment may be too short for a busy machine to answer at all.
    while shared.borrow().answers == 0 && began.elapsed() < PATIENCE {
        sleep(Duration::from_millis(20)).await;
    }
    let (elapsed, used) = (began.elapsed().as_secs_f64(), server.processor_time()? - before);
    let (latencies, answers) = {
        let mut shared = shared.borrow_mut();
        (shared.latencies.take().context("nothing was measured")?, shared.answers)
    };
    ensure!(!latencies.is_empty(), "no answer came in time");
    Ok(Took {
        answers: latencies.len(),
        throughput: exact(latencies.len()) / elapsed,
        p50: latencies.value_at_quantile(0.5),
        p99: latencies.value_at_quantile(0.99),
        processor: used * 1e6 / exact(answers),
        memory: server.peak_memory()?,
    })
}

/// A count as a floating-point number; none is so large that it would not be the same.
#[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
fn exact(count: u64) -> f64 {
    count as f64
}

async fn converse(address: SocketAddr, mut caller: Box<dyn Caller>, shared: Rc<RefCell<Shared>>) -> Result<()> {
    let mut connection = Connection::open(address).await?;
    let mut pace = caller.pace().map(interval);
    if let Some(pace) = &mut pace {
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    }
    while !shared.borrow().is_over {
        if let Some(pace) = &mut pace {
            pace.tick().await;
        }
        let began = Instant::now();
        let answer = connection.ask(caller.next()).await?;
        let took = began.elapsed();
        caller.check(&answer)?;
        let mut shared = shared.borrow_mut();
        let Shared { latencies: Some(latencies), answers, .. } = &mut *shared else { continue };
        *answers += 1;
        if caller.counts() {
            latencies.saturating_record(u64::try_from(took.as_micros())?.max(1));
        }
    }
    Ok(())
}
