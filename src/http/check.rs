//! Collects every unacceptable field of a body, so that a caller hears of all of them at once.

use crate::error::{Error, FieldError, Result};

/// The mistakes found so far.
#[derive(Debug, Default)]
pub struct Checks(Vec<FieldError>);

impl Checks {
    /// Notes a mistake at a JSON Pointer.
    pub fn refuse(&mut self, pointer: &str, code: &'static str, detail: impl Into<String>) {
        self.0.push(FieldError::body(pointer, code, detail));
    }

    /// A required text of 1 to `most` characters after trimming.
    pub fn line(&mut self, pointer: &str, text: &str, most: usize) -> String {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            self.refuse(pointer, "empty", format!("{} must not be empty.", name(pointer)));
        }
        self.text(pointer, trimmed, most)
    }

    /// A text of at most `most` characters, kept as it is.
    pub fn text(&mut self, pointer: &str, text: &str, most: usize) -> String {
        if text.chars().count() > most {
            self.refuse(pointer, "too_long", format!("{} may have at most {most} characters.", name(pointer)));
        }
        // PostgreSQL cannot store U+0000 in a text.
        if text.contains('\0') {
            self.refuse(pointer, "invalid_character", format!("{} must not contain U+0000.", name(pointer)));
        }
        text.to_owned()
    }

    /// `value` when nothing was refused.
    ///
    /// # Errors
    /// 422 with every mistake.
    pub fn accept<T>(self, value: T) -> Result<T> {
        if self.0.is_empty() { Ok(value) } else { Err(Error::Invalid(self.0)) }
    }
}

fn name(pointer: &str) -> &str {
    pointer.trim_start_matches('/')
}
