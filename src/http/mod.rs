//! HTTP furniture that knows no feature: extractors, pages, entity tags, middleware.

pub mod check;
pub mod etag;
pub mod extract;
pub mod middleware;
pub mod page;
pub mod query;
pub mod shed;
