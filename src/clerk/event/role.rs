//! A role and what it lets its members do.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::fields::{Fields, Unreadable};

/// A role of the instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Such as `org:admin`.
    pub key: String,
    /// The keys of its permissions, system permissions included.
    pub permissions: Vec<String>,
}

impl Role {
    /// Reads one of the Backend API's. Its age is not asked for.
    ///
    /// # Errors
    /// When it is not as described.
    pub fn answered(value: &Value, _: DateTime<Utc>) -> Result<Self, Unreadable> {
        let data = Fields::of(value, "")?;
        let permissions = data.objects("permissions")?;
        Ok(Self {
            key: data.id("key")?,
            permissions: permissions.iter().map(|permission| permission.id("key")).collect::<Result<_, _>>()?,
        })
    }
}
