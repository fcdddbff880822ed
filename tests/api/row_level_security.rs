//! PostgreSQL's own wall, tried without the type's: by statements that name no tenant, or another.

use std::collections::BTreeSet;

use clerk_emulator::{NewInvitation, Plan, Seed};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, Statement, TransactionTrait};
use serde_json::json;
use tenantry::db::{APP_ROLE, Db, SYSTEM_ROLE};
use tenantry::jobs::enqueue_for;
use tenantry::tasks::UnassignFormerMember;

use crate::schema::{Catalogue, strings};
use crate::support::{Database, Setup, TestApp};
use crate::{access, isolation};

/// Two organizations with rows in every table that a tenant may see, and a bare connection of the role that serves.
struct Walled {
    app: TestApp,
    acme: String,
    rival: String,
    login: DatabaseConnection,
}

impl Walled {
    async fn start() -> Option<Self> {
        if !Database::postgres_is_there() {
            return None;
        }
        let plans = vec![Plan::new("free_org", &["tasks"]), Plan::new("pro", &["tasks"]).price(4900)];
        let seed = Some(Seed { billing: true, plans, ..Seed::empty() });
        let app = TestApp::with(Database::Postgres, Setup { seed, ..Setup::default() }).await;
        let mut ids = Vec::new();
        for name in ["acme", "rival"] {
            let organization = app.organization(name).await;
            let admin = organization.admin().header("idempotency-key", "k");
            let body = json!({"title": format!("{name}'s"), "labels": [name]});
            let task = admin.create(body).await;
            let said = organization.admin().post(format!("{}/comments", task.path()), json!({"body": name})).await;
            assert_eq!(said.summary(), "201");
            let new = NewInvitation::new(format!("new@{name}.example"), "org:member");
            app.clerk.invite(&organization.id, new).unwrap();
            app.clerk.subscribe(name, "pro").unwrap();
            let tx = app.db.system().begin().await.unwrap();
            let job = UnassignFormerMember { user_id: "user_a".into() };
            enqueue_for(&tx, &organization.id, &job).await.unwrap();
            tx.commit().await.unwrap();
            let id = &organization.id;
            let mail = format!(
                "INSERT INTO mail_preferences VALUES ('{id}', 'task_assigned', true, '{name}', now());
                 INSERT INTO mail_notices VALUES ('{id}', 'plan_past_due', now());"
            );
            app.scratch.connect().await.execute_unprepared(&mail).await.unwrap();
            ids.push(organization.id.clone());
        }
        app.deliver_webhooks().await;
        let [acme, rival] = ids.try_into().unwrap();
        let login = app.scratch.login().await;
        Some(Self { app, acme, rival, login })
    }

    /// A transaction as the product begins one, by hand.
    async fn transaction(&self, role: &str, tenant: Option<&str>) -> DatabaseTransaction {
        let transaction = self.login.begin().await.unwrap();
        set(&transaction, "role", role).await;
        if let Some(tenant) = tenant {
            set(&transaction, "app.tenant_id", tenant).await;
        }
        transaction
    }

    async fn tables_of_tenants(&self) -> Vec<String> {
        let catalogue = Catalogue::read(&self.app.scratch.connect().await).await;
        let owned = catalogue.tables.iter().filter(|(_, table)| table.columns.contains_key("tenant_id"));
        let owned: Vec<String> = owned.map(|(name, _)| name.clone()).collect();
        assert!(owned.len() >= 5, "the catalogue was misread: {owned:?}");
        owned
    }
}

async fn set<C: ConnectionTrait>(on: &C, name: &str, value: &str) {
    let set = Statement::from_sql_and_values(
        on.get_database_backend(),
        "SELECT set_config($1, $2, true)",
        [name.into(), value.into()],
    );
    on.query_one_raw(set).await.unwrap();
}

