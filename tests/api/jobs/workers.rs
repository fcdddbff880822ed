//! Any number of workers: each job is one's, none is lost with one, and none keeps the others from theirs.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use tenantry::clerk::Clock;
use tenantry::jobs::entity::State;
use tenantry::jobs::{Context, Worker, enqueue_for};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use super::tenants::Echo;
use super::{Said, Say, TENANT, add, add_for, jobs, only_job, say, saying, worker_at};
use crate::support::{Setup, TestApp};

/// A worker at work, until it is told to stop.
struct AtWork {
    task: JoinHandle<()>,
    stop: oneshot::Sender<()>,
}

fn at_work(worker: Worker, patience: Duration) -> AtWork {
    let (stop, stopped) = oneshot::channel();
    let until = async move {
        let _ = stopped.await;
    };
    AtWork { task: tokio::spawn(worker.work(until, patience)), stop }
}

impl AtWork {
    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap();
    }
}

fn now(app: &TestApp) -> Worker {
    Worker::new(&app.db, 16, &Clock::system())
}

/// Begins jobs, and never ends one.
fn hanging(worker: Worker, said: &Said) -> Worker {
    let said = said.clone();
    worker.on(move |job: Say, _: Context| {
        let said = said.clone();
        async move {
            said.add(&job.word);
            std::future::pending().await
        }
    })
}

on_both_databases! {
    async fn of_several_instances_one_does_each_job(app) {
        let said = Said::default();
        let other = app.another_instance(&Setup::default()).await;
        let workers = [&app, &app, &other].map(|app| at_work(saying(now(app), &said), Duration::from_secs(5)));
        for part in 0..15 {
            let tx = app.db.system().begin().await.unwrap();
            for number in 0..6 {
                enqueue_for(&tx, &format!("org_{}", number % 3), &say(&format!("{part}/{number}"))).await.unwrap();
            }
            tx.commit().await.unwrap();
        }
        said.until(90).await;
        for worker in workers {
            worker.stop().await;
        }
        let words = said.words();
        assert_eq!(words.len(), 90, "some were done twice");
        assert_eq!(words.into_iter().collect::<BTreeSet<_>>().len(), 90);
        assert!(jobs(&app).await.is_empty());
    }

    async fn what_a_lost_worker_began_is_done_when_its_lease_is_over(app) {
        let said = Said::default();
        add(&app, &say("hello")).await;
        let lost = at_work(hanging(now(&app), &said), Duration::ZERO);
        said.until(1).await;
        lost.task.abort();
        let _ = lost.task.await;
        let job = only_job(&app).await;
        assert_eq!((job.state, job.attempts), (State::Running, 1));

        assert_eq!(saying(worker_at(&app, TimeDelta::seconds(100)), &said).drain().await.unwrap(), 0, "its lease holds");
        assert_eq!(saying(worker_at(&app, TimeDelta::seconds(151)), &said).drain().await.unwrap(), 1);
        assert_eq!(said.words().len(), 2);
        assert!(jobs(&app).await.is_empty());
    }

    async fn who_lost_the_lease_cannot_end_the_job_of_another(app) {
        add(&app, &say("hello")).await;
        let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (tell, wait) = (begun.clone(), go.clone());
        let slow = worker_at(&app, TimeDelta::zero()).on(move |_: Say, _: Context| {
            let (tell, wait) = (tell.clone(), wait.clone());
            async move {
                tell.notify_one();
                wait.notified().await;
                Ok(())
            }
        });
        let slow = tokio::spawn(async move { slow.drain().await.unwrap() });
        begun.notified().await;
        let (said, later) = (Said::default(), worker_at(&app, TimeDelta::seconds(151)));
        let other = at_work(hanging(later, &said), Duration::ZERO);
        said.until(1).await;
        go.notify_one();
        slow.await.unwrap();
        assert_eq!(only_job(&app).await.state, State::Running, "the late one took it from the one who has it now");
        other.stop().await;
        let job = only_job(&app).await;
        assert_eq!((job.state, job.attempts), (State::Waiting, 1), "given back as if it had not been begun again");
    }

    async fn a_commit_in_this_process_wakes_its_worker(app) {
        let said = Said::default();
        let worker = at_work(saying(now(&app), &said), Duration::from_secs(5));
        // Past the first look.
        tokio::time::sleep(Duration::from_millis(100)).await;
        let begun = Instant::now();
        for number in 1..=10 {
            add(&app, &say("now")).await;
            said.until(number).await;
        }
        // If it only looked every second this would take ten.
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
        worker.stop().await;
    }

    async fn told_to_stop_it_waits_for_a_while_and_gives_back_the_rest(app) {
        let (said, go) = (Said::default(), Arc::new(Notify::new()));
        let (noted, wait) = (said.clone(), go.clone());
        let worker = now(&app).on(move |job: Say, _: Context| {
            let (noted, wait) = (noted.clone(), wait.clone());
            async move {
                noted.add(&job.word);
                match job.word.as_str() {
                    "quick" => wait.notified().await,
                    _ => std::future::pending().await,
                }
                Ok(())
            }
        });
        add_for(&app, "org_a", &say("quick")).await;
        add_for(&app, "org_b", &say("endless")).await;
        let worker = at_work(worker, Duration::from_millis(500));
        said.until(2).await;
        worker.stop.send(()).unwrap();
        add(&app, &say("too late")).await;
        go.notify_one();
        worker.task.await.unwrap();

        let left: Vec<_> = jobs(&app).await.into_iter().map(|job| (job.payload, job.state, job.attempts)).collect();
        assert_eq!(said.words().len(), 2, "after it was told to stop it began another");
        assert_eq!(left.len(), 2, "the quick one is done: {left:?}");
        assert!(left.iter().all(|(_, state, attempts)| (*state, *attempts) == (State::Waiting, 0)), "{left:?}");
    }

    async fn a_tenants_flood_leaves_room_for_others(app) {
        let said = Said::default();
        for _ in 0..10 {
            add(&app, &say("flood")).await;
        }
        let worker = at_work(hanging(now(&app), &said), Duration::ZERO);
        said.until(2).await;
        add_for(&app, "org_quiet", &say("quiet")).await;
        said.until(3).await;
        assert_eq!(said.words(), ["flood", "flood", "quiet"]);
        worker.stop().await;
        assert_eq!(jobs(&app).await.iter().filter(|job| job.tenant_id == TENANT).count(), 10);
    }

    async fn kinds_that_nobody_here_can_do_stay(app) {
        add(&app, &say("hello")).await;
        let worker = at_work(now(&app).on(|_: Echo, _: Context| async { Ok(()) }), Duration::ZERO);
        add(&app, &Echo { word: "done".into() }).await;
        let gone = async {
            while jobs(&app).await.len() > 1 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), gone).await.unwrap();
        worker.stop().await;
        let job = only_job(&app).await;
        assert_eq!((job.kind.as_str(), job.state, job.attempts), ("test.say", State::Waiting, 0));
    }
}
