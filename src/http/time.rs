//! Points in time as JSON has them (RFC 3339, in UTC), for `#[serde(serialize_with = …)]`.
//!
//! They are what the serialization of `chrono` makes, which sends each through the machinery of formatting piece by piece: of a
//! page of tasks that was half of the cost of its JSON.

use chrono::{DateTime, Datelike, Timelike, Utc};
use serde::{Serialize, Serializer};

/// The longest text: `2026-11-21T07:53:41.936832123Z`.
const LONGEST: usize = 30;

/// A point in time.
///
/// # Errors
/// The serializer's.
pub fn time<S: Serializer>(time: &DateTime<Utc>, to: S) -> Result<S::Ok, S::Error> {
    let mut text = [0; LONGEST];
    match write(*time, &mut text).and_then(|length| std::str::from_utf8(&text[..length]).ok()) {
        Some(text) => to.serialize_str(text),
        None => time.serialize(to),
    }
}

/// A point in time, or null.
///
/// # Errors
/// The serializer's.
pub fn optional_time<S: Serializer>(at: &Option<DateTime<Utc>>, to: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => time(at, to),
        None => to.serialize_none(),
    }
}

/// Writes the text, and says how long it is; none where the year has not four digits.
fn write(time: DateTime<Utc>, text: &mut [u8; LONGEST]) -> Option<usize> {
    let (date, clock) = (time.date_naive(), time.time());
    let year = u32::try_from(date.year()).ok().filter(|year| *year <= 9999)?;
    // A leap second is counted as more nanoseconds than a second has.
    let (leap, nanoseconds) = (clock.nanosecond() / 1_000_000_000, clock.nanosecond() % 1_000_000_000);
    text[..20].copy_from_slice(b"0000-00-00T00:00:00Z");
    digits(year, &mut text[..4]);
    digits(date.month(), &mut text[5..7]);
    digits(date.day(), &mut text[8..10]);
    digits(clock.hour(), &mut text[11..13]);
    digits(clock.minute(), &mut text[14..16]);
    digits(clock.second() + leap, &mut text[17..19]);
    let (fraction, places) = match nanoseconds {
        0 => return Some(20),
        _ if nanoseconds % 1_000_000 == 0 => (nanoseconds / 1_000_000, 3),
        _ if nanoseconds % 1_000 == 0 => (nanoseconds / 1_000, 6),
        _ => (nanoseconds, 9),
    };
    text[19] = b'.';
    digits(fraction, &mut text[20..20 + places]);
    text[20 + places] = b'Z';
    Some(21 + places)
}

/// Fills a place with a number's digits, zeros before them.
fn digits(mut number: u32, place: &mut [u8]) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ours(at: DateTime<Utc>) -> String {
        let mut text = Vec::new();
        time(&at, &mut serde_json::Serializer::new(&mut text)).unwrap();
        String::from_utf8(text).unwrap()
    }

    fn theirs(at: DateTime<Utc>) -> String {
        serde_json::to_string(&at).unwrap()
    }

    #[test]
    fn each_number_of_places_is_written_as_chrono_does() {
        for nanoseconds in [0, 1, 10, 1_000, 120_000, 1_000_000, 500_000_000, 999_999_999, 1_000_000_000, 1_500_000_000]
        {
            for seconds in
                [-62_167_219_200 - 1, -62_167_219_200, -1, 0, 59, 1_774_000_019, 253_402_300_799, 253_402_300_800]
            {
                if let Some(at) = DateTime::from_timestamp(seconds, nanoseconds) {
                    assert_eq!(ours(at), theirs(at));
                }
            }
        }
    }

    proptest! {
        #[test]
        fn every_time_is_written_as_chrono_does(seconds in -100_000_000_000_i64..400_000_000_000, nanoseconds in 0_u32..1_000_000_000) {
            let at = DateTime::from_timestamp(seconds, nanoseconds).unwrap();
            prop_assert_eq!(ours(at), theirs(at));
        }
    }
}