/// The tenants whose rows a statement without any condition finds.
async fn tenants_seen<C: ConnectionTrait>(on: &C, table: &str) -> BTreeSet<String> {
    let all = Statement::from_string(on.get_database_backend(), format!("SELECT tenant_id FROM {table}"));
    let rows = on.query_all_raw(all).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// The code of the refusal.
async fn refused<C: ConnectionTrait>(on: &C, sql: &str) -> String {
    let error = on.execute_unprepared(sql).await.expect_err("this must be refused");
    tenantry::db::trouble::sql_state(&error).unwrap_or_else(|| panic!("{error}")).into_owned()
}

#[tokio::test]
async fn a_statement_without_a_condition_sees_the_set_tenants_rows_alone() {
    let Some(walled) = Walled::start().await else { return };
    for table in walled.tables_of_tenants().await {
        for tenant in [&walled.acme, &walled.rival] {
            let transaction = walled.transaction(APP_ROLE, Some(tenant)).await;
            assert_eq!(tenants_seen(&transaction, &table).await, BTreeSet::from([tenant.clone()]), "{table}");
        }
        let both = walled.transaction(SYSTEM_ROLE, None).await;
        assert_eq!(tenants_seen(&both, &table).await.len(), 2, "{table} under {SYSTEM_ROLE}");
    }
}

#[tokio::test]
async fn without_a_tenant_there_is_no_row() {
    let Some(walled) = Walled::start().await else { return };
    for tenant in [None, Some(""), Some("org_nobody"), Some("%"), Some("null")] {
        let transaction = walled.transaction(APP_ROLE, tenant).await;
        for table in walled.tables_of_tenants().await {
            assert_eq!(tenants_seen(&transaction, &table).await, BTreeSet::new(), "{table}, tenant {tenant:?}");
        }
        let organizations = "SELECT id FROM organizations UNION ALL SELECT id FROM users";
        let organizations = Statement::from_string(transaction.get_database_backend(), organizations);
        assert!(transaction.query_all_raw(organizations).await.unwrap().is_empty(), "tenant {tenant:?}");
    }
    // The setting of one transaction is nobody else's.
    walled.transaction(APP_ROLE, Some(&walled.acme)).await.commit().await.unwrap();
    let next = walled.transaction(APP_ROLE, None).await;
    assert_eq!(tenants_seen(&next, "tasks").await, BTreeSet::new());
}

#[tokio::test]
async fn a_tenant_cannot_write_another_tenants_rows() {
    let Some(walled) = Walled::start().await else { return };
    for sql in [
        format!(
            "INSERT INTO task_comments SELECT '{}', id, task_id, 'planted', author_id, created_at, updated_at, 1 FROM task_comments",
            walled.rival
        ),
        format!("INSERT INTO task_labels SELECT '{}', task_id, 'planted' FROM task_labels", walled.rival),
        format!("UPDATE tasks SET tenant_id = '{}'", walled.rival),
        format!("UPDATE idempotency_records SET tenant_id = '{}'", walled.rival),
        format!(
            "INSERT INTO jobs SELECT '{}', id, kind, key, payload, state, attempts, due_at, claim, reason, created_at FROM jobs",
            walled.rival
        ),
        format!("UPDATE mail_preferences SET tenant_id = '{}'", walled.rival),
        "UPDATE mail_notices SET told_at = now()".into(),
        // Its own it adds and renews, and no more.
        "DELETE FROM jobs".into(),
        "UPDATE jobs SET state = 'dead'".into(),
    ] {
        let transaction = walled.transaction(APP_ROLE, Some(&walled.acme)).await;
        assert_eq!(refused(&transaction, &sql).await, "42501", "{sql}");
    }
    for sql in ["DELETE FROM tasks", "UPDATE tasks SET title = 'Gone'", "DELETE FROM idempotency_records"] {
        let transaction = walled.transaction(APP_ROLE, Some(&walled.acme)).await;
        assert_eq!(transaction.execute_unprepared(sql).await.unwrap().rows_affected(), 1, "{sql}");
    }
}

#[tokio::test]
async fn a_tenant_reads_the_mirror_and_cannot_write_it() {
    let Some(walled) = Walled::start().await else { return };
    for table in ["organizations", "users", "memberships", "invitations"] {
        let transaction = walled.transaction(APP_ROLE, Some(&walled.acme)).await;
        assert_eq!(refused(&transaction, &format!("DELETE FROM {table}")).await, "42501", "{table}");
    }
    for table in ["webhook_deliveries", "ended_sessions", "seaql_migrations"] {
        let transaction = walled.transaction(APP_ROLE, Some(&walled.acme)).await;
        assert_eq!(refused(&transaction, &format!("SELECT FROM {table}")).await, "42501", "{table}");
    }
}

#[tokio::test]
async fn a_tenant_sees_its_own_members_and_nobody_else() {
    let Some(walled) = Walled::start().await else { return };
    let owner = walled.app.scratch.connect().await;
    let everybody = strings(&owner, "SELECT id FROM users").await;
    assert!(everybody.len() >= 2);
    for tenant in [&walled.acme, &walled.rival] {
        let transaction = walled.transaction(APP_ROLE, Some(tenant)).await;
        let seen = Statement::from_string(transaction.get_database_backend(), "SELECT id FROM users ORDER BY id");
        let seen: Vec<String> =
            transaction.query_all_raw(seen).await.unwrap().iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        let members = format!("SELECT user_id FROM memberships WHERE tenant_id = '{tenant}' ORDER BY user_id");
        assert_eq!(seen, strings(&owner, &members).await);
    }
}

#[tokio::test]
async fn the_role_that_logs_in_sees_nothing_until_it_takes_another() {
    let Some(walled) = Walled::start().await else { return };
    for table in walled.tables_of_tenants().await {
        assert_eq!(refused(&walled.login, &format!("SELECT FROM {table}")).await, "42501", "{table}");
    }
    let role = walled.app.db.role().await.unwrap().unwrap();
    assert_eq!((role.lacks(), role.dangers()), (None, Vec::new()));
}

#[tokio::test]
async fn a_login_that_could_pass_is_told_from_one_that_cannot() {
    let Some(walled) = Walled::start().await else { return };
    let mut config = walled.app.scratch.config.clone();
    config.url = config.migration_url.clone();
    let role = Db::connect(&config).await.unwrap().role().await.unwrap().unwrap();
    assert_eq!(role.dangers()[0], "it is a superuser");
    assert_eq!(role.lacks(), None);
}

#[tokio::test]
async fn every_table_is_behind_a_forced_policy() {
    let Some(walled) = Walled::start().await else { return };
    let owner = walled.app.scratch.connect().await;
    let open = strings(
        &owner,
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
            AND relname <> 'seaql_migrations' AND NOT (relrowsecurity AND relforcerowsecurity)",
    )
    .await;
    assert!(
        open.is_empty(),
        "These tables have no forced row-level security: {open:?}. End the migration that makes them with `roles::wall` \
         (a tenant's table) or `roles::system_only`."
    );
    let walled = walled.tables_of_tenants().await;
    let policies = strings(
        &owner,
        "SELECT tablename::text FROM pg_policies WHERE policyname = tablename || '_tenant' AND roles = '{tenantry_app}'
            AND qual = '((tenant_id)::text = NULLIF(current_setting(''app.tenant_id''::text, true), ''''::text))'
            AND (cmd = 'SELECT' OR with_check = qual)",
    )
    .await;
    for table in walled {
        assert!(
            policies.contains(&table),
            "{table} is a tenant's table without the tenant's policy; end its migration with `roles::wall(manager, \
             \"{table}\", \"tenant_id\", …)`."
        );
    }
    let bypassing = strings(
        &owner,
        "SELECT tablename || ': ' || policyname FROM pg_policies WHERE NOT (roles = '{tenantry_app}'
            AND policyname = tablename || '_tenant' OR roles = '{tenantry_system}' AND policyname = tablename || '_system'
            OR policyname IN ('audit_log_owner', 'audit_heads_owner')
            OR policyname IN ('organizations_owner', 'users_owner') AND qual = '(deleted_at IS NOT NULL)')",
    )
    .await;
    assert!(bypassing.is_empty(), "policies add up, so that one more may open a table: {bypassing:?}");
}

/// The other half of `.ci/mutations`, which takes the type's wall away and leaves this one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_policies_the_types_wall_still_holds() {
    if !Database::postgres_is_there() {
        return;
    }
    let app = TestApp::start(Database::Postgres).await;
    let owner = app.scratch.connect().await;
    let walled = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity";
    for table in strings(&owner, walled).await {
        owner.execute_unprepared(&format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")).await.unwrap();
    }
    assert!(strings(&owner, walled).await.is_empty(), "row-level security must be gone for this to show anything");
    isolation::rehearse_all(app.clone(), 200).await;
    access::walk(app).await.compare();
}
