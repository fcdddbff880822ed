//! What an organization may be called, in names and in slugs.

use axum::http::StatusCode;
use serde_json::json;

use super::{Organization, State};
use crate::error::{ApiError, Result};

impl State {
    pub(super) fn check_slug(&self, slug: &str, own: Option<&str>) -> Result<()> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if slug.is_empty() || slug.len() > 256 || !slug.chars().all(allowed) {
            let why = "may hold lower-case letters, digits, hyphens and underscores only";
            return Err(ApiError::format("slug", why));
        }
        let taken = |o: &Organization| o.slug == slug && Some(o.id.as_str()) != own;
        if self.organizations.iter().any(taken) {
            let error = ApiError::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "form_identifier_exists",
                "That slug is taken. Please try another.",
            );
            return Err(error.with_meta(json!({ "param_name": "slug" })));
        }
        Ok(())
    }

    pub(super) fn free_slug(&self, name: &str) -> String {
        let words: Vec<String> = name
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_ascii_lowercase)
            .collect();
        let base = if words.is_empty() { "organization".to_owned() } else { words.join("-") };
        let numbered = |n: usize| {
            if n == 1 { base.clone() } else { format!("{base}-{n}") }
        };
        let free = |slug: &String| self.organizations.iter().all(|o| o.slug != *slug);
        let mut candidates = (1..=self.organizations.len() + 1).map(numbered);
        candidates.find(free).expect("one more candidate than organizations is tried")
    }
}

pub(super) fn check_name(name: &str) -> Result<()> {
    if name.trim().is_empty() {
        return Err(ApiError::missing("name"));
    }
    if name.chars().count() > 256 {
        let why = "should not exceed 256 characters";
        return Err(ApiError::param("form_param_value_too_large", "name", why));
    }
    if name.contains("://") || name.contains(['<', '>']) {
        return Err(ApiError::format("name", "must not contain URLs or HTML"));
    }
    Ok(())
}
