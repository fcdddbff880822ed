//! The tasks that the demo organizations begin with.

use anyhow::Result;
use chrono::{TimeDelta, Utc};
use clerk_emulator::Emulator;
use sea_orm::EntityTrait;

use crate::audit::{Action, Entry, Origin, Target};
use crate::db::{Db, TenantId};
use crate::tasks::{self, NewTask, Priority, Status, Task};

fn tasks_to_begin_with() -> [NewTask; 6] {
    use Priority::{High, Low, Medium};
    use Status::{Completed, Pending, Started};
    [
        task("Measure the stairwell", Completed, Medium, "site", Some(-3)),
        task("Order oak for the bookcase", Started, High, "workshop", Some(2)),
        task("Send the offer for the kitchen", Pending, High, "office", Some(1)),
        task("Sharpen the planer knives", Pending, Low, "workshop", None),
        task("Renew the van's insurance", Pending, Medium, "office", Some(-1)),
        task("Oil the workbench", Pending, Low, "workshop", None),
    ]
}

fn task(title: &str, status: Status, priority: Priority, category: &str, due_in_days: Option<i64>) -> NewTask {
    NewTask {
        title: Some(title.into()),
        status: Some(Some(status)),
        priority: Some(Some(priority)),
        category: Some(category.into()),
        due_date: due_in_days.map(|days| Utc::now() + TimeDelta::days(days)),
        ..NewTask::default()
    }
}

/// Gives every organization of the local Clerk that has no task yet a few.
pub async fn tasks(db: &Db, emulator: &Emulator) -> Result<()> {
    let mut done: Vec<String> = Vec::new();
    for person in emulator.people() {
        for organization in person.organizations {
            if done.contains(&organization.id) {
                continue;
            }
            let tenant = db.tenant(TenantId::Organization(organization.id.clone()));
            if tenant.count(tasks::entity::Entity::find()).await? == 0 {
                for new in tasks_to_begin_with() {
                    let row = tasks::row(&new, &person.id).map_err(anyhow::Error::new)?;
                    let tx = tenant.begin().await?;
                    let beside = tasks::beside(&row);
                    let row = tx.insert_beside(row, beside).await?;
                    let entry = Entry::new(&Origin::operator(), Action::TaskCreated, Target::task(row.id));
                    tx.commit(entry.after(&Task::of(row, tenant.tenant()))).await?;
                }
            }
            done.push(organization.id);
        }
    }
    Ok(())
}
