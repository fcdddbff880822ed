//! Every kind of job and who does it, on one screen, as `router` does for requests.

use crate::billing::{PushMemberLimit, push_member_limit};
use crate::clerk::Clock;
use crate::entitlements::Entitlements;
use crate::entitlements::standing::Status;
use crate::jobs::{Context, Failure, Worker};
use crate::mail::{About, Mail, SendMail, TellAdmins};
use crate::state::AppState;
use crate::tasks;

/// A worker that can do every job of the product.
#[must_use]
pub fn worker(state: &AppState, connections: u32, clock: &Clock) -> Worker {
    let (clerk, entitlements) = (state.clerk.clone(), state.entitlements.clone());
    let (to_people, to_admins, plans) = (state.mail.clone(), state.mail.clone(), state.entitlements.clone());
    Worker::new(&state.db, connections, clock)
        .on(tasks::unassign)
        .on(move |_: PushMemberLimit, context| push_member_limit(context, clerk.clone(), entitlements.clone()))
        .on(move |job, context| send_mail(to_people.clone(), job, context))
        .on(move |job, context| tell_admins(to_admins.clone(), plans.clone(), job, context))
}

/// What a mail says of a slice's things is asked of the slice; what is not so any more is not said.
async fn send_mail(mail: Mail, job: SendMail, context: Context) -> Result<(), Failure> {
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
    if job.about == About::PlanPastDue {
        let entitled = plans.of_tenant(context.db(), context.tenant()).await?;
        let unpaid = |status| matches!(status, Status::PastDue | Status::Unpaid);
        if !entitled.standing.is_some_and(|standing| unpaid(standing.status)) {
            return Ok(());
        }
    }
    mail.tell_admins(job, context).await
}
