//! The queue of deliveries, one background worker per endpoint, and the record of what came of them.
//!
//! First attempts leave in the order of events; a delivery that waits for a retry holds up nobody.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use tokio::{
    runtime::Handle,
    sync::Notify,
    task::JoinHandle,
    time::{Instant, sleep_until},
};

use super::{
    Delivery, DeliveryStatus, WebhookSecret,
    delivery::{Outcome, Parcel, client},
};
use crate::{faults::Fate, ids, state::now_ms};

/// How many finished deliveries are remembered.
const REMEMBERED: usize = 5000;

/// Something to send to every endpoint.
pub(crate) struct Message {
    pub(crate) event_type: String,
    pub(crate) body: Arc<[u8]>,
}

struct Endpoint {
    url: String,
    secret: WebhookSecret,
    wake: Arc<Notify>,
    worker: Option<JoinHandle<()>>,
    /// Numbers of the jobs to do, by when they are due.
    queue: BTreeSet<(Instant, u64)>,
}

struct Job {
    delivery: Delivery,
    endpoint: usize,
    body: Arc<[u8]>,
    /// Attempts since it was queued; chooses the next delay.
    step: usize,
}

#[derive(Default)]
struct Log {
    endpoints: Vec<Endpoint>,
    jobs: BTreeMap<u64, Job>,
    next_number: u64,
}

/// Delivers messages in the background, as Svix does for Clerk.
pub(crate) struct Dispatcher {
    log: Mutex<Log>,
    schedule: Vec<Duration>,
}

enum Next {
    Send(Box<Parcel>),
    WaitUntil(Instant),
    Wait,
}

impl Dispatcher {
    /// `schedule` holds the delay before each attempt, the first included.
    pub(crate) fn new(schedule: Vec<Duration>) -> Arc<Self> {
        Arc::new(Self { log: Mutex::default(), schedule })
    }

    fn lock(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add_endpoint(self: &Arc<Self>, url: String, secret: WebhookSecret) {
        self.lock().endpoints.push(Endpoint {
            url,
            secret,
            wake: Arc::new(Notify::new()),
            worker: None,
            queue: BTreeSet::new(),
        });
        self.start_workers();
    }

    /// Queues a message for every endpoint as its fate has it, and answers its id.
    pub(crate) fn send(self: &Arc<Self>, message: &Message, fate: Fate) -> String {
        let id = ids::fresh("msg_");
        let mut log = self.lock();
        for endpoint in 0..log.endpoints.len() {
            let number = log.add(&id, endpoint, message);
            if fate.copies == 0 {
                log.lose(number);
                continue;
            }
            let delay = self.delay(0).unwrap_or_default() + fate.delay;
            log.schedule(number, delay);
            for _ in 1..fate.copies {
                let twin = log.add(&id, endpoint, message);
                log.schedule(twin, delay);
            }
        }
        log.forget_old();
        drop(log);
        self.start_workers();
        id
    }

    /// Sends a message again under its old id; false when it is not known.
    pub(crate) fn redeliver(self: &Arc<Self>, id: &str) -> bool {
        let mut log = self.lock();
        let own = |(number, job): (&u64, &Job)| (job.delivery.id == id).then_some(*number);
        let numbers: Vec<u64> = log.jobs.iter().filter_map(own).collect();
        for number in &numbers {
            log.unschedule(*number);
            if let Some(job) = log.jobs.get_mut(number) {
                job.step = 0;
                job.delivery.status = DeliveryStatus::Pending;
            }
            log.schedule(*number, Duration::ZERO);
        }
        drop(log);
        self.start_workers();
        !numbers.is_empty()
    }

    pub(crate) fn deliveries(&self) -> Vec<Delivery> {
        let log = self.lock();
        log.jobs.values().map(|job| job.delivery.clone()).collect()
    }

    /// What was sent under this id.
    pub(crate) fn body(&self, id: &str) -> Option<Arc<[u8]>> {
        let log = self.lock();
        log.jobs.values().find(|job| job.delivery.id == id).map(|job| job.body.clone())
    }

    fn delay(&self, step: usize) -> Option<Duration> {
        self.schedule.get(step).copied()
    }

    /// Starts workers that are not running. Outside a runtime the queue waits for the next call.
    pub(crate) fn start_workers(self: &Arc<Self>) {
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        for (index, endpoint) in self.lock().endpoints.iter_mut().enumerate() {
            let running = |worker: &JoinHandle<()>| !worker.is_finished();
            if !endpoint.worker.as_ref().is_some_and(running) {
                let worker = work(Arc::downgrade(self), index, endpoint.wake.clone());
                endpoint.worker = Some(runtime.spawn(worker));
            }
        }
    }

    fn next(&self, endpoint: usize) -> Next {
        let mut log = self.lock();
        let Some(&(due, number)) = log.endpoints[endpoint].queue.first() else {
            return Next::Wait;
        };
        if due > Instant::now() {
            return Next::WaitUntil(due);
        }
        log.endpoints[endpoint].queue.pop_first();
        let Log { endpoints, jobs, .. } = &*log;
        let Some(job) = jobs.get(&number) else {
            return Next::WaitUntil(Instant::now());
        };
        let parcel = Parcel {
            number,
            id: job.delivery.id.clone(),
            url: endpoints[endpoint].url.clone(),
            secret: endpoints[endpoint].secret.clone(),
            body: job.body.clone(),
        };
        Next::Send(Box::new(parcel))
    }

    fn record(&self, number: u64, outcome: Outcome) {
        let mut log = self.lock();
        let Some(job) = log.jobs.get_mut(&number) else {
            return;
        };
        job.step += 1;
        let retry = self.delay(job.step);
        job.delivery.next_attempt_at = None;
        job.delivery.status = match (outcome.attempt.succeeded(), outcome.abort, retry) {
            (true, _, _) => DeliveryStatus::Delivered,
            (false, true, _) => DeliveryStatus::Aborted,
            (false, false, Some(_)) => DeliveryStatus::Pending,
            (false, false, None) => DeliveryStatus::Failed,
        };
        job.delivery.attempts.push(outcome.attempt);
        if let (DeliveryStatus::Pending, Some(delay)) = (job.delivery.status, retry) {
            log.schedule(number, delay);
        }
    }
}

impl Drop for Dispatcher {
    fn drop(&mut self) {
        for endpoint in &self.lock().endpoints {
            endpoint.wake.notify_one();
        }
    }
}

impl Log {
    /// Notes a delivery that nobody sends yet, and answers its number.
    fn add(&mut self, id: &str, endpoint: usize, message: &Message) -> u64 {
        let delivery = Delivery {
            id: id.to_owned(),
            endpoint: self.endpoints[endpoint].url.clone(),
            event_type: message.event_type.clone(),
            status: DeliveryStatus::Pending,
            attempts: Vec::new(),
            next_attempt_at: None,
        };
        let number = self.next_number;
        self.next_number += 1;
        self.jobs.insert(number, Job { delivery, endpoint, body: message.body.clone(), step: 0 });
        number
    }

