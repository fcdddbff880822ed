//! An export holds every row of one state of the database, and what it takes to check that.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
};
use serde_json::{Value, json};
use tenantry::db::TenantId;
use tenantry::idempotency::entity as record;
use tenantry::tasks::entity::{self as task, label};
use tenantry::tenants::export::{Manifest, export};

use super::planted::{Planted, add_tasks};
use crate::support::{Database, TestApp};

/// The lines before the manifest, and the manifest.
async fn exported(app: &TestApp, id: &str) -> (Vec<String>, Manifest) {
    let mut bytes = Vec::new();
    let tenant = TenantId::Organization(id.to_owned());
    let manifest = export(&app.db, &tenant, Utc::now(), &mut bytes, |_| {}).await.unwrap().unwrap();
    let mut lines: Vec<String> = String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect();
    let last: Value = serde_json::from_str(&lines.pop().unwrap()).unwrap();
    assert_eq!(last, json!({"manifest": serde_json::to_value(&manifest).unwrap()}), "the last line is the manifest");
    (lines, manifest)
}

fn sha256<'a>(lines: impl Iterator<Item = &'a String>) -> String {
    let bytes: String = lines.map(|line| format!("{line}\n")).collect();
    digest(&SHA256, bytes.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn table(line: &str) -> String {
    serde_json::from_str::<Value>(line).unwrap()["table"].as_str().unwrap().to_owned()
}

on_both_databases! {
    async fn an_export_has_every_row_and_its_sums_are_right(app) {
        let planted = Planted::new(&app, "keepsake").await;
        let id = planted.organization.id.as_str();
        add_tasks(&app, id, 5_000).await;
        add_tasks(&app, &app.organization("rival").await.id, 10).await;
        let (lines, manifest) = exported(&app, id).await;

        assert_eq!(manifest.rows, u64::try_from(lines.len()).unwrap());
        assert_eq!(manifest.sha256, sha256(lines.iter()), "the sum of the whole is not that of its lines");
        for content in &manifest.tables {
            let of_table: Vec<&String> = lines.iter().filter(|line| table(line) == content.table).collect();
            assert_eq!(content.rows, u64::try_from(of_table.len()).unwrap(), "{}", content.table);
            assert_eq!(content.sha256, sha256(of_table.into_iter()), "the sum of {} is wrong", content.table);
        }
        let rows: BTreeMap<&str, u64> = manifest.tables.iter().map(|content| (&*content.table, content.rows)).collect();
        let expected = [
            ("organizations", 1), ("users", 0), ("memberships", 2), ("invitations", 1), ("tasks", 5_002),
            ("task_labels", 5_004), ("task_comments", 1), ("idempotency_records", 1), ("mail_notices", 1), ("mail_preferences", 0), ("payment_attempts", 0), ("subscription_items", 0), ("subscriptions", 0),
        ];
        let records = ["audit_heads", "audit_log", "jobs"];
        let rows: BTreeMap<&str, u64> = rows.into_iter().filter(|(table, _)| !records.contains(table)).collect();
        assert_eq!(rows, BTreeMap::from(expected));
        assert_eq!(lines.iter().collect::<BTreeSet<_>>().len(), lines.len(), "a row is there twice");
        assert!(!lines.iter().any(|line| line.contains("first-rival")), "another tenant's rows are in it");
    }

    async fn a_row_is_written_as_the_database_has_it(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin().header("idempotency-key", "k");
        let made = admin.create(json!({
            "title": "Ünïcode \"quoted\"\n", "labels": ["b", "a"], "due_date": "2026-02-03T04:05:06.789+01:00",
        })).await;
        let (lines, _) = exported(&app, &acme.id).await;
        let rows: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        let of = |table: &str| rows.iter().find(|row| row["table"] == table).unwrap()["row"].clone();
        let task = of("tasks");
        assert_eq!(task["id"], made.id.as_str());
        assert_eq!(task["title"], "Ünïcode \"quoted\"");
        assert_eq!(task["description"], Value::Null);
        assert_eq!(task["labels"], json!(["b", "a"]), "JSON stays JSON");
        assert_eq!(task["due_date"], "2026-02-03T03:05:06.789000Z");
        assert_eq!(task["version"], 1);
        let answer = base64::Engine::decode(
            &base64::engine::general_purpose::STANDARD, of("idempotency_records")["answer"].as_str().unwrap(),
        );
        assert_eq!(serde_json::from_slice::<Value>(&answer.unwrap()).unwrap(), made.body, "bytes are in base64");
        assert_eq!(of("organizations")["name"], "The acme company");
    }

    async fn an_export_is_of_one_moment(app) {
        let acme = app.organization("acme").await;
        add_tasks(&app, &acme.id, 2_500).await;
        let tenant = TenantId::Organization(acme.id.clone());
        let mut writer = Meddler { app: app.clone(), tenant: acme.id.clone(), lines: Vec::new(), meddled: false };
        let manifest = export(&app.db, &tenant, Utc::now(), &mut writer, |_| {}).await.unwrap().unwrap();
        assert!(writer.meddled, "nothing was written meanwhile");
        let rows: BTreeMap<&str, u64> = manifest.tables.iter().map(|content| (&*content.table, content.rows)).collect();
        assert_eq!((rows["tasks"], rows["task_labels"]), (2_500, 2_500), "it saw what was written meanwhile");
        let tasks = task::Entity::find().filter(task::Column::TenantId.eq(&*acme.id)).count(&app.db.system()).await.unwrap();
        assert_eq!(tasks, 10, "the writes were kept out");
    }

    async fn of_a_tenant_without_rows_there_is_no_export(app) {
        let mut bytes = Vec::new();
        let tenant = TenantId::Organization("org_unknown".to_owned());
        assert_eq!(export(&app.db, &tenant, Utc::now(), &mut bytes, |_| {}).await.unwrap(), None);
        assert!(bytes.is_empty());
    }
}

/// Takes lines; once the first page of tasks is on its way, others delete every task and add ten.
struct Meddler {
    app: TestApp,
    tenant: String,
    lines: Vec<u8>,
    meddled: bool,
}

impl Write for Meddler {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.meddled && bytes.starts_with(b"{\"table\":\"tasks\"") {
            self.meddled = true;
            let (app, tenant) = (self.app.clone(), self.tenant.clone());
            tokio::task::block_in_place(|| {
                tokio::runtime::Handle::current().block_on(async move {
                    let db = app.scratch.connect().await;
                    db.execute_unprepared(&format!("DELETE FROM tasks WHERE tenant_id = '{tenant}'")).await.unwrap();
                    add_tasks(&app, &tenant, 10).await;
                });
            });
        }
        self.lines.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The same rows in a database.
async fn same_rows(app: &TestApp) {
    let db = app.scratch.connect().await;
    let at: DateTime<Utc> = "2026-01-02T03:04:05.678901Z".parse().unwrap();
    let id = |number: u128| uuid::Uuid::from_u128(number);
    for number in 0..1_200_u128 {
        let new =
            serde_json::from_value(json!({"title": format!("Task {number}"), "description": "ß", "labels": ["x"]}));
        let mut row = tenantry::tasks::row(&new.unwrap(), "user_1").unwrap();
        (row.tenant_id, row.id) = (Set("org_same".into()), Set(id(number)));
        (row.created_at, row.updated_at, row.due_date) = (Set(at), Set(at), Set(Some(at)));
        task::Entity::insert(row).exec_without_returning(&db).await.unwrap();
    }
    let label = label::Model { tenant_id: "org_same".into(), task_id: id(7), label: "x".into() };
    label::Entity::insert(label.into_active_model()).exec_without_returning(&db).await.unwrap();
    let record = record::Model {
        tenant_id: "org_same".into(),
        user_id: "user_1".into(),
        route: "POST /api/tasks".into(),
        key: "k".into(),
        body_digest: vec![0, 255, 128],
        status: 201,
        location: None,
        etag: Some("\"v1\"".into()),
        answer: b"{}".to_vec(),
        created_at: at,
    };
    record::Entity::insert(record.into_active_model()).exec_without_returning(&db).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_rows_are_the_same_bytes_on_both_databases() {
    if !Database::postgres_is_there() {
        return;
    }
    let mut both = Vec::new();
    for on in [Database::Sqlite, Database::Postgres] {
        let app = TestApp::start(on).await;
        same_rows(&app).await;
        let (lines, manifest) = exported(&app, "org_same").await;
        both.push((lines, manifest.sha256, manifest.tables));
    }
    assert_eq!(both[0], both[1]);
}
