//! Every job is a tenant's: enqueued as the tenant, done as the tenant, and gone with the tenant.

use chrono::TimeDelta;
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use tenantry::audit::{Action, Entry, Target};
use tenantry::jobs::{Context, Job, enqueue};
use tenantry::tasks::entity::Entity as Task;

use super::{Said, Say, add_for, jobs, keyed, say, saying, worker_at};

/// A job that is done whatever became of its tenant.
#[derive(Debug, Serialize, Deserialize)]
pub struct Echo {
    pub word: String,
}

impl Job for Echo {
    const KIND: &'static str = "test.echo";
    const OUTLIVES_TENANT: bool = true;
}

on_both_databases! {
    async fn a_handler_sees_its_tenants_rows_and_enqueues_for_it(app) {
        let (acme, rival) = (app.organization("acme").await, app.organization("rival").await);
        acme.admin().create_task("Ours").await;
        rival.admin().create_task("Theirs").await;
        add_for(&app, &acme.id, &say("count")).await;
        let said = Said::default();
        let noted = said.clone();
        let worker = worker_at(&app, TimeDelta::zero()).on(move |job: Say, context: Context| {
            let noted = noted.clone();
            async move {
                for task in context.tenant_db().all(Task::find()).await? {
                    noted.add(&task.title);
                }
                let tx = context.tenant_db().begin().await?;
                enqueue(&tx, &Echo { word: job.word.clone() }).await?;
                enqueue(&tx, &keyed("renewed", "k")).await?;
                enqueue(&tx, &keyed("renewed", "k")).await?;
                let entry = Entry::new(&context.origin(), Action::TasksUnassigned, Target::member("user_a"));
                tx.commit(entry).await?;
                Ok(())
            }
        });
        // The clock stands still: what the handler enqueues is due a moment after it.
        assert_eq!(worker.drain().await.unwrap(), 1);
        assert_eq!(said.words(), ["Ours"]);
        let left = jobs(&app).await;
        assert!(left.iter().all(|job| job.tenant_id == acme.id), "{left:?}");
        assert_eq!(left.iter().map(|job| job.kind.as_str()).collect::<Vec<_>>(), ["test.echo", "test.say"]);
    }

    async fn the_jobs_of_a_deleted_tenant_are_dropped_but_for_those_that_outlive_it(app) {
        let acme = app.organization("acme").await;
        add_for(&app, &acme.id, &say("too late")).await;
        add_for(&app, &acme.id, &Echo { word: "all the same".into() }).await;
        app.clerk.delete_organization(&acme.id).unwrap();
        app.deliver_webhooks().await;
        let said = Said::default();
        let noted = said.clone();
        let worker = saying(worker_at(&app, TimeDelta::zero()), &said).on(move |job: Echo, _: Context| {
            let noted = noted.clone();
            async move {
                noted.add(&job.word);
                Ok(())
            }
        });
        worker.drain().await.unwrap();
        assert_eq!(said.words(), ["all the same"]);
        assert!(jobs(&app).await.is_empty());
    }
}
