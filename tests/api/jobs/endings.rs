//! How a job ends: done and gone, tried again later, or dead and kept.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use tenantry::jobs::entity::State;
use tenantry::jobs::letters::{self, Retried};
use tenantry::jobs::{ATTEMPTS, Context, Failure, enqueue_for};

use super::{Said, Say, TENANT, add, add_at, failing, jobs, only_job, say, saying, worker_at};

on_both_databases! {
    async fn there_is_a_job_if_and_only_if_the_change_was_made(app) {
        let tx = app.db.system().begin().await.unwrap();
        enqueue_for(&tx, TENANT, &say("never")).await.unwrap();
        drop(tx);
        add(&app, &say("hello")).await;

        let said = Said::default();
        assert_eq!(saying(worker_at(&app, TimeDelta::zero()), &said).drain().await.unwrap(), 1);
        assert_eq!(said.words(), ["hello"]);
        assert!(jobs(&app).await.is_empty(), "what is done is gone");
    }

    async fn a_job_is_not_done_before_its_time(app) {
        add_at(&app, &say("tomorrow"), Utc::now() + TimeDelta::hours(24)).await;
        let said = Said::default();
        assert_eq!(saying(worker_at(&app, TimeDelta::hours(23)), &said).drain().await.unwrap(), 0);
        assert_eq!(saying(worker_at(&app, TimeDelta::hours(25)), &said).drain().await.unwrap(), 1);
    }

    async fn what_fails_is_tried_again_with_growing_patience_and_then_kept(app) {
        add(&app, &say("alas")).await;
        let (mut from_now, mut waits) = (TimeDelta::zero(), Vec::new());
        for attempt in 1..ATTEMPTS {
            let worker = failing(worker_at(&app, from_now), || Failure::again("no answer"));
            assert_eq!(worker.drain().await.unwrap(), 1, "attempt {attempt}");
            let job = only_job(&app).await;
            assert_eq!((job.state, job.attempts, job.reason.as_deref()), (State::Waiting, attempt, Some("no answer")));
            waits.push((job.due_at - (Utc::now() + from_now)).num_seconds());
            from_now = job.due_at - Utc::now() + TimeDelta::seconds(1);
        }
        assert!((2..=7).contains(&waits[0]) && (2000..=4600).contains(waits.last().unwrap()), "{waits:?}");
        assert!(from_now > TimeDelta::hours(9), "an outage of a night kills jobs: {from_now}");

        failing(worker_at(&app, from_now), || Failure::again("no answer")).drain().await.unwrap();
        let dead = only_job(&app).await;
        assert_eq!((dead.state, dead.attempts), (State::Dead, ATTEMPTS));
        let said = Said::default();
        let much_later = TimeDelta::days(365);
        assert_eq!(saying(worker_at(&app, much_later), &said).drain().await.unwrap(), 0, "the dead are left alone");

        assert_eq!(letters::retry(&app.db, dead.id).await.unwrap(), Retried::Waits);
        assert_eq!(letters::retry(&app.db, dead.id).await.unwrap(), Retried::Absent, "it is not dead any more");
        assert_eq!(saying(worker_at(&app, TimeDelta::zero()), &said).drain().await.unwrap(), 1);
        assert_eq!(said.words(), ["alas"]);
        assert!(jobs(&app).await.is_empty());
    }

    async fn a_handler_may_say_when_and_whether_at_all(app) {
        add(&app, &say("later")).await;
        let asked = || Failure::after(Duration::from_secs(600), "rate_limited");
        failing(worker_at(&app, TimeDelta::zero()), asked).drain().await.unwrap();
        let wait = (only_job(&app).await.due_at - Utc::now()).num_seconds();
        assert!((598..=752).contains(&wait), "{wait}");

        failing(worker_at(&app, TimeDelta::hours(1)), || Failure::never("no such organization")).drain().await.unwrap();
        let dead = only_job(&app).await;
        assert_eq!((dead.state, dead.attempts, dead.reason.as_deref()), (State::Dead, 2, Some("no such organization")));
        assert!(letters::discard(&app.db, dead.id).await.unwrap());
        assert!(jobs(&app).await.is_empty());
    }

    async fn a_panic_is_a_failure_and_the_worker_goes_on(app) {
        add(&app, &say("boom")).await;
        add(&app, &say("after")).await;
        let said = Said::default();
        let noted = said.clone();
        let worker = worker_at(&app, TimeDelta::zero()).on(move |job: Say, _: Context| {
            let noted = noted.clone();
            async move {
                assert_ne!(job.word, "boom");
                noted.add(&job.word);
                Ok(())
            }
        });
        assert_eq!(worker.drain().await.unwrap(), 2);
        assert_eq!(said.words(), ["after"]);
        let job = only_job(&app).await;
        assert_eq!((job.state, job.reason.as_deref()), (State::Waiting, Some("the handler panicked")));
    }

    async fn a_payload_of_another_version_waits_for_it(app) {
        #[derive(serde::Serialize, serde::Deserialize)]
        struct Newer { louder: bool }
        impl tenantry::jobs::Job for Newer {
            const KIND: &'static str = "test.say";
        }
        add(&app, &Newer { louder: true }).await;
        saying(worker_at(&app, TimeDelta::zero()), &Said::default()).drain().await.unwrap();
        let job = only_job(&app).await;
        assert_eq!((job.state, job.attempts), (State::Waiting, 1));
        assert_eq!(job.reason.as_deref(), Some("the payload cannot be read by this version"));
    }


    async fn a_handler_that_asks_for_seconds_each_time_outlasts_a_night(app) {
        add(&app, &say("alas")).await;
        let asked = || Failure::after(Duration::from_secs(5), "rate_limited");
        let mut from_now = TimeDelta::zero();
        for attempt in 1..ATTEMPTS {
            assert_eq!(failing(worker_at(&app, from_now), asked).drain().await.unwrap(), 1, "attempt {attempt}");
            let job = only_job(&app).await;
            assert_eq!((job.state, job.attempts), (State::Waiting, attempt));
            assert!(job.due_at - (Utc::now() + from_now) > TimeDelta::seconds(4), "it came back before it asked to");
            from_now = job.due_at - Utc::now() + TimeDelta::seconds(1);
        }
        assert!(from_now > TimeDelta::hours(9), "what is away for a night kills jobs: {from_now}");
        failing(worker_at(&app, from_now), asked).drain().await.unwrap();
        assert_eq!(only_job(&app).await.state, State::Dead);
    }
}
