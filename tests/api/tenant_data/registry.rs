//! The registry of tenants' tables names them all, in an order in which their rows may be deleted.

use std::collections::BTreeSet;

use tenantry::tenants::registry::{OWNED, SELVES, TELLING};

use crate::schema::Catalogue;

on_both_databases! {
    async fn every_tenants_table_is_exported_and_purged(app) {
        let catalogue = Catalogue::read(&app.scratch.connect().await).await;
        let owned: BTreeSet<&str> = OWNED.iter().map(|table| table.name()).collect();
        assert_eq!(owned.len(), OWNED.len(), "OWNED in src/tenants/registry.rs names a table twice");
        for (name, table) in &catalogue.tables {
            assert_eq!(
                table.columns.contains_key("tenant_id"), owned.contains(name.as_str()),
                "The rows of {name} belong to a tenant, and neither export nor purge would find them (or it is gone): name \
                 it in OWNED in src/tenants/registry.rs, before the tables that its foreign keys point at."
            );
        }
        for table in SELVES {
            assert!(catalogue.tables.contains_key(table.name()), "{} is gone; remove it from SELVES", table.name());
        }
    }

    async fn every_table_that_names_an_organization_is_purged(app) {
        let catalogue = Catalogue::read(&app.scratch.connect().await).await;
        let mut telling: BTreeSet<&str> = TELLING.iter().map(|table| table.name()).collect();
        telling.insert("webhook_deliveries");
        for (name, table) in &catalogue.tables {
            let names = ["organization_id", "org_id"].iter().any(|column| table.columns.contains_key(*column));
            assert!(
                !names || telling.contains(name.as_str()),
                "{name} names an organization, and its rows would outlive it: name it in TELLING in src/tenants/registry.rs."
            );
        }
    }

    async fn children_are_deleted_before_their_parents(app) {
        let catalogue = Catalogue::read(&app.scratch.connect().await).await;
        let place = |name: &str| OWNED.iter().position(|table| table.name() == name).unwrap();
        let mut seen = 0;
        for (child, table) in &catalogue.tables {
            for parent in table.foreign.keys() {
                seen += 1;
                assert!(
                    place(child) < place(parent),
                    "Move {child} before {parent} in OWNED in src/tenants/registry.rs: a batch of parents would take any \
                     number of children with it, or be refused."
                );
            }
        }
        assert!(seen > 0, "the catalogue was misread: not one foreign key");
    }
}
