//! Searching text alike on both databases: folded when it is stored, folded when it is looked for.
//!
//! What a text is contained in is decided by one condition, [`containing`]. An index only spares reading what does not meet it:
//! it says which few rows can, or that they are many, and then a list finds a page of them soonest in its own order.

use sea_orm::sea_query::{Expr, Func, IntoColumnRef, LikeExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, ExprTrait, IntoSimpleExpr, QueryFilter, QuerySelect,
    Select, Statement,
};
use uuid::Uuid;

use super::{Connection, TenantDb, TenantOwned};
use crate::error::{FieldError, Result};

/// The longest text that may be searched for, in characters.
const LONGEST: usize = 200;

/// The shortest that PostgreSQL's index holds, in bytes: three letters of ASCII, or two of which one is not.
const SHORTEST: usize = 3;

/// So many rows are read by their ids; where more contain the text, a list meets them soon. Measured with 10 000 rows of a tenant:
/// either way then reads about as many.
const FEW: u64 = 250;

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
    let pattern = pattern(&fold(text));
    let like = |column| Expr::col(column).like(LikeExpr::new(pattern.clone()).escape('\\'));
    Ok(columns.into_iter().fold(Condition::any(), |found, column| found.add(like(column))))
}

/// The same condition, which PostgreSQL then takes for one that every other row meets.
///
/// It would take a long text for a rare one, read all rows and sort them, where a list in order has its page soon. Which texts are
/// rare is known from the index.
pub fn common(condition: Condition) -> Expr {
    Func::coalesce([condition.into(), Expr::val(false)]).into()
}

/// An index of the texts of a table.
#[derive(Debug)]
pub struct TextIndex<E: TenantOwned> {
    /// What names a row.
    pub id: E::Column,
    /// PostgreSQL's function that looks into the index as `(folded text, pattern, at most)`, and answers ids, or null where they
    /// are more.
    pub function: &'static str,
}

/// What an index knows of a text.
#[derive(Debug)]
pub enum Found {
    /// No row contains it.
    Nothing,
    /// At most these do.
    Few(Condition),
    /// Many do, or the index cannot tell.
    Many,
}

impl<C: Connection> TenantDb<C> {
    /// Asks an index which of the tenant's rows contain a text; `rows` are those, as a selection that needs no index.
    ///
    /// # Errors
    /// The database's.
    pub async fn found<E: TenantOwned>(
        &self,
        index: &TextIndex<E>,
        text: &str,
        rows: Select<E>,
    ) -> Result<Found, DbErr> {
        let reader = self.connection.reader();
        if reader.get_database_backend() == DbBackend::Postgres {
            return index.ask(&reader, &fold(text)).await;
        }
        // An index that holds the texts answers this one without the rows.
        let rows = rows.filter(E::TENANT.eq(self.tenant().as_str())).select_only().column(index.id).limit(FEW + 1);
        let ids: Vec<Uuid> = rows.into_tuple().all(&reader).await?;
        Ok(match ids.len() as u64 {
            0 => Found::Nothing,
            1..=FEW => Found::Few(Condition::all().add(index.id.is_in(ids))),
            _ => Found::Many,
        })
    }
}

impl<E: TenantOwned> TextIndex<E> {
    /// Asks PostgreSQL. The ids travel as one text both ways, so that it is one statement however many they are.
    async fn ask<C: ConnectionTrait>(&self, on: &C, folded: &str) -> Result<Found, DbErr> {
        if folded.len() < SHORTEST {
            return Ok(Found::Many);
        }
        let call = format!("SELECT {}($1, $2, {FEW})::text", self.function);
        let values = [folded.into(), pattern(folded).into()];
        let row = on.query_one_raw(Statement::from_sql_and_values(DbBackend::Postgres, call, values)).await?;
        let ids: Option<String> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
        Ok(match ids {
            None => Found::Many,
            Some(ids) if ids == "{}" => Found::Nothing,
            Some(ids) => {
                let named = [self.id.into_simple_expr(), Expr::val(ids)];
                Found::Few(Condition::all().add(Expr::cust_with_exprs("$1 = ANY(CAST($2 AS uuid[]))", named)))
            }
        })
    }
}

/// What LIKE finds a folded text by, wherever it stands.
fn pattern(folded: &str) -> String {
    format!("%{}%", literally(folded))
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
