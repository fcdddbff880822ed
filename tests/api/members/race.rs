//! Clerk's answer, its webhook, and whatever may come between them.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend};
use serde_json::json;

use super::{Backend, asking, path, role_at_clerk, stored};
use crate::support::{Answer, Caller, TestApp};

/// What a request is doing while its answer is held back.
fn begin(act: impl Future<Output = Answer> + Send + 'static) -> tokio::task::JoinHandle<Answer> {
    tokio::spawn(act)
}

/// Waits until something holds.
async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    for _ in 0..500 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never came about that {what}");
}

/// Makes the mirror unwritable: a statement on memberships fails.
async fn break_mirror(app: &TestApp) {
    let db = app.db.system();
    match db.get_database_backend() {
        DbBackend::Sqlite => {
            let trigger = "CREATE TRIGGER refuse BEFORE UPDATE ON memberships BEGIN SELECT RAISE(ABORT, 'no'); END";
            db.execute_unprepared(trigger).await.unwrap();
        }
        _ => {
            let check = "ALTER TABLE memberships ADD CONSTRAINT refuse CHECK (role <> 'org:admin' AND deleted_at IS NULL) NOT VALID";
            app.scratch.connect().await.execute_unprepared(check).await.unwrap();
        }
    }
}

async fn mend_mirror(app: &TestApp) {
    let mend = match app.db.system().get_database_backend() {
        DbBackend::Sqlite => "DROP TRIGGER refuse",
        _ => "ALTER TABLE memberships DROP CONSTRAINT refuse",
    };
    app.scratch.connect().await.execute_unprepared(mend).await.unwrap();
}

fn patching(caller: &Caller, user: &str, role: &'static str) -> impl Future<Output = Answer> + Send + 'static {
    let (caller, path) = (caller.clone(), path(user));
    async move { caller.patch(path, json!({"role": role})).await }
}

fn deleting(caller: &Caller, user: &str) -> impl Future<Output = Answer> + Send + 'static {
    let (caller, path) = (caller.clone(), path(user));
    async move { caller.delete(path).await }
}

on_both_databases! {
    async fn a_webhook_that_overtakes_the_answer_has_said_it_all(app) {
        let acme = app.organization("acme").await;
        let sam = acme.member("org:member").await;
        let (backend, gate) = Backend::holding_answers(&app.clerk).await;
        let admin = acme.admin().at(&asking(&app, &backend));

        let promoting = begin(patching(&admin, &sam.user_id, "org:admin"));
        gate.reached().await;
        app.deliver_webhooks().await;
        let told = stored(&app, &acme.id, &sam.user_id).await;
        gate.open();
        assert_eq!(promoting.await.unwrap().json()["role"], "org:admin");
        assert_eq!(stored(&app, &acme.id, &sam.user_id).await, told);

        let removing = begin(deleting(&admin, &sam.user_id));
        gate.reached().await;
        app.deliver_webhooks().await;
        let told = stored(&app, &acme.id, &sam.user_id).await;
        gate.open();
        assert_eq!(removing.await.unwrap().summary(), "204");
        assert_eq!(stored(&app, &acme.id, &sam.user_id).await, told);
        assert!(told[0].deleted_at.is_some());
    }

    async fn a_webhook_that_comes_after_the_answer_has_the_last_word(app) {
        let acme = app.organization("acme").await;
        let sam = acme.member("org:member").await;
        let admin = acme.admin();
        assert_eq!(admin.patch(path(&sam.user_id), json!({"role": "org:admin"})).await.summary(), "200");
        let answered = stored(&app, &acme.id, &sam.user_id).await.remove(0);
        app.deliver_webhooks().await;
        let told = stored(&app, &acme.id, &sam.user_id).await.remove(0);
        assert_eq!((&told.role, &told.permissions, told.created_at), (&answered.role, &answered.permissions, answered.created_at));
        assert_eq!((answered.source_updated_at, answered.source_event_at), (told.source_updated_at, 0));

        assert_eq!(admin.delete(path(&sam.user_id)).await.summary(), "204");
        let answered = stored(&app, &acme.id, &sam.user_id).await.remove(0);
        app.deliver_webhooks().await;
        let told = stored(&app, &acme.id, &sam.user_id).await.remove(0);
        assert!(answered.deleted_at.is_some() && told.deleted_at.is_some());
        assert_eq!(told.source_event_at, told.deleted_at.unwrap().timestamp_millis(), "the time of the event itself");
    }

    async fn an_old_answer_does_not_undo_a_newer_change(app) {
        let acme = app.organization("acme").await;
        let sam = acme.member("org:member").await;
        let (backend, gate) = Backend::holding_answers(&app.clerk).await;
        let promoting = begin(patching(&acme.admin().at(&asking(&app, &backend)), &sam.user_id, "org:admin"));
        gate.reached().await;
        app.clerk.set_role(&acme.id, &sam.user_id, "org:member").unwrap();
        app.deliver_webhooks().await;
        gate.open();
        assert_eq!(promoting.await.unwrap().json()["role"], "org:member", "as they are now");
        assert_eq!(acme.admin().get(path(&sam.user_id)).await.json()["role"], "org:member");
    }

    async fn a_caller_who_hangs_up_does_not_keep_the_answer_from_the_mirror(app) {
        let acme = app.organization("acme").await;
        let sam = acme.member("org:member").await;
        let (backend, gate) = Backend::holding_answers(&app.clerk).await;
        let removing = begin(deleting(&acme.admin().at(&asking(&app, &backend)), &sam.user_id));
        gate.reached().await;
        removing.abort();
        assert!(removing.await.unwrap_err().is_cancelled());
        gate.open();
        until("the mirror has the removal", async || stored(&app, &acme.id, &sam.user_id).await[0].deleted_at.is_some()).await;
        assert_eq!(backend.asked().len(), 1);
    }

    async fn a_change_made_at_clerk_is_told_as_made_and_the_webhook_mends_the_mirror(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin();
        let (sam, ines) = (acme.member("org:member").await, acme.member("org:member").await);
        let task = admin.create(json!({"title": "Ship it", "assignee_id": ines.user_id})).await;
        break_mirror(&app).await;

        let promoted = admin.patch(path(&sam.user_id), json!({"role": "org:admin"})).await;
        assert_eq!((promoted.summary().as_str(), &promoted.json()["role"]), ("200", &json!("org:admin")));
        assert_eq!(admin.delete(path(&ines.user_id)).await.summary(), "204");
        assert_eq!(role_at_clerk(&app, &acme.id, &ines.user_id), None);
        assert_eq!(admin.get(path(&sam.user_id)).await.json()["role"], "org:member", "the mirror could not follow");
        assert_eq!(admin.get(task.path()).await.json(), task.body, "all or nothing");

        mend_mirror(&app).await;
        app.deliver_webhooks().await;
        app.run_jobs().await;
        let mended = admin.get(path(&sam.user_id)).await;
        assert_eq!((mended.body.clone(), mended.header("etag")), (promoted.body.clone(), promoted.header("etag")));
        assert_eq!(admin.get(path(&ines.user_id)).await.summary(), "404 member_not_found");
        assert_eq!(admin.get(task.path()).await.json()["assignee_id"], json!(null));
    }
}
