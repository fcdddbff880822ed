//! Eight numbers beside each task that say which texts it cannot contain (`db/ngrams.rs` of the program makes them), in an index, so that a
//! search for what few tasks contain need not read all the tenant has.
//!
//! All bits set, as they are at first, says nothing of a task. A program that does not know the numbers may change a text: then a
//! trigger sets all bits again, so that no search misses the task. The sweep makes the numbers of such tasks; it finds them by an index
//! of them alone, which holds nothing when it is done.
//!
//! On PostgreSQL, `docs/upgrading.md` says how to make the columns and the indexes before, beside those who write.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

const WORDS: usize = 8;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let texts = "title_folded, description_folded";
        let (filters, news, olds) = (each("{}", ", "), each("NEW.{}", ", "), each("OLD.{}", ", "));
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        let unless_made = if postgres { "IF NOT EXISTS " } else { "" };
        for filter in names() {
            let add = format!("ALTER TABLE tasks ADD COLUMN {unless_made}{filter} bigint NOT NULL DEFAULT -1");
            run(manager, &add).await?;
        }
        run(
            manager,
            "CREATE INDEX IF NOT EXISTS ix_tasks_unfiltered ON tasks (tenant_id, id) WHERE search_filter_7 < 0",
        )
        .await?;
        let changed =
            "(NEW.title_folded, NEW.description_folded) IS DISTINCT FROM (OLD.title_folded, OLD.description_folded)";
        if postgres {
            let unknown = each("NEW.{} := -1", "; ");
            run(manager, &format!(
                "CREATE INDEX IF NOT EXISTS ix_tasks_search ON tasks (tenant_id, id) INCLUDE ({filters}) WHERE deleted_at IS NULL;
                 CREATE FUNCTION tasks_forget_search_filter() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {unknown}; RETURN NEW; END $$;
                 CREATE TRIGGER tasks_search_filter BEFORE UPDATE OF {texts} ON tasks FOR EACH ROW
                   WHEN ({changed} AND ({news}) IS NOT DISTINCT FROM ({olds})) EXECUTE FUNCTION tasks_forget_search_filter();"
            )).await
        } else {
            let unknown = each("{} = -1", ", ");
            // With the column of its condition in it, SQLite reads the index alone. Of an index without statistics beside others
            // that have them it expects ten rows, and would sort a list out of it.
            run(
                manager,
                &format!(
                    "CREATE INDEX ix_tasks_search ON tasks (tenant_id, id, {filters}, deleted_at) WHERE deleted_at IS NULL;
                 CREATE TRIGGER tasks_search_filter AFTER UPDATE OF {texts} ON tasks
                   WHEN {changed} AND ({news}) IS NOT DISTINCT FROM ({olds})
                 BEGIN UPDATE tasks SET {unknown} WHERE tenant_id = NEW.tenant_id AND id = NEW.id; END;
                 ANALYZE tasks;"
                ),
            )
            .await
        }
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let function = match manager.get_database_backend() {
            DbBackend::Postgres => {
                "DROP TRIGGER tasks_search_filter ON tasks; DROP FUNCTION tasks_forget_search_filter();"
            }
            _ => "DROP TRIGGER tasks_search_filter;",
        };
        run(manager, &format!("{function} DROP INDEX ix_tasks_search; DROP INDEX ix_tasks_unfiltered;")).await?;
        for filter in names() {
            run(manager, &format!("ALTER TABLE tasks DROP COLUMN {filter}")).await?;
        }
        Ok(())
    }
}

fn names() -> impl Iterator<Item = String> {
    (0..WORDS).map(|place| format!("search_filter_{place}"))
}

/// Something said of each of them.
fn each(said: &str, between: &str) -> String {
    names().map(|name| said.replace("{}", &name)).collect::<Vec<_>>().join(between)
}

async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await.map(drop)
}
