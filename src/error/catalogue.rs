//! Every stable code that an answer may carry, with its status, what it means and what helps.
//!
//! `docs/errors.md` is written from it. The tests of the API look up every problem document they are answered with, and
//! `tests/api/errors_document.rs` looks up every code that stands in the sources: one that is missing here fails them.

use std::fmt::Write;

use axum::http::StatusCode;

/// A code, with the one status it comes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// What programs branch on.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What has happened.
    pub meaning: &'static str,
    /// What the caller, or whoever runs the server, does about it.
    pub mend: &'static str,
}

const fn entry(status: u16, code: &'static str, meaning: &'static str, mend: &'static str) -> Entry {
    Entry { code, status, meaning, mend }
}

/// Codes of problem documents, by status.
#[rustfmt::skip] // a line each, to be read as a table
pub const CODES: &[Entry] = &[
    entry(400, "body_unreadable", "The body ended early, or its transfer was malformed.", "Send it again."),
    entry(400, "etag_malformed", "`If-Match` or `If-None-Match` is no list of entity tags.", "Send the `ETag` as it came, with its quotes."),
    entry(400, "event_malformed", "A webhook delivery is signed well and is no JSON, or has no `type`.", "Look at what sends it; Clerk does not."),
    entry(400, "idempotency_key_malformed", "`Idempotency-Key` is empty, too long, or sent twice.", "Send one key of visible ASCII, such as a UUID."),
    entry(400, "json_malformed", "The body is no JSON text.", "The `detail` says at which line and column."),
    entry(400, "path_malformed", "The path is not UTF-8.", "Percent-encode it as UTF-8."),
    entry(400, "query_malformed", "The query string is not UTF-8, or has too many parameters.", "Percent-encode it as UTF-8."),
    entry(400, "signature_invalid", "A webhook delivery is not signed with a configured secret, or is too old.", "Compare `CLERK_WEBHOOK_SIGNING_SECRET` with Clerk's, and the clock."),
    entry(401, "session_pending", "The session has an open task at Clerk.", "Let the person finish signing in."),
    entry(401, "token_expired", "The token's minute is over.", "Send a fresh token: `getToken()`."),
    entry(401, "token_invalid", "It is no session token of this instance, or was issued to another origin; `detail` says which.", "Compare the Clerk keys of front end and API, and `CLERK_AUTHORIZED_PARTIES`."),
    entry(401, "token_missing", "There is no `Authorization: Bearer …`.", "Send a session token."),
    entry(401, "token_not_active", "The token is from the future.", "Compare the clocks; `CLERK_CLOCK_SKEW_SECONDS` is how far they may differ."),
    entry(401, "token_revoked", "The session has ended, or its user was deleted or banned.", "Let the person sign in again."),
    entry(401, "token_stale", "The caller has lost what the token claims.", "`getToken({ skipCache: true })`, and once more."),
    entry(402, "member_limit_reached", "The plan allows no more members; pending invitations count.", "Upgrade, remove a member, or revoke an invitation."),
    entry(402, "task_limit_reached", "The plan allows no more tasks.", "Upgrade, or delete tasks."),
    entry(403, "admin_required", "Only admins may do this.", "Ask an admin."),
    entry(403, "feature_not_in_plan", "The organization's plan does not include the feature.", "Upgrade."),
    entry(403, "not_a_member", "At Clerk the caller is no member of the organization.", "Choose another organization."),
    entry(403, "not_the_author", "Only its author may change a comment, and only its author or an admin delete it.", "Ask them."),
    entry(403, "organization_required", "No organization is active in the token.", "Choose one (`setActive`), or set `PERSONAL_WORKSPACES=true`."),
    entry(403, "other_person", "The person in the path is not the caller.", "Use `/api/tasks`, which has everybody's."),
    entry(403, "permission_missing", "The caller's role lacks the permission that `permission` names.", "Give the role that permission at Clerk."),
    entry(403, "reverification_required", "The caller has to verify again that it is them; carries Clerk's hint.", "Hand the body to Clerk's `useReverification`."),
    entry(404, "comment_not_found", "There is no such comment here.", "It may have been deleted, or be another organization's."),
    entry(404, "invitation_not_found", "There is no such invitation here.", "Read the list again."),
    entry(404, "member_not_found", "There is no such member here.", "Read the list again."),
    entry(404, "route_not_found", "There is nothing at this address.", "Compare it with `/openapi.json`."),
    entry(404, "task_not_found", "There is no such task here.", "It may be in the trash, or another organization's."),
    entry(404, "task_not_in_trash", "There is no such task in the trash.", "It was restored or purged."),
    entry(404, "unsubscribe_link_unknown", "The link of a mail is not known, or no longer.", "Change the preferences in the settings."),
    entry(404, "user_not_found", "Clerk knows the caller no more.", "Sign in again."),
    entry(405, "method_not_allowed", "The address does not answer that method.", "`Allow` says which."),
    entry(409, "already_member", "Whom to invite is a member already.", "Nothing is to be done."),
    entry(409, "exclusive_membership", "They cannot belong to this organization and another at once.", "They leave the other first."),
    entry(409, "idempotency_in_progress", "A request with this `Idempotency-Key` is still at work.", "Send it again in a moment, unchanged."),
    entry(409, "invitation_exists", "An invitation to this address is pending.", "Revoke it to send another."),
    entry(409, "invitation_not_pending", "The invitation was accepted or revoked, or has expired.", "Read the list again."),
    entry(409, "last_admin", "Nobody would be left who can run the organization.", "Make somebody else an admin first."),
    entry(409, "limit_managed_by_billing", "The member limit follows from the plan.", "Change the plan."),
    entry(409, "managed_by_directory", "The membership comes from the customer's own directory.", "Change it there."),
    entry(409, "only_organization", "They belong to no other organization, and everybody has to belong to one.", "Delete the person at Clerk instead."),
    entry(412, "precondition_failed", "It has changed since it was read; the answer has the current `ETag`.", "Read it, and repeat the change with that."),
    entry(413, "body_too_large", "The body is larger than 1 MiB.", "Send less."),
    entry(415, "unsupported_media_type", "The body is not `application/json`.", "Name it in `Content-Type`."),
    entry(422, "event_unreadable", "A webhook's data cannot be read; the delivery is stored.", "`tenantry webhooks show`, and replay it after an upgrade."),
    entry(422, "idempotency_key_reused", "The `Idempotency-Key` came with another body before.", "Use a new key for a new request."),
    entry(422, "not_accepted", "Clerk does not accept the request.", "`errors` names the values where Clerk does."),
    entry(422, "validation_failed", "Something in it is not acceptable; `errors` names every part.", "Mend those parts."),
    entry(429, "rate_limited", "Too much was asked for; nothing was done.", "Wait for `Retry-After`."),
    entry(500, "internal_error", "Something went wrong on our side.", "The request id finds the cause in the log."),
    entry(503, "clerk_not_configured", "The server has no `CLERK_SECRET_KEY`.", "Whoever runs it sets it."),
    entry(503, "clerk_unavailable", "Clerk's Backend API did not answer, or not to us.", "Wait for `Retry-After`; reads go on meanwhile."),
    entry(503, "database_unavailable", "The database cannot answer.", "Wait for `Retry-After`; see the runbook."),
    entry(503, "keys_unavailable", "The keys that verify tokens are not loaded.", "Wait for `Retry-After`; see the runbook."),
    entry(503, "overloaded", "The server has too much to do.", "Wait for `Retry-After`; add instances."),
    entry(503, "starting", "The server has just begun, and waits for its database.", "`Retry-After`; `/readyz` says when."),
    entry(503, "timeout", "The request took longer than ten seconds and was given up.", "Ask for less, or again with the same `Idempotency-Key`."),
    entry(503, "webhook_secret_missing", "No webhook secret is configured.", "Whoever runs it sets `CLERK_WEBHOOK_SIGNING_SECRET`."),
];

