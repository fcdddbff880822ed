//! Who calls, by a session token: verified each time, or remembered.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use axum::http::{HeaderMap, header};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

use crate::Arguments;
use crate::refused::Refused;

/// Who calls, and for which organization.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) user: String,
    pub(crate) tenant: String,
    expires_at: i64,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    azp: String,
    exp: i64,
    o: Organization,
}

#[derive(Deserialize)]
struct Organization {
    id: String,
}

/// Reads tokens.
pub(crate) struct Tokens {
    key_id: String,
    key: DecodingKey,
    rules: Validation,
    party: String,
    remembered: Option<RwLock<HashMap<String, Arc<Caller>>>>,
}

impl Tokens {
    pub(crate) fn new(arguments: &Arguments, pem: &[u8]) -> anyhow::Result<Self> {
        let mut rules = Validation::new(Algorithm::RS256);
        rules.set_issuer(&[&arguments.issuer]);
        rules.validate_nbf = true;
        rules.validate_aud = false;
        Ok(Self {
            key_id: arguments.key_id.clone(),
            key: DecodingKey::from_rsa_pem(pem)?,
            rules,
            party: arguments.authorized_party.clone(),
            remembered: arguments.walled.then(RwLock::default),
        })
    }

    pub(crate) fn caller(&self, headers: &HeaderMap) -> Result<Arc<Caller>, Refused> {
        let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = value.and_then(|value| value.strip_prefix("Bearer ")).ok_or(Refused::Token)?;
        let Some(remembered) = &self.remembered else { return self.verify(token).map(Arc::new) };
        let known = remembered.read().unwrap_or_else(PoisonError::into_inner).get(token).cloned();
        if let Some(caller) = known.filter(|caller| chrono::Utc::now().timestamp() < caller.expires_at) {
            return Ok(caller);
        }
        let caller = Arc::new(self.verify(token)?);
        remembered.write().unwrap_or_else(PoisonError::into_inner).insert(token.to_owned(), Arc::clone(&caller));
        Ok(caller)
    }

    fn verify(&self, token: &str) -> Result<Caller, Refused> {
        let header = decode_header(token).map_err(|_| Refused::Token)?;
        if header.kid.as_deref() != Some(self.key_id.as_str()) {
            return Err(Refused::Token);
        }
        let claims = decode::<Claims>(token, &self.key, &self.rules).map_err(|_| Refused::Token)?.claims;
        if claims.azp != self.party {
            return Err(Refused::Token);
        }
        Ok(Caller { user: claims.sub, tenant: claims.o.id, expires_at: claims.exp })
    }
}
