//! Whether our copy of Clerk's organizations has any: the first sign-in has come through.

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::directory::{organization, user};
use crate::doctor::Case;
use crate::doctor::finding::{Looked, Verdict};

#[expect(clippy::disallowed_methods, reason = "the operator asks about all tenants together")]
pub(in crate::doctor) async fn look(case: &Case) -> Looked {
    let reader = case.db().await?.system();
    let organizations = organization::Entity::find().filter(organization::Column::DeletedAt.is_null());
    let users = user::Entity::find().filter(user::Column::DeletedAt.is_null());
    let unreadable = |_| Verdict::failed("our copy of Clerk cannot be read", "mend `schema` and `role` first");
    let organizations = organizations.count(&reader.reader()).await.map_err(unreadable)?;
    let users = users.count(&reader.reader()).await.map_err(unreadable)?;
    let found = format!("{organizations} organizations and {users} people");
    if organizations == 0 {
        let mend =
            "sign in and make an organization; for those that were there before, run `tenantry reconcile --apply`";
        return Err(Verdict::warning(found, mend));
    }
    Ok(Verdict::ok(found))
}
