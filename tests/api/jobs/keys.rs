//! Of one key one job waits at the most, and one runs.

use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use tenantry::jobs::entity::State;
use tenantry::jobs::letters::{self, Retried};
use tenantry::jobs::{Context, Failure};
use tokio::sync::Notify;

use super::{Said, Say, add, add_at, add_for, failing, jobs, keyed, only_job, saying, worker_at};

on_both_databases! {
    async fn enqueued_again_while_it_waits_it_is_the_newer_at_the_earlier_time(app) {
        add_at(&app, &keyed("first", "k"), Utc::now() + TimeDelta::hours(1)).await;
        add_at(&app, &keyed("second", "k"), Utc::now() + TimeDelta::hours(2)).await;
        add(&app, &keyed("other key", "l")).await;
        add_for(&app, "org_other", &keyed("other tenant", "k")).await;
        assert_eq!(jobs(&app).await.len(), 3);

        let said = Said::default();
        saying(worker_at(&app, TimeDelta::minutes(61)), &said).drain().await.unwrap();
        let mut words = said.words();
        words.sort();
        assert_eq!(words, ["other key", "other tenant", "second"]);
    }

    async fn enqueued_again_after_a_failure_it_has_all_its_attempts(app) {
        add(&app, &keyed("old", "k")).await;
        failing(worker_at(&app, TimeDelta::zero()), || Failure::again("no answer")).drain().await.unwrap();
        add(&app, &keyed("new", "k")).await;
        let job = only_job(&app).await;
        assert_eq!((job.attempts, job.reason), (0, None));
        assert!(job.due_at <= Utc::now(), "it is due now and not after the other's patience");
    }

    async fn enqueued_while_it_runs_it_is_done_once_more_and_not_at_once(app) {
        add(&app, &keyed("first", "k")).await;
        let (said, begun, go) = (Said::default(), Arc::new(Notify::new()), Arc::new(Notify::new()));
        let slow = {
            let (said, begun, go) = (said.clone(), begun.clone(), go.clone());
            worker_at(&app, TimeDelta::zero()).on(move |job: Say, _: Context| {
                let (said, begun, go) = (said.clone(), begun.clone(), go.clone());
                async move {
                    begun.notify_one();
                    go.notified().await;
                    said.add(&job.word);
                    Ok(())
                }
            })
        };
        let slow = tokio::spawn(async move { slow.drain().await.unwrap() });
        begun.notified().await;
        add(&app, &keyed("second", "k")).await;
        let other = saying(worker_at(&app, TimeDelta::seconds(1)), &said);
        assert_eq!(other.drain().await.unwrap(), 0, "two of one key ran at once");

        go.notify_one();
        go.notify_one();
        let by_slow = async {
            while said.words().is_empty() {
                tokio::task::yield_now().await;
            }
            while other.drain().await.unwrap() == 0 && said.words().len() < 2 {
                go.notify_one();
            }
        };
        by_slow.await;
        go.notify_one();
        slow.await.unwrap();
        assert_eq!(said.words(), ["first", "second"]);
        assert!(jobs(&app).await.is_empty());
    }

    async fn what_fails_while_a_newer_one_waits_makes_room_for_it(app) {
        add(&app, &keyed("old", "k")).await;
        let db = app.db.clone();
        let worker = worker_at(&app, TimeDelta::zero()).on(move |_: Say, context: Context| {
            let db = db.clone();
            async move {
                let tx = db.system().begin().await?;
                tenantry::jobs::enqueue_for_at(&tx, context.tenant().as_str(), &keyed("new", "k"), Utc::now() + TimeDelta::hours(1))
                    .await?;
                tx.commit().await?;
                Err(Failure::again("no answer"))
            }
        });
        worker.drain().await.unwrap();
        let job = only_job(&app).await;
        assert!(job.payload.contains("new") && job.state == State::Waiting, "{job:?}");
    }

    async fn a_dead_one_keeps_no_newer_one_out_and_gives_way_to_it(app) {
        add(&app, &keyed("old", "k")).await;
        failing(worker_at(&app, TimeDelta::zero()), || Failure::never("no")).drain().await.unwrap();
        let dead = only_job(&app).await.id;
        add(&app, &keyed("new", "k")).await;
        assert_eq!(jobs(&app).await.len(), 2);
        assert_eq!(letters::retry(&app.db, dead).await.unwrap(), Retried::Superseded);
        assert!(only_job(&app).await.payload.contains("new"));
    }
}
