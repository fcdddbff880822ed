//! The table of who may do what, as a file that is read in review.

use std::path::Path;

use super::world::Kind;

const FILE: &str = "tests/api/access.txt";
const UPDATE: &str = "UPDATE_ACCESS_TABLE=1 cargo test --test api access::";

/// What the four last columns show.
const FOREIGN: [(&str, &str); 4] = [
    ("path", "the admin of another organization, with our ids in the path"),
    ("query", "the same, with our ids, our label and a cursor of ours in the query"),
    ("body", "the same, with our ids in the body"),
    ("headers", "the same, with our ETag or our Idempotency-Key"),
];

/// The table as it grows, an operation a row.
pub struct Table {
    columns: Vec<&'static str>,
    text: String,
}

impl Table {
    pub fn new(kinds: &[Kind]) -> Self {
        let mut text = "Who may do what: the status that each kind of caller gets from each operation. A test writes and compares it\n\
                        (tests/api/access). Several statuses: several requests. A minus: nothing to try.\n\n"
            .to_owned();
        let legend = kinds.iter().map(|kind| (kind.name, kind.says)).chain(FOREIGN);
        for (name, says) in legend.clone() {
            text.push_str(&format!("  {name:<8} {says}\n"));
        }
        let columns = legend.map(|(name, _)| name).collect();
        let mut table = Self { columns, text };
        table.text.push('\n');
        let names: Vec<String> = table.columns.iter().map(|name| (*name).to_owned()).collect();
        table.row("", &names);
        table
    }

    pub fn row(&mut self, operation: &str, cells: &[String]) {
        let mut line = format!("{operation:<44}");
        for (cell, column) in cells.iter().zip(&self.columns) {
            let width = if FOREIGN.iter().any(|(name, _)| name == column) { 7 } else { column.len().max(3) };
            line.push_str(&format!(" {cell:<width$}"));
        }
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// Fails unless the committed file says the same.
    pub fn compare(&self) {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
        if std::env::var("UPDATE_ACCESS_TABLE").is_ok_and(|value| value == "1") {
            std::fs::write(&file, &self.text).unwrap();
        }
        let committed = std::fs::read_to_string(&file).unwrap_or_default();
        let lines = |text: &str, sign: char, other: &str| -> Vec<String> {
            text.lines()
                .filter(|line| !other.lines().any(|known| known == *line))
                .map(|line| format!("{sign} {line}"))
                .collect()
        };
        let mut difference = lines(&committed, '-', &self.text);
        difference.extend(lines(&self.text, '+', &committed));
        assert!(
            committed == self.text,
            "who may do what is not as {FILE} says (-), but so (+). Is that meant? Then write it down: {UPDATE}\n{}",
            difference.join("\n")
        );
    }
}
