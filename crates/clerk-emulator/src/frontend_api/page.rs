//! Parts of lists.

use serde_json::{Value, json};

use super::form::Form;
use crate::{ApiError, Result};

const LIMIT_DEFAULT: usize = 10;
const LIMIT_MAX: usize = 500;

/// Which part of a list to show.
pub(super) struct Window {
    limit: usize,
    offset: usize,
}

impl Window {
    pub(super) fn of(query: &Form) -> Result<Self> {
        let number = |name: &str| {
            let parse = |text: &str| text.parse().map_err(|_| ApiError::format(name, "must be a number"));
            query.text(name).map(parse).transpose()
        };
        let limit = number("limit")?.unwrap_or(LIMIT_DEFAULT);
        if !(1..=LIMIT_MAX).contains(&limit) {
            return Err(ApiError::value("limit", "must be between 1 and 500"));
        }
        Ok(Self { limit, offset: number("offset")?.unwrap_or(0) })
    }

    /// The items of this part, shown, beside the number of all.
    pub(super) fn page<T>(&self, items: Vec<T>, show: impl Fn(T) -> Value) -> Value {
        let total = items.len();
        json!({ "data": self.cut(items, show), "total_count": total })
    }

    pub(super) fn cut<T>(&self, items: Vec<T>, show: impl Fn(T) -> Value) -> Vec<Value> {
        items.into_iter().skip(self.offset).take(self.limit).map(show).collect()
    }
}