    fn lose(&mut self, number: u64) {
        if let Some(job) = self.jobs.get_mut(&number) {
            job.delivery.status = DeliveryStatus::Lost;
        }
    }

    fn schedule(&mut self, number: u64, delay: Duration) {
        if let Some(job) = self.jobs.get_mut(&number) {
            let delay_ms = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX);
            job.delivery.next_attempt_at = Some(now_ms().saturating_add(delay_ms));
            let endpoint = &mut self.endpoints[job.endpoint];
            endpoint.queue.insert((Instant::now() + delay, number));
            endpoint.wake.notify_one();
        }
    }

    fn unschedule(&mut self, number: u64) {
        if let Some(job) = self.jobs.get(&number) {
            let queue = &mut self.endpoints[job.endpoint].queue;
            queue.retain(|(_, other)| *other != number);
        }
    }

    fn forget_old(&mut self) {
        while self.jobs.len() > REMEMBERED {
            let finished = |job: &Job| job.delivery.status != DeliveryStatus::Pending;
            let oldest = self.jobs.iter().find(|(_, job)| finished(job));
            let Some(number) = oldest.map(|(number, _)| *number) else {
                return;
            };
            self.jobs.remove(&number);
        }
    }
}

/// Works through one endpoint's queue until the dispatcher is gone.
async fn work(dispatcher: Weak<Dispatcher>, endpoint: usize, wake: Arc<Notify>) {
    let client = match client() {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(%error, "webhooks cannot be sent");
            return;
        }
    };
    loop {
        let next = match dispatcher.upgrade() {
            Some(dispatcher) => dispatcher.next(endpoint),
            None => return,
        };
        match next {
            Next::Send(parcel) => {
                let outcome = parcel.send(&client).await;
                match dispatcher.upgrade() {
                    Some(dispatcher) => dispatcher.record(parcel.number, outcome),
                    None => return,
                }
            }
            Next::WaitUntil(due) => {
                tokio::select! {
                    () = sleep_until(due) => {}
                    () = wake.notified() => {}
                }
            }
            Next::Wait => wake.notified().await,
        }
    }
}
