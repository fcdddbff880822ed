//! The kind of a request, which decides the limit it counts against.

use axum::http::{Method, Uri};

/// Where webhooks are delivered.
const WEBHOOKS: &str = "/api/webhooks/clerk";

/// The kind of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Looks at something.
    Read,
    /// Changes something.
    Write,
    /// Looks for something, which is much more work for the database.
    Search,
    /// Delivers a webhook.
    Webhook,
}

impl Class {
    /// The kind of a request with this method to this address.
    #[must_use]
    pub fn of(method: &Method, uri: &Uri) -> Self {
        if uri.path() == WEBHOOKS {
            Self::Webhook
        } else if !method.is_safe() {
            Self::Write
        } else if uri.query().is_some_and(searches) {
            Self::Search
        } else {
            Self::Read
        }
    }
}

/// Read as the handlers read it, or `%73earch=` would be a search that counts as reading.
fn searches(query: &str) -> bool {
    url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "search")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn method_path_and_query_say_the_class() {
        let cases = [
            ("GET", "/api/tasks", Class::Read),
            ("HEAD", "/api/tasks?limit=1", Class::Read),
            ("OPTIONS", "/api/tasks", Class::Read),
            ("GET", "/api/tasks?research=1&sort_by=search", Class::Read),
            ("GET", "/api/tasks?search=milk", Class::Search),
            ("HEAD", "/api/tasks?limit=1&search=milk", Class::Search),
            ("GET", "/api/members?search", Class::Search),
            ("GET", "/api/tasks?%73e%61rch=milk", Class::Search),
            ("POST", "/api/tasks", Class::Write),
            ("POST", "/api/tasks?search=milk", Class::Write),
            ("PUT", "/api/tasks/1", Class::Write),
            ("PATCH", "/api/tasks/1", Class::Write),
            ("DELETE", "/api/tasks/1", Class::Write),
            ("PURGE", "/api/tasks/1", Class::Write),
            ("POST", "/api/webhooks/clerk", Class::Webhook),
            ("GET", "/api/webhooks/tasks", Class::Read),
            ("POST", "/api/webhooks/clerk/", Class::Write),
            ("GET", "/api/webhooks/clerk?search=milk", Class::Webhook),
        ];
        for (method, uri, class) in cases {
            assert_eq!(Class::of(&method.parse().unwrap(), &uri.parse().unwrap()), class, "{method} {uri}");
        }
    }
}
