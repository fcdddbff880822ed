//! The log as a file.

use axum::http::Method;
use serde_json::{Value, json};

use super::log;

on_both_databases! {
    async fn the_file_holds_what_the_list_holds_and_is_recorded(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin();
        let task = admin.create_task("=HYPERLINK(\"x\")").await;
        admin.patch(task.path(), json!({"description": "one, \"two\"\nthree"})).await;

        let lines = admin.get("/api/audit-log?format=ndjson").await;

        assert_eq!(lines.header("content-type"), Some("application/x-ndjson"));
        let text = String::from_utf8(lines.body.to_vec()).unwrap();
        let entries: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let listed = log(&acme).await;
        assert_eq!(entries, listed);
        assert_eq!(listed[0]["action"], "audit_log.exported");
        assert_eq!(listed[0]["after"], json!({"query": "format=ndjson"}));

        let table = admin.get("/api/audit-log?format=csv&target_type=task").await;
        assert_eq!(table.header("content-type"), Some("text/csv; charset=utf-8"));
        let mut reader = csv::Reader::from_reader(&table.body[..]);
        let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.unwrap()).collect();
        assert_eq!(rows.len(), 2);
        assert_eq!((&rows[0][5], &rows[1][7]), ("task.updated", task.id.as_str()));
        let after: Value = serde_json::from_str(&rows[0][9]).unwrap();
        assert_eq!(after["description"], "one, \"two\"\nthree");
    }

    async fn a_long_log_is_a_whole_file(app) {
        let acme = app.organization("acme").await;
        let tx = app.db.system().begin().await.unwrap();
        let origin = tenantry::audit::Origin::operator();
        for number in 0..1_050 {
            use tenantry::audit::{Action, Entry, Target};
            let entry = Entry::new(&origin, Action::DataExported, Target::new("organization", number));
            tx.record(&acme.id, entry).await.unwrap();
        }
        tx.commit().await.unwrap();
        let answer = acme.admin().get("/api/audit-log?format=csv").await;
        let rows = String::from_utf8(answer.body.to_vec()).unwrap();
        let places: Vec<i64> = rows.lines().skip(1).map(|row| row.split(',').next().unwrap().parse().unwrap()).collect();
        let expected: Vec<i64> = (1..=places[0]).rev().collect();
        assert!(places[0] > 1_050);
        assert_eq!(places, expected);
    }


    async fn asking_for_the_headers_alone_hands_nothing_out(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin();
        for format in ["csv", "ndjson"] {
            let path = format!("/api/audit-log?format={format}");
            let before = log(&acme).await.len();
            let headers = admin.request(Method::HEAD, &path, None).await;
            assert_eq!((headers.summary().as_str(), headers.body.len()), ("200", 0));
            assert_eq!(log(&acme).await.len(), before, "nothing was handed out, and that was recorded");
            let file = admin.get(&path).await;
            for name in ["content-type", "content-disposition"] {
                assert!(file.header(name).is_some() && headers.header(name) == file.header(name), "{headers:?}");
            }
            assert_eq!(log(&acme).await.len(), before + 1);
        }
        let refused = admin.request(Method::HEAD, "/api/audit-log?format=csv&limit=5", None).await;
        assert_eq!(refused.status.as_u16(), 422);
    }
}
