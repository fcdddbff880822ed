//! What is in the trash is purged when its date has passed, and not before; nothing of it is left then.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tenantry::tasks::entity::{Entity as Tasks, comment, label};
use tenantry::tasks::purge_overdue;

use super::restore;
use crate::support::{Caller, Setup, TaskRef, TestApp};

/// A labelled task with a comment, in the trash.
async fn trashed(caller: &Caller, title: &str) -> TaskRef {
    let task = caller.create(json!({"title": title, "labels": ["a"]})).await;
    assert_eq!(caller.post(format!("{}/comments", task.path()), json!({"body": "Done"})).await.summary(), "201");
    assert_eq!(caller.delete(task.path()).await.summary(), "204");
    task
}

/// How many tasks, labels and comments are stored, whosever they are.
async fn stored(app: &TestApp) -> [u64; 3] {
    let db = app.db.system();
    [
        Tasks::find().count(&db).await.unwrap(),
        label::Entity::find().count(&db).await.unwrap(),
        comment::Entity::find().count(&db).await.unwrap(),
    ]
}

/// Who purged a task last, as the audit log has it, and what it says of what is gone.
async fn recorded(admin: &Caller, task: &TaskRef) -> [Value; 3] {
    let log =
        admin.get(format!("/api/audit-log?action=task.purged&target_type=task&target_id={}", task.id)).await.list();
    assert_eq!(log.len(), 1, "a purge is recorded once: {log:?}");
    ["actor", "before", "after"].map(|member| log[0][member].clone())
}

/// As if a task had been deleted so that its date is this.
async fn let_purge_at(app: &TestApp, task: &TaskRef, at: DateTime<Utc>) {
    use sea_orm::sea_query::Expr;
    use sea_orm::{ColumnTrait, QueryFilter};
    use tenantry::tasks::entity::Column;
    let id: uuid::Uuid = task.id.parse().unwrap();
    let late = Tasks::update_many().col_expr(Column::PurgeAt, Expr::value(at)).filter(Column::Id.eq(id));
    assert_eq!(late.exec(&app.db.system()).await.unwrap().rows_affected, 1);
}

