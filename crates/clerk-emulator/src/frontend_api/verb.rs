//! The verb that is meant: browsers send only GET and POST, and write any other into the query.

use axum::{extract::Request, http::Method};

/// Clerk's packages send `POST …?_method=PATCH`, which saves a browser the question whether it may.
pub(super) async fn effective(mut request: Request) -> Request {
    if request.method() == Method::POST
        && let Some(method) = request.uri().query().and_then(named)
    {
        *request.method_mut() = method;
    }
    request
}

fn named(query: &str) -> Option<Method> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, name) = pairs.find(|(name, _)| *name == "_method")?;
    [Method::PATCH, Method::PUT, Method::DELETE].into_iter().find(|method| name.eq_ignore_ascii_case(method.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_verbs_that_a_form_cannot_send_are_taken_from_the_query() {
        assert_eq!(named("a=b&_method=PATCH"), Some(Method::PATCH));
        assert_eq!(named("_method=delete"), Some(Method::DELETE));
        assert_eq!(named("_method=GET"), None);
        assert_eq!(named("x_method=PUT&_method"), None);
    }
}
