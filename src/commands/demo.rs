//! The tasks that the demo organizations begin with.

use anyhow::Result;
use chrono::{TimeDelta, Utc};
use clerk_emulator::Emulator;
use sea_orm::EntityTrait;

use crate::db::{Db, TenantId};
use crate::tasks::{self, NewTask, Priority, Status};

const TITLES: [(&str, Status, Priority, Option<&str>, Option<i64>); 6] = [
    ("Measure the stairwell", Status::Completed, Priority::Medium, Some("site"), Some(-3)),
    ("Order oak for the bookcase", Status::Started, Priority::High, Some("workshop"), Some(2)),
    ("Send the offer for the kitchen", Status::Pending, Priority::High, Some("office"), Some(1)),
    ("Sharpen the planer knives", Status::Pending, Priority::Low, Some("workshop"), None),
    ("Renew the van's insurance", Status::Pending, Priority::Medium, Some("office"), Some(-1)),
    ("Oil the workbench", Status::Pending, Priority::Low, None, None),
];

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
                for (title, status, priority, category, days) in TITLES {
                    let new = NewTask {
                        title: Some(title.into()),
                        status: Some(Some(status)),
                        priority: Some(Some(priority)),
                        category: category.map(str::to_owned),
                        due_date: days.map(|days| Utc::now() + TimeDelta::days(days)),
                        ..NewTask::default()
                    };
                    let row = tasks::row(&new, &person.id).map_err(anyhow::Error::new)?;
                    tenant.insert(row).await?;
                }
            }
            done.push(organization.id);
        }
    }
    Ok(())
}
