//! A cursor: what is read from a text is what the next page's address will say again.

use axum::http::{Uri, header};
use axum::response::IntoResponse as _;
use tenantry::http::page::{Cursor, Page, SortKey};
use uuid::Uuid;

/// A cursor, or, after `j`, the JSON inside of one.
pub fn cursor(data: &[u8]) {
    use base64::Engine as _;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    let text = match data {
        [b'j', json @ ..] => BASE64_URL_SAFE_NO_PAD.encode(json),
        _ => super::text(data),
    };
    let Ok(cursor) = text.parse::<Cursor<Uuid>>() else { return };
    if let SortKey::Text(key) = &cursor.key {
        assert!(!key.contains('\0'), "PostgreSQL stores no such text");
    }
    let again = through_a_link(&cursor);
    assert_eq!(again.parse::<Cursor<Uuid>>().as_ref(), Ok(&cursor), "{again}");
}

/// What the address of the next page says, after a page that ended at `cursor`.
fn through_a_link(cursor: &Cursor<Uuid>) -> String {
    let page: Page<()> = Page::new(vec![], Some(cursor.clone()), None, &Uri::from_static("/api/tasks"));
    let response = page.into_response();
    let link = response.headers()[header::LINK].to_str().expect("a link is ASCII");
    let target = link.strip_prefix("</api/tasks?cursor=").and_then(|rest| rest.strip_suffix(">; rel=\"next\""));
    target.expect("the link leads to the next page").to_owned()
}
