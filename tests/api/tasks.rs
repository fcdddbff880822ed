//! Tasks, from creation to deletion.

use serde_json::json;

on_both_databases! {
    async fn another_organization_cannot_see_our_task(app) {
        let task = app.organization("acme").await.admin().create_task("Ship it").await;
        let rival = app.organization("rival").await.admin();
        assert_eq!(rival.get(task.path()).await.summary(), "404 task_not_found");
        assert_eq!(rival.patch(task.path(), json!({"title": "Ours"})).await.summary(), "404 task_not_found");
        assert_eq!(rival.delete(task.path()).await.summary(), "404 task_not_found");
        assert!(rival.get("/api/tasks").await.list().is_empty());
    }
}
