//! The `Link` to the next page: the same question with another position, and one link only.

use axum::http::{Uri, header};
use axum::response::IntoResponse as _;
use percent_encoding::percent_decode_str;
use tenantry::http::page::{Cursor, Direction, Page, SortKey};

/// A query string.
pub fn page(data: &[u8]) {
    let asked = super::text(data);
    let Ok(uri) = format!("/api/tasks?{asked}").parse::<Uri>() else { return };
    let key = SortKey::Text("next".into());
    let next = Cursor { by: "title".into(), order: Direction::Asc, key, id: 7_u32 };
    let page: Page<()> = Page::new(vec![], Some(next.clone()), Some(9), &uri);
    let response = page.into_response();
    let links: Vec<_> = response.headers().get_all(header::LINK).iter().collect();
    assert_eq!(links.len(), 1, "{asked} loses the next page");
    let link = links[0].to_str().unwrap_or_else(|error| panic!("{asked}: {error}"));
    let target = link.strip_prefix('<').and_then(|rest| rest.strip_suffix(">; rel=\"next\"")).expect("one link");
    assert!(!target.contains(['<', '>', '"', ' ']), "{target} ends the link early");

    let target: Uri = target.parse().expect("the link is an address");
    assert_eq!(target.path(), "/api/tasks");
    let (before, after) = (pairs(&uri), pairs(&target));
    let (cursors, rest): (Vec<_>, Vec<_>) = after.into_iter().partition(|(name, _)| name == "cursor");
    let kept: Vec<_> = before.into_iter().filter(|(name, _)| name != "cursor" && name != "offset").collect();
    assert_eq!(rest, kept, "the next page asks something else");
    assert_eq!(cursors.len(), 1, "where the next page begins is said once");
    assert_eq!(cursors[0].1.parse::<Cursor<u32>>(), Ok(next));
}

/// What a query string says, piece by piece; an empty piece says nothing.
fn pairs(uri: &Uri) -> Vec<(String, String)> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let pieces = uri.query().unwrap_or_default().split('&').filter(|piece| !piece.is_empty());
    pieces
        .map(|piece| piece.split_once('=').unwrap_or((piece, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}
