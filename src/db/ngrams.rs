//! Which rows cannot contain a text: a Bloom filter of the n-grams of each (as ClickHouse's `ngrambf_v1` is one of a block of rows), in
//! eight numbers beside the row, small enough that an index holds it.
//!
//! A text that stands in another has its n-grams, so a row that lacks one of them does not contain it. A row that has them all may; the
//! text itself decides. All bits set, as the columns are by default, says nothing of a row, and so is never wrong; the last bit belongs to
//! no n-gram, and tells such a row from one whose text is long.

use sea_orm::sea_query::{Alias, DynIden, Expr, ExprTrait, IntoIden, Query, TableRef, UpdateStatement, ValueTuple};
use sea_orm::{Condition, DbErr, Value};
use uuid::Uuid;

use super::{Connection, TenantDb, TenantOwned};

/// How many numbers of 64 bits: enough for 300 characters before a text of six has to be looked for in one row of twenty.
const WORDS: usize = 8;

/// So many bits are of n-grams: all but the last.
const BITS: u64 = 64 * WORDS as u64 - 1;

/// So many rows are read by their ids; where more can contain a text, a list that is read in its order soon has its page.
const FEW: usize = 500;

/// The filter of a row, or of a text that is looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NgramFilter([i64; WORDS]);

/// What the filters say of a text.
#[derive(Debug)]
pub enum Candidates {
    /// No row contains it.
    None,
    /// At most these do.
    These(Vec<Uuid>),
    /// Many may, or nothing can be told of so short a text.
    Unknown,
}

impl NgramFilter {
    /// The filter of folded texts.
    pub fn of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let mut filter = Self::default();
        texts.into_iter().for_each(|text| filter.add(text));
        filter
    }

    /// As what is stored beside a row.
    pub fn columns(self) -> impl Iterator<Item = (DynIden, Expr)> {
        self.0.into_iter().enumerate().map(|(place, word)| (column(place), Expr::value(word)))
    }

    /// One statement that sets the filters of several rows, which are told by two columns.
    pub fn store<E: TenantOwned>(
        key: [E::Column; 2],
        rows: impl IntoIterator<Item = ([Value; 2], Self)>,
    ) -> UpdateStatement {
        let made = |place: usize| Expr::col((Alias::new("made"), Alias::new(format!("column{place}"))));
        let tuples = rows.into_iter().map(|(of, filter)| of.into_iter().chain(filter.0.map(Value::from)).collect());
        let tuples = TableRef::ValuesList(tuples.map(ValueTuple::Many).collect(), Alias::new("made").into_iden());
        let mut update = Query::update();
        update.table(E::default()).from(tuples);
        update.values((0..WORDS).map(|place| (column(place), made(key.len() + place + 1))));
        for (place, column) in key.into_iter().enumerate() {
            update.and_where(Expr::col((E::default(), column)).eq(made(place + 1)));
        }
        update
    }

    /// Rows whose filter was never made: they are older than filters are, or were changed by a program that does not know of them.
    pub fn is_missing() -> Expr {
        Expr::col(column(WORDS - 1)).lt(0)
    }

    /// Three neighbouring characters each. Where they are not of ASCII, as in Chinese, two are as telling.
    fn add(&mut self, text: &str) {
        let (mut second, mut first) = (None, None);
        for third in text.chars() {
            if let (Some(second), Some(first)) = (second, first) {
                self.set([first, second, third]);
            }
            if let Some(second) = second.filter(|second: &char| !(second.is_ascii() && third.is_ascii())) {
                self.set(['\0', second, third]);
            }
            (first, second) = (second, Some(third));
        }
    }

    /// Two bits of each. They must stay the same forever: they are stored.
    ///
    /// Texts of one tenant are much alike, so that a single bit which another n-gram of all of them has set too would tell nothing.
    fn set(&mut self, gram: [char; 3]) {
        // A character has 21 bits. Multiplied, folded and multiplied again, every bit depends on each.
        let packed = gram.into_iter().fold(0_u64, |packed, character| packed << 21 | u64::from(u32::from(character)));
        let mixed = packed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        for half in [mixed >> 32, mixed & u64::from(u32::MAX)] {
            let bit = (half * BITS) >> 32;
            if let Some(word) = self.0.get_mut((bit / 64) as usize) {
                *word |= 1 << (bit % 64);
            }
        }
    }

    /// Whether a row may contain what this is the filter of; none when it is of nothing.
    fn condition<E: TenantOwned>(self) -> Option<Condition> {
        let words = self.0.into_iter().enumerate().filter(|(_, word)| *word != 0);
        let all = words.map(|(place, word)| {
            Expr::col((E::default(), column(place))).bit_and(Expr::value(word)).eq(Expr::value(word))
        });
        let condition = all.fold(Condition::all(), Condition::add);
        (!condition.is_empty()).then_some(condition)
    }
}

fn column(place: usize) -> DynIden {
    Alias::new(format!("search_filter_{place}")).into_iden()
}

impl<C: Connection> TenantDb<C> {
    /// Which of the tenant's rows can contain a folded text, among those that meet a condition which the index of the filters has.
    ///
    /// # Errors
    /// The database's.
    pub async fn candidates<E: TenantOwned>(
        &self,
        id: E::Column,
        folded: &str,
        indexed: Condition,
    ) -> Result<Candidates, DbErr> {
        let Some(may_contain) = NgramFilter::of([folded]).condition::<E>() else { return Ok(Candidates::Unknown) };
        let ids = self.ids::<E>(id, indexed.add(may_contain), FEW as u64 + 1).await?;
        Ok(match ids.len() {
            0 => Candidates::None,
            1..=FEW => Candidates::These(ids),
            _ => Candidates::Unknown,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn has(row: NgramFilter, text: &str) -> bool {
        NgramFilter::of([text]).0.iter().zip(row.0).all(|(wanted, there)| wanted & there == *wanted)
    }

    #[test]
    fn what_is_stored_is_read_alike_forever() {
        let filter = NgramFilter::of(["oil the oak", "東京"]);
        assert_eq!(filter.0.iter().map(|word| word.count_ones()).sum::<u32>(), 20);
        assert_eq!(
            filter.0,
            [
                6597069766688,
                432345568522534912,
                4398046511104,
                105555263750144,
                -9223372036854775744,
                4613937818241073152,
                0,
                2305843009249476611
            ],
            "these bits are stored: when they change, searches miss what was stored before"
        );
    }

    #[test]
    fn the_longest_text_leaves_the_last_bit() {
        let text: String = ('a'..='\u{4000}').collect();
        assert_eq!(NgramFilter::of([&*text]).0, [-1, -1, -1, -1, -1, -1, -1, i64::MAX]);
    }

    #[test]
    fn a_text_that_is_not_there_is_seldom_taken_for_one_that_may_be() {
        let row = NgramFilter::of(["sand and oil the oak table", "two coats, a day apart. ask for the natural one."]);
        let taken = (0..10_000).filter(|number| has(row, &format!("x{number:05}"))).count();
        assert!(taken < 20, "{taken} of 10 000");
    }

    proptest! {
        #[test]
        fn a_part_of_a_text_is_never_missed(text in ".{0,60}", other in ".{0,60}", from in 0_usize..60, length in 0_usize..20) {
            let part: String = text.chars().skip(from).take(length).collect();
            prop_assert!(has(NgramFilter::of([&*other, &*text]), &part));
        }
    }
}
