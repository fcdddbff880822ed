//! How many rows of which table were removed.

use std::fmt;

/// Rows by table, in the order in which they were removed; no table without any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removed(Vec<(String, u64)>);

impl Removed {
    /// Each table and its rows.
    pub fn tables(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(table, rows)| (table.as_str(), *rows))
    }

    /// The rows of all tables.
    pub fn rows(&self) -> u64 {
        self.0.iter().map(|(_, rows)| rows).sum()
    }

    pub(super) fn add(&mut self, other: Self) {
        other.0.into_iter().for_each(|(table, rows)| self.count(&table, rows));
    }

    pub(super) fn count(&mut self, table: &str, rows: u64) {
        match self.0.iter_mut().find(|(known, _)| known == table) {
            Some((_, known)) => *known += rows,
            None if rows > 0 => self.0.push((table.to_owned(), rows)),
            None => {}
        }
    }
}

/// One line a table.
impl fmt::Display for Removed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tables().try_for_each(|(table, rows)| writeln!(formatter, "{table:<24} {rows}"))
    }
}
