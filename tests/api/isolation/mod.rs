//! Random histories of several tenants against a model that keeps each tenant's data apart and predicts every answer.
//!
//! `ISOLATION_HISTORIES` sets how many are played on each database, `ISOLATION_SEED` plays those of an earlier run.

mod cast;
mod compare;
mod lists;
mod model;
mod play;
mod step;
mod trash;

use cast::Cast;
use compare::Outcome;
use model::Model;
use play::play;
use proptest::collection::vec;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use sea_orm::ConnectionTrait;
use step::{Step, step};
use tokio::runtime::Handle;
use tokio::task::{JoinSet, spawn_blocking};
use uuid::Uuid;

use crate::support::{Setup, TestApp};

/// How many histories are played on each database, unless told otherwise.
const HISTORIES: u32 = 2_000;

/// How many are played at the same time, each by a cast of its own over the same tables.
const PLAYERS: u32 = 2;

/// The most steps of a history.
const LONGEST: usize = 16;

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Plays a history from its beginning, in tenants that were emptied.
async fn history(cast: &Cast, steps: &[Step]) -> Outcome {
    empty(cast).await;
    let mut model = Model::new(cast);
    for (number, step) in steps.iter().enumerate() {
        let outcome = play(cast, &mut model, step).await;
        outcome.map_err(|difference| format!("step {}: {difference}", number + 1))?;
    }
    Ok(())
}

/// Takes away what the history before left.
async fn empty(cast: &Cast) {
    let tenants = cast.tenants.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(", ");
    let tables = ["task_comments", "task_labels", "tasks", "idempotency_records"];
    let deletes = tables.map(|table| format!("DELETE FROM {table} WHERE tenant_id IN ({tenants})"));
    cast.app.db.system().execute_unprepared(&deletes.join("; ")).await.unwrap();
}

/// Plays many histories; the report of the smallest that differs from its model, if one does.
fn rehearse(cast: &Cast, histories: u32, seed: Uuid, runtime: &Handle) -> Option<String> {
    let config = Config {
        cases: histories,
        max_shrink_iters: 2_000,
        max_shrink_time: 30_000,
        failure_persistence: None,
        ..Config::default()
    };
    let bytes = [*seed.as_bytes(), *seed.as_bytes()].concat();
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let outcome = runner
        .run(&vec(step(), 1..=LONGEST), |steps| runtime.block_on(history(cast, &steps)).map_err(TestCaseError::fail));
    match outcome {
        Ok(()) => None,
        Err(TestError::Abort(reason)) => Some(reason.to_string()),
        Err(TestError::Fail(reason, steps)) => {
            let lines: Vec<String> =
                steps.iter().enumerate().map(|(number, step)| format!("{}. {step:?}", number + 1)).collect();
            Some(format!("{reason}\n{}\nISOLATION_SEED={seed} plays it again", lines.join("\n")))
        }
    }
}

/// Plays so many histories, unless told otherwise; fails with those that differ from their model.
pub async fn rehearse_all(app: TestApp, histories: u32) {
    let histories = variable("ISOLATION_HISTORIES").map_or(histories, |count| count.parse().unwrap());
    let seed = variable("ISOLATION_SEED").map_or_else(Uuid::new_v4, |seed| seed.parse().unwrap());
    let app: TestApp = app.another_instance(&Setup { personal_workspaces: true, ..Setup::default() }).await;
    let mut players = JoinSet::new();
    for player in 0..PLAYERS {
        let (cast, runtime) = (Cast::new(&app).await, Handle::current());
        let seed = Uuid::from_u128(seed.as_u128().wrapping_add(player.into()));
        players.spawn(async move {
            spawn_blocking(move || rehearse(&cast, histories.div_ceil(PLAYERS), seed, &runtime)).await.unwrap()
        });
    }
    let reports: Vec<String> = players.join_all().await.into_iter().flatten().collect();
    assert!(
        reports.is_empty(),
        "a tenant's answers depend on another tenant, or on nothing foreseen:\n{}",
        reports.join("\n\n")
    );
}

on_both_databases! {
    async fn no_history_of_several_tenants_differs_from_each_tenant_alone(app) {
        rehearse_all(app, HISTORIES).await;
    }
}
