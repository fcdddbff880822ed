//! The secret key: whether Clerk's Backend API takes it.

use crate::doctor::Case;
use crate::doctor::finding::{Looked, Verdict};

pub(in crate::doctor) async fn look(case: &Case) -> Looked {
    let told = case.try_instance().await?;
    Ok(Verdict::ok(format!("{} takes it, and answered in {} ms", case.config.clerk.api_url, told.took.as_millis())))
}
