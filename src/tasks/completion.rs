//! `status` and `completed_at` in step, decided inside the UPDATE so that no reading comes before it.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{CaseStatement, Expr};
use sea_orm::{ActiveEnum, ColumnTrait, IntoSimpleExpr};

use super::entity::{Column, Status};

/// The two columns, with what they become.
pub type Changes = [(Column, Expr); 2];

/// To a given status; a task that is completed already keeps its time.
pub fn to(status: Status, now: DateTime<Utc>) -> Changes {
    let completed_at = match status {
        Status::Completed => case(is_completed(), Column::CompletedAt.into_simple_expr(), Expr::value(now)),
        Status::Pending | Status::Started => Expr::value(None::<DateTime<Utc>>),
    };
    [(Column::Status, Expr::value(status.to_value())), (Column::CompletedAt, completed_at)]
}

/// No longer completed: back to pending, while a task that was not completed stays as it is.
pub fn undone() -> Changes {
    let status = case(is_completed(), Expr::value(Status::Pending.to_value()), Column::Status.into_simple_expr());
    [(Column::Status, status), (Column::CompletedAt, Expr::value(None::<DateTime<Utc>>))]
}

/// Completed becomes pending, anything else completed.
pub fn toggled(now: DateTime<Utc>) -> Changes {
    let status =
        case(is_completed(), Expr::value(Status::Pending.to_value()), Expr::value(Status::Completed.to_value()));
    let completed_at = case(is_completed(), Expr::value(None::<DateTime<Utc>>), Expr::value(now));
    [(Column::Status, status), (Column::CompletedAt, completed_at)]
}

fn is_completed() -> Expr {
    Column::Status.eq(Status::Completed)
}

fn case(condition: Expr, then: Expr, otherwise: Expr) -> Expr {
    CaseStatement::new().case(condition, then).finally(otherwise).into()
}
