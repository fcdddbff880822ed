//! The order of a list, and where a page of it begins.

use sea_orm::sea_query::{ColumnRef, Expr, IntoColumnRef, SelectStatement};
use sea_orm::{ExprTrait, Order, Value};

/// The order of a list and where a page of it begins: a sort column and the id, both in one direction, as a row value.
///
/// A row value is an index range on both databases; the expanded form (`a < ? OR a = ? AND b < ?`) is a filter over the whole prefix.
#[derive(Debug, Clone)]
pub struct Keyset {
    /// The sort column and the id.
    pub columns: [ColumnRef; 2],
    /// The direction of both.
    pub order: Order,
    /// The last row of the page before.
    pub after: Option<[Value; 2]>,
    /// At most so many rows.
    pub limit: u64,
    /// Rows to pass over.
    pub offset: u64,
}

impl Keyset {
    /// A list ordered by two columns.
    pub fn by(sort: impl IntoColumnRef, id: impl IntoColumnRef, order: Order, limit: u64) -> Self {
        Self { columns: [sort.into_column_ref(), id.into_column_ref()], order, after: None, limit, offset: 0 }
    }

    /// Adds the position, the order and the limit to a selection.
    pub(super) fn apply(&self, statement: &mut SelectStatement) {
        let [sort, id] = self.columns.clone();
        if let Some(after) = &self.after {
            let position = Expr::tuple(after.iter().cloned().map(Expr::val));
            let row = Expr::tuple([Expr::col(sort.clone()), Expr::col(id.clone())]);
            statement.and_where(if self.order == Order::Asc { row.gt(position) } else { row.lt(position) });
        }
        statement
            .order_by(sort, self.order.clone())
            .order_by(id, self.order.clone())
            // One more than asked for tells whether there is a next page.
            .limit(self.limit + 1);
        if self.offset > 0 {
            statement.offset(self.offset);
        }
    }
}
