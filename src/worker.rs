//! Every kind of job and who does it, on one screen, as `router` does for requests.

use sea_orm::DbErr;

use crate::billing::push_member_limit;
use crate::clerk::Clock;
use crate::entitlements::standing::Status;
use crate::entitlements::{Entitlements, usage};
use crate::jobs::{Context, Failure, Worker};
use crate::mail::{About, Limit, Mail, SendMail, TellAdmins};
use crate::state::AppState;
use crate::tasks;

/// A worker that can do every job of the product.
#[must_use]
pub fn worker(state: &AppState, connections: u32, clock: &Clock) -> Worker {
    let (clerk, entitlements) = (state.clerk.background(), state.entitlements.clone());
    let (to_people, to_admins) = (state.mail.clone(), state.mail.clone());
    let (of_people, plans) = (state.entitlements.clone(), state.entitlements.clone());
    Worker::new(&state.db, connections, clock)
        .measured(&state.metrics)
        .on(tasks::unassign)
        .on(move |job, context| push_member_limit(job, context, clerk.clone(), entitlements.clone()))
        .on(move |job, context| send_mail(to_people.clone(), of_people.clone(), job, context))
        .on(move |job, context| tell_admins(to_admins.clone(), plans.clone(), job, context))
}

/// What a mail says of a slice's things is asked of the slice; what is not so any more is not said.
async fn send_mail(mail: Mail, plans: Entitlements, job: SendMail, context: Context) -> Result<(), Failure> {
    if !holds(&job.about, &plans, &context).await? {
        return Ok(());
    }
    let task = match &job.about {
        About::TaskAssigned { task_id, .. } => {
            let title = tasks::title_if_assigned(&context.tenant_db(), *task_id, &job.user_id).await?;
            let Some(title) = title else { return Ok(()) };
            Some(title)
        }
        _ => None,
    };
    mail.send(&job, task, &context).await
}

/// Of a plan that changed somehow administrators hear if it is not paid for.
async fn tell_admins(mail: Mail, plans: Entitlements, job: TellAdmins, context: Context) -> Result<(), Failure> {
    if holds(&job.about, &plans, &context).await? { mail.tell_admins(job, context).await } else { Ok(()) }
}

/// Whether what a mail says of the plan is still so: it may have waited for the mail server for hours.
async fn holds(about: &About, plans: &Entitlements, context: &Context) -> Result<bool, DbErr> {
    let (About::PlanPastDue | About::LimitReached { .. }) = about else { return Ok(true) };
    let entitled = plans.of_tenant(context.db(), context.tenant()).await?;
    let db = context.tenant_db();
    Ok(match about {
        // Of this plan the token alone told, and we have none.
        About::LimitReached { .. } if entitled.plan.is_none() => true,
        About::LimitReached { limit: Limit::Tasks } => entitled.tasks > 0 && tasks::count(&db).await? >= entitled.tasks,
        About::LimitReached { limit: Limit::Members } => {
            entitled.members > 0 && usage::members(&db).await? >= entitled.members
        }
        _ => entitled.standing.is_some_and(|standing| matches!(standing.status, Status::PastDue | Status::Unpaid)),
    })
}
