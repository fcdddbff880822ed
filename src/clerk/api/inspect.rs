//! What the instance itself is like, for whoever sets it up: its keys, its clock, its roles. Asked once each.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Api, Refusal, Trouble};
use crate::clerk::event::Role;
use crate::clerk::signing_key::{SigningKey, key_set};

/// The most roles that are read, which is the largest page there is.
const MOST_ROLES: &str = "500";

/// The keys of the instance that a secret key belongs to.
#[derive(Debug)]
pub struct InstanceKeys {
    /// Those that sign session tokens.
    pub keys: Vec<SigningKey>,
    /// When Clerk says that it answered.
    pub told: Option<DateTime<Utc>>,
}

impl Api {
    /// The instance's signing keys, which only a holder of its secret key is told here. Clerk counts no such question.
    ///
    /// # Errors
    /// [`Trouble`]
    pub async fn instance_keys(&self) -> Result<InstanceKeys, Trouble> {
        let clerk = self.exchange_alone()?;
        let answer = clerk.look(clerk.address(&["jwks"])?).await?;
        let keys = key_set(&answer.body.unwrap_or_default()).map_err(|error| Trouble::Denied(error.into()))?;
        Ok(InstanceKeys { keys, told: answer.told })
    }

    /// The instance's roles with their permissions.
    ///
    /// # Errors
    /// [`Trouble`]
    pub async fn roles(&self) -> Result<Vec<Role>, Trouble> {
        let clerk = self.exchange_alone()?;
        let mut url = clerk.address(&["organization_roles"])?;
        url.query_pairs_mut().append_pair("limit", MOST_ROLES);
        let body = clerk.look(url).await?.body.ok_or(Refusal::NotFound)?;
        let unreadable = || Trouble::Denied(anyhow::anyhow!("Clerk's list of roles cannot be read"));
        let value: Value = serde_json::from_slice(&body).map_err(|_| unreadable())?;
        let listed = value.get("data").and_then(Value::as_array).ok_or_else(unreadable)?;
        listed.iter().map(|role| Role::answered(role, Utc::now()).map_err(|_| unreadable())).collect()
    }
}