on_both_databases! {
    async fn nothing_is_purged_before_its_date_and_all_of_it_after(app) {
        let admin = app.organization("acme").await.admin();
        let task = trashed(&admin, "Gone").await;
        admin.create(json!({"title": "Stays", "labels": ["a"]})).await;
        let date: DateTime<Utc> = admin.get("/api/tasks/trash").await.each("purge_at")[0].parse().unwrap();
        for early in [Utc::now(), date - TimeDelta::seconds(1), date] {
            assert_eq!(purge_overdue(&app.db, early).await.unwrap(), 0, "it was promised until {date}");
        }
        assert_eq!(stored(&app).await, [2, 2, 1]);
        assert_eq!(purge_overdue(&app.db, date + TimeDelta::minutes(3)).await.unwrap(), 1);
        assert_eq!(stored(&app).await, [1, 1, 0]);
        assert_eq!(recorded(&admin, &task).await, [json!({"type": "job"}), json!({}), json!({})]);
        assert_eq!(restore(&admin, &task.id).await.summary(), "404 task_not_in_trash");
        assert_eq!(admin.get("/api/tasks").await.each("title"), ["Stays"]);
    }

    async fn past_its_date_a_task_is_out_of_reach_before_it_is_purged(app) {
        let admin = app.organization("acme").await.admin();
        let (late, kept) = (trashed(&admin, "Late").await, trashed(&admin, "Kept").await);
        let_purge_at(&app, &late, Utc::now() - TimeDelta::milliseconds(1)).await;
        let_purge_at(&app, &kept, Utc::now() + TimeDelta::minutes(1)).await;
        assert_eq!(restore(&admin, &late.id).await.summary(), "404 task_not_in_trash");
        assert_eq!(admin.get("/api/tasks/trash").await.each("title"), ["Kept"]);
        let one = format!("/api/tasks/trash/{}", late.id);
        assert_eq!(admin.get(&one).await.summary(), "404 task_not_in_trash");
        assert_eq!(admin.delete(one).await.summary(), "404 task_not_in_trash");
        assert_eq!(purge_overdue(&app.db, Utc::now()).await.unwrap(), 0, "clocks of instances differ by a little");
        assert_eq!(restore(&admin, &kept.id).await.summary(), "200");
    }

    async fn the_date_that_was_told_holds_whatever_the_setting_becomes(app) {
        let short = app.another_instance(&Setup { trash_hold: TimeDelta::days(1), ..Setup::default() }).await;
        let admin = app.organization("acme").await.admin();
        let (long, brief) = (trashed(&admin, "Long").await, trashed(&admin.clone().at(&short), "Brief").await);
        assert_eq!(purge_overdue(&short.db, Utc::now() + TimeDelta::days(2)).await.unwrap(), 1);
        assert_eq!(restore(&admin.clone().at(&short), &long.id).await.summary(), "200");
        assert_eq!(restore(&admin, &brief.id).await.summary(), "404 task_not_in_trash");
    }

    async fn with_a_hold_of_nothing_a_deleted_task_is_gone_at_once(app) {
        let app = app.another_instance(&Setup { trash_hold: TimeDelta::zero(), ..Setup::default() }).await;
        let admin = app.organization("acme").await.admin().at(&app);
        let task = trashed(&admin, "Gone").await;
        assert_eq!(stored(&app).await, [0, 0, 0]);
        assert_eq!(restore(&admin, &task.id).await.summary(), "404 task_not_in_trash");
        assert_eq!(admin.delete(task.path()).await.summary(), "404 task_not_found");
        let task = admin.create_task("Changed").await;
        let late = admin.clone().header("if-match", "\"v2\"");
        assert_eq!(late.delete(task.path()).await.summary(), "412 precondition_failed");
    }

    async fn whoever_purges_a_task_need_not_wait(app) {
        let admin = app.organization("acme").await.admin();
        let task = trashed(&admin, "Gone").await;
        let one = format!("/api/tasks/trash/{}", task.id);
        let late = admin.clone().header("if-match", "\"v1\"").delete(&one).await;
        assert_eq!((late.summary().as_str(), late.header("etag")), ("412 precondition_failed", Some("\"v2\"")));
        assert_eq!(admin.clone().header("if-match", "\"v2\"").delete(&one).await.summary(), "204");
        assert_eq!(stored(&app).await, [0, 0, 0]);
        let by = json!({"type": "user", "id": admin.user_id});
        assert_eq!(recorded(&admin, &task).await, [by, json!({}), json!({})], "what is gone is not written down once more");
        assert_eq!(admin.delete(&one).await.summary(), "404 task_not_in_trash");
        let living = admin.create_task("Lives").await;
        assert_eq!(admin.delete(format!("/api/tasks/trash/{}", living.id)).await.summary(), "404 task_not_in_trash");
        assert_eq!(admin.get(living.path()).await.summary(), "200");
    }

    async fn many_tasks_and_many_comments_are_purged_by_several_instances_at_once(app) {
        let (acme, rival) = (app.organization("acme").await.admin(), app.organization("rival").await.admin());
        let talked_about = trashed(&acme, "Talked about").await;
        let kept = trashed(&rival, "Kept").await;
        let db = app.scratch.connect().await;
        for copies in [
            "INSERT INTO task_comments SELECT tenant_id, {random}, task_id, body, author_id, created_at, updated_at, version
             FROM task_comments, {numbers} WHERE author_id = '{author}'",
            "INSERT INTO tasks (tenant_id, id, title, title_folded, status, priority, labels, created_by, updated_by, created_at,
                 updated_at, version, deleted_at, deleted_by, purge_at)
             SELECT tenant_id, {random}, title, title_folded, status, priority, labels, created_by, updated_by, created_at,
                 updated_at, version, deleted_at, deleted_by, purge_at FROM tasks, {numbers} WHERE created_by = '{author}'",
        ] {
            let postgres = db.get_database_backend() == sea_orm::DbBackend::Postgres;
            let (random, numbers) = match postgres {
                true => ("gen_random_uuid()", "(SELECT generate_series(1, {many})) AS numbers"),
                false => ("randomblob(16)", "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {many}) SELECT i FROM n) AS numbers"),
            };
            let many = if copies.contains("task_comments") { "2100" } else { "120" };
            let sql = copies.replace("{random}", random).replace("{numbers}", numbers).replace("{many}", many);
            db.execute_unprepared(&sql.replace("{author}", &acme.user_id)).await.unwrap();
        }
        let_purge_at(&app, &kept, Utc::now() + TimeDelta::days(90)).await;
        assert_eq!(stored(&app).await, [122, 2, 2_102]);
        let other = app.another_instance(&Setup::default()).await;
        let now = Utc::now() + TimeDelta::days(31);
        let (one, two) = tokio::join!(purge_overdue(&app.db, now), purge_overdue(&other.db, now));
        assert_eq!(one.unwrap() + two.unwrap(), 121);
        assert_eq!(stored(&app).await, [1, 1, 1], "only what has another date may be left");
        assert_eq!(restore(&acme, &talked_about.id).await.summary(), "404 task_not_in_trash");
        assert_eq!(restore(&rival, &kept.id).await.summary(), "200");
    }
}
