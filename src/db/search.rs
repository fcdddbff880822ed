//! Searching text alike on both databases: folded when it is stored, folded when it is looked for.

use sea_orm::sea_query::{Expr, Func, IntoColumnRef, LikeExpr};
use sea_orm::{Condition, ExprTrait};

use crate::error::{FieldError, Result};

/// The longest text that may be searched for, in characters.
const LONGEST: usize = 200;

/// Text as it is searched and sorted: in lower case, by Unicode's rules rather than a database's.
///
/// Each character for itself, so that a part of a text folds to a part of the folded text: `str::to_lowercase` writes
/// sigma differently at the end of a word, and a search for the beginning of a longer word would miss it.
pub fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).map(|lower| if lower == 'ς' { 'σ' } else { lower }).collect()
}

/// Whether one of these folded columns contains the text; every row when there is nothing to search for.
///
/// # Errors
/// 422 naming the parameter `search` when the text is too long.
pub fn containing<C: IntoColumnRef>(text: Option<&str>, columns: impl IntoIterator<Item = C>) -> Result<Condition> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(Condition::all()) };
    if text.chars().count() > LONGEST {
        let detail = format!("search may have at most {LONGEST} characters.");
        return Err(FieldError::parameter("search", "too_long", detail).into());
    }
    let pattern = format!("%{}%", literally(&fold(text)));
    let like = |column| Expr::col(column).like(LikeExpr::new(pattern.clone()).escape('\\'));
    Ok(columns.into_iter().fold(Condition::any(), |found, column| found.add(like(column))))
}

/// The same condition, which PostgreSQL then takes for one that every other row meets.
///
/// It would take a long text for a rare one, read all rows and sort them, where a list in order has its page soon. Which texts are rare is
/// known from their n-grams.
pub fn common(condition: Condition) -> Expr {
    Func::coalesce([condition.into(), Expr::val(false)]).into()
}

/// As a part of a LIKE pattern whose escape character is the backslash.
fn literally(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
