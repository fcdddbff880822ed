//! What a handler is given besides its job.

use uuid::Uuid;

use crate::audit::Origin;
use crate::db::{Db, TenantDb, TenantId};

/// For whom a job is done, and by what means.
#[derive(Debug, Clone)]
pub struct Context {
    pub(super) db: Db,
    pub(super) tenant: TenantId,
    pub(super) id: Uuid,
    pub(super) attempt: i16,
}

impl Context {
    /// Whose job it is.
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// The rows of that tenant: right for most handlers.
    pub fn tenant_db(&self) -> TenantDb {
        self.db.tenant(self.tenant.clone())
    }

    /// The database, for a handler that writes the mirror.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Who did what this handler does, for the audit log.
    pub fn origin(&self) -> Origin {
        Origin::job(&self.id.to_string())
    }

    /// The job's id: the same however often it is tried, so that another service can tell a repetition.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Which attempt this is; the first is 1.
    pub fn attempt(&self) -> i16 {
        self.attempt
    }
}
