//! `GET /api/audit-log`: filters, pages, and who may read it.

use serde_json::{Value, json};

use super::{actions, log, page};

on_both_databases! {
    async fn filters_combine_and_pages_join(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin();
        let editor = acme.member_with(&["org:tasks:view", "org:tasks:create", "org:tasks:edit"]).await;
        let first = admin.create_task("First").await;
        let second = editor.create_task("Second").await;
        editor.patch(first.path(), json!({"title": "Changed"})).await;

        let ids = |entries: Vec<Value>| entries.iter().map(|entry| entry["seq"].as_i64().unwrap()).collect::<Vec<_>>();
        let of_editor = page(&admin, &format!("?actor={}", editor.user_id)).await;
        assert_eq!(actions(&of_editor), ["task.updated", "task.created"]);
        let of_first = page(&admin, &format!("?target_type=task&target_id={}", first.id)).await;
        assert_eq!(actions(&of_first), ["task.updated", "task.created"]);
        let created = page(&admin, "?action=task.created&target_type=task").await;
        assert_eq!(created.iter().map(|entry| &entry["target"]["id"]).collect::<Vec<_>>(), [&json!(second.id), &json!(first.id)]);
        let either = page(&admin, "?action=task.created,task.updated&target_type=task").await;
        assert_eq!(either.len(), 3);
        let at = created[0]["at"].as_str().unwrap();
        assert_eq!(ids(page(&admin, &format!("?since={at}&target_type=task")).await), ids(either[..2].to_vec()));
        assert_eq!(ids(page(&admin, &format!("?until={at}&target_type=task")).await), ids(either[2..].to_vec()));

        let whole = ids(log(&acme).await);
        let (mut joined, mut next) = (Vec::new(), Some("/api/audit-log?limit=2".to_owned()));
        while let Some(path) = next {
            let answer = admin.get(&path).await;
            assert_eq!(answer.summary(), "200");
            joined.extend(ids(answer.list()));
            let link = answer.header("link").map(str::to_owned);
            next = link.map(|link| link[1..link.find('>').unwrap()].to_owned());
        }
        assert_eq!(joined, whole);
    }

    async fn what_cannot_be_meant_is_refused(app) {
        let admin = app.organization("acme").await.admin();
        for (query, parameter) in [
            ("action=task.eaten", "action"),
            ("target_id=x", "target_id"),
            ("since=yesterday", "since"),
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("cursor=x", "cursor"),
            ("format=xml", "format"),
            ("format=csv&limit=5", "limit"),
            ("offset=1", "offset"),
        ] {
            let answer = admin.get(format!("/api/audit-log?{query}")).await;
            assert_eq!(answer.status.as_u16(), 422, "{query}");
            assert_eq!(answer.json()["errors"][0]["parameter"], parameter, "{query}");
        }
    }

    async fn only_admins_read_it_and_only_their_own(app) {
        let acme = app.organization("acme").await;
        acme.admin().create_task("Ours").await;
        let manager = acme.member_with(&["org:members:manage", "org:tasks:view"]).await;
        assert_eq!(manager.get("/api/audit-log").await.summary(), "403 admin_required");
        let rival = app.organization("rival").await;
        let read = rival.admin().get("/api/audit-log").await;
        assert!(!String::from_utf8_lossy(&read.body).contains("Ours"));
        assert!(!String::from_utf8_lossy(&read.body).contains(&acme.id));
    }
}
