//! HTTP furniture that knows no feature: extractors, pages, entity tags, middleware.

pub mod around;
pub mod check;
mod compression;
pub mod etag;
pub mod extract;
mod json;
pub mod middleware;
pub mod page;
pub mod query;
pub mod shed;
pub mod time;