/// Codes of the parts of a request, in `errors` of a `validation_failed`, with what each means.
pub const FIELD_CODES: &[(&str, &str)] = &[
    ("contradiction", "It says the opposite of another field."),
    ("duplicate", "It is there twice."),
    ("duplicate_field", "The object has it twice."),
    ("empty", "It must not be empty."),
    ("incomplete", "A part of it is missing."),
    ("invalid_character", "It holds a character that cannot be stored (U+0000)."),
    ("invalid_type", "It is of another JSON type."),
    ("invalid_value", "It is none of the values that are allowed, or not of their form."),
    ("not_a_member", "The person is no member of the organization."),
    ("not_accepted", "Clerk does not accept it."),
    ("null", "It cannot be null; leave it out to keep what is there."),
    ("out_of_range", "It is too small or too large."),
    ("required", "It has to be there."),
    ("too_long", "It has too many characters."),
    ("too_many", "It has too many elements."),
    ("unknown_field", "There is no such field."),
    ("unknown_parameter", "The address takes no such parameter."),
];

/// Whether an answer of this status may carry this code.
pub fn knows(status: u16, code: &str) -> bool {
    CODES.iter().any(|entry| entry.code == code && entry.status == status)
}

/// Whether a part of a request may be refused with this code.
pub fn knows_field(code: &str) -> bool {
    FIELD_CODES.iter().any(|(known, _)| *known == code)
}

/// The catalogue for people, as Markdown.
pub fn markdown() -> String {
    let mut text = String::from(OPENING);
    let mut status = 0;
    for entry in CODES {
        if entry.status != status {
            status = entry.status;
            let title =
                StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default();
            let _ = write!(text, "\n## {status} {title}\n\n| code | means | what helps |\n| --- | --- | --- |\n");
        }
        let _ = writeln!(text, "| `{}` | {} | {} |", entry.code, entry.meaning, entry.mend);
    }
    text.push_str(PARTS);
    for (code, meaning) in FIELD_CODES {
        let _ = writeln!(text, "| `{code}` | {meaning} |");
    }
    text
}

const OPENING: &str = "# Errors

Every refusal is a problem document (RFC 9457, `application/problem+json`). Branch on `code`: it is stable, and always comes with the
same status. Show `detail`: it is a sentence for people. `request_id` finds the request in the log. A 5xx says nothing of its cause.

This page is written from [`src/error/catalogue.rs`](../src/error/catalogue.rs):
`UPDATE_ERRORS=1 cargo test --test api errors_document::`.
";

const PARTS: &str = "
## Parts of a request

`validation_failed` lists each unacceptable part in `errors`, with a `pointer` into the body (RFC 6901) or the name of a `parameter`, a
`detail`, and one of these as `code`:

| code | means |
| --- | --- |
";
