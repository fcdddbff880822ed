//! The table of users.

use sea_orm::entity::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::clerk::event::Person;
use crate::db::Db;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub email: Option<String>,
    pub image_url: Option<String>,
    /// Names and address in lower case, for searching alike on both databases.
    #[sea_orm(column_type = "Text")]
    pub folded: String,
    pub banned: bool,
    pub created_at: Option<DateTimeUtc>,
    pub deleted_at: Option<DateTimeUtc>,
    pub source_updated_at: i64,
    pub source_event_at: i64,
    pub source_digest: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What the mirror knows of somebody, unless they were deleted.
///
/// # Errors
/// The database's.
#[expect(clippy::disallowed_methods, reason = "a person belongs to no tenant")]
pub async fn find(db: &Db, id: &str) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).filter(Column::DeletedAt.is_null()).one(&db.system().reader()).await
}

/// How a person is shown to others.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct Profile {
    /// First and last name.
    pub name: Option<String>,
    /// The primary address.
    pub email: Option<String>,
    /// A picture.
    pub image_url: Option<String>,
}

impl From<&Model> for Profile {
    fn from(user: &Model) -> Self {
        Self {
            name: full_name(&user.first_name, &user.last_name),
            email: user.email.clone(),
            image_url: user.image_url.clone(),
        }
    }
}

impl From<&Person> for Profile {
    fn from(person: &Person) -> Self {
        Self {
            name: full_name(&person.first_name, &person.last_name),
            email: person.email.clone(),
            image_url: person.image_url.clone(),
        }
    }
}

fn full_name(first: &Option<String>, last: &Option<String>) -> Option<String> {
    let parts: Vec<&str> = [first, last].into_iter().flatten().map(String::as_str).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}
