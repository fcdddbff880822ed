//! As whom a transaction runs on PostgreSQL, where row-level security answers for every row once more.

use std::time::Duration;

use super::TenantId;

/// The role that sees the rows of the tenant set for the transaction, and no row when none is set.
pub const APP_ROLE: &str = "tenantry_app";

/// The role that sees every tenant's rows: for the mirror, webhooks and jobs.
pub const SYSTEM_ROLE: &str = "tenantry_system";

/// As whom a transaction runs.
#[derive(Debug, Clone)]
pub(super) enum Identity {
    /// One tenant.
    Tenant(TenantId),
    /// The product itself.
    System,
    /// The same, and no other such transaction of this tenant's at a time.
    InTurn(String),
}

/// Whether a transaction may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// It may, and is committed.
    Write,
    /// It may not, so that nothing is lost when it is not committed.
    Read,
    /// It may not, and sees one state of the database throughout.
    Snapshot,
}

impl Identity {
    /// The beginning of a transaction, whole, as one message: role, tenant and statement timeout end with it, so that
    /// neither the pool's nor a pooler's next borrower inherits them.
    pub(super) fn beginning(&self, access: Access, statement_timeout: Duration) -> String {
        let begin = match access {
            Access::Write => "BEGIN",
            Access::Read => "BEGIN READ ONLY",
            Access::Snapshot => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        let (role, tenant) = match self {
            Self::Tenant(tenant) => (APP_ROLE, literal(tenant.as_str())),
            Self::System | Self::InTurn(_) => (SYSTEM_ROLE, literal("")),
        };
        let turn = match self {
            Self::InTurn(tenant) => format!("; {}", turn(tenant)),
            _ => String::new(),
        };
        format!(
            "{begin}; SELECT set_config('role', '{role}', true), set_config('app.tenant_id', {tenant}, true), \
             set_config('statement_timeout', '{}', true){turn}",
            statement_timeout.as_millis()
        )
    }
}

/// Waits for a tenant's turn, which lasts until the transaction ends. A statement of its own: what is read after it is as whoever
/// had the turn before left it.
pub(super) fn turn(tenant: &str) -> String {
    format!("SELECT pg_advisory_xact_lock(hashtextextended({}, 0))", literal(&format!("turn {tenant}")))
}

/// As an SQL literal, whatever `standard_conforming_strings` says.
///
/// A parameter would need a message of its own. The text is the id in a verified token, never what a caller wrote.
pub(super) fn literal(text: &str) -> String {
    // No text in PostgreSQL holds NUL; none of Clerk's ids does.
    let doubled = text.replace('\0', "").replace('\'', "''");
    if doubled.contains('\\') { format!(" E'{}'", doubled.replace('\\', "\\\\")) } else { format!("'{doubled}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_begins_as_its_tenant_in_one_message() {
        let tenant = Identity::Tenant(TenantId::Organization("org_acme".into()));
        assert_eq!(
            tenant.beginning(Access::Read, Duration::from_secs(5)),
            "BEGIN READ ONLY; SELECT set_config('role', 'tenantry_app', true), \
             set_config('app.tenant_id', 'org_acme', true), set_config('statement_timeout', '5000', true)"
        );
        assert!(
            Identity::System
                .beginning(Access::Write, Duration::ZERO)
                .starts_with("BEGIN; SELECT set_config('role', 'tenantry_system', true)")
        );
        assert!(
            Identity::InTurn("org_acme".into())
                .beginning(Access::Write, Duration::ZERO)
                .ends_with("; SELECT pg_advisory_xact_lock(hashtextextended('turn org_acme', 0))")
        );
    }

    #[test]
    fn no_id_ends_its_literal() {
        assert_eq!(literal("org_o'clock"), "'org_o''clock'");
        assert_eq!(literal(r"org_\'; --"), r" E'org_\\''; --'");
        assert_eq!(literal("a\0b"), "'ab'");
    }
}
