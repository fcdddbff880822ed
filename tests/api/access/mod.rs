//! Every operation of the API document, tried by every kind of caller: who may do what is one committed table, `tests/api/access.txt`,
//! and another organization learns and changes nothing, whatever of ours it names.

mod fixtures;
mod insiders;
mod outsiders;
mod records;
mod rows;
mod table;
mod world;

use fixtures::{Fixture, fixture};
use outsiders::Attempt;
use rows::Rows;
use table::Table;
use world::World;

use crate::openapi::{Operation, operations};
use crate::support::TestApp;

/// What is answered and is no operation of the document; it is in the table too.
const UNDOCUMENTED: [&str; 4] = ["/openapi.json", "/docs/", "/docs", "/no/such/path"];

/// The fixture of an operation; fails with what to add.
fn fixture_of(operation: &Operation) -> Fixture {
    let (name, file) = (operation.name(), "tests/api/access/fixtures.rs");
    let fixture = fixture(&name).unwrap_or_else(|| {
        panic!("{name} is new: say in `fixture` of {file} what it is sent, so that every kind of caller can try it")
    });
    for part in operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        let known = fixture.places.iter().any(|(place, _)| *place == part);
        assert!(known, "{name}: say in {file} what stands at {{{part}}}, with `.place({part:?}, Thing::…)`");
    }
    let queried = operation.parameters.iter().filter(|parameter| parameter["in"] == "query");
    let queried: Vec<&str> = queried.filter_map(|parameter| parameter["name"].as_str()).collect();
    let said = fixture.foreign_queries.concat();
    let takes_ours =
        queried.is_empty() || said.contains("{person}") || said.contains("{task}") || said.contains("{org}");
    assert!(takes_ours, "{name} takes a query: name what is ours in it, with `.foreign_queries(…)` in {file}");
    let follows = !queried.contains(&"cursor") || said.contains("cursor={cursor}");
    assert!(follows, "{name} takes a cursor: add `cursor={{cursor}}` to its `.foreign_queries(…)` in {file}");
    if operation.says["requestBody"].is_object() {
        assert!(fixture.body.is_some(), "{name} takes a body: give an acceptable one, with `.body(…)` in {file}");
        assert!(
            !fixture.foreign_bodies.is_empty(),
            "{name} takes a body: name what is ours in one, with `.foreign_body(…)` in {file}"
        );
    }
    fixture
}

#[test]
fn every_operation_has_a_fixture() {
    for operation in operations() {
        fixture_of(&operation);
    }
}

/// Every operation by every kind of caller, and the table of what they got.
pub async fn walk(app: TestApp) -> Table {
    let world = World::new(app).await;
    let rows = Rows::of(&world.app.db).await;
    let kinds = world.kinds().await;
    let mut table = Table::new(&kinds);
    for operation in operations() {
        let fixture = fixture_of(&operation);
        let mut cells = Vec::new();
        for kind in &kinds {
            cells.push(insiders::cell(&world, &rows, kind, &operation, &fixture).await);
        }
        cells.extend(Attempt { world: &world, rows: &rows, operation: &operation, fixture: &fixture }.cells().await);
        table.row(&operation.name(), &cells);
    }
    for path in UNDOCUMENTED {
        let mut cells = Vec::new();
        for kind in &kinds {
            cells.push(kind.caller.get(path).await.status.as_u16().to_string());
        }
        table.row(&format!("GET {path}"), &cells);
    }
    table
}

on_both_databases! {
    async fn who_may_do_what_is_as_the_committed_table_says(app) {
        walk(app).await.compare();
    }
}
