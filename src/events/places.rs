//! How many streams there may be: of this process, and of one person.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::{Error, Result};

/// A person's open pages on all their devices.
const OF_A_PERSON: usize = 32;

/// The places of streams.
#[derive(Debug)]
pub(super) struct Places {
    most: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_person: HashMap<Box<str>, usize>,
}

impl Places {
    pub(super) fn new(most: usize) -> Self {
        Self { most, taken: Mutex::default() }
    }

    /// A place for one stream, until it is dropped.
    ///
    /// # Errors
    /// 503 `overloaded`; 429 when this person has too many.
    pub(super) fn take(self: &Arc<Self>, person: &str) -> Result<Place> {
        let mut taken = self.lock();
        if taken.all >= self.most {
            return Err(Error::OVERLOADED);
        }
        let theirs = taken.by_person.entry(person.into()).or_default();
        if *theirs >= OF_A_PERSON {
            let detail = "Too many event streams are open already; close some.";
            return Err(Error::TooManyRequests { detail, retry_after: Duration::from_secs(10) });
        }
        *theirs += 1;
        taken.all += 1;
        Ok(Place { places: Arc::clone(self), person: person.into() })
    }

    /// How many are taken.
    pub(super) fn taken(&self) -> usize {
        self.lock().all
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream's place.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    person: Box<str>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        taken.all -= 1;
        if let Some(theirs) = taken.by_person.get_mut(&self.person) {
            *theirs -= 1;
            if *theirs == 0 {
                taken.by_person.remove(&self.person);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_so_many_places_and_gives_them_back() {
        let places = Arc::new(Places::new(OF_A_PERSON + 1));
        let mut theirs: Vec<Place> = (0..OF_A_PERSON).map(|_| places.take("user_a").unwrap()).collect();
        assert_eq!(places.take("user_a").unwrap_err().code(), "rate_limited");
        let another = places.take("user_b").unwrap();
        assert_eq!(places.take("user_c").unwrap_err().code(), "overloaded");
        theirs.pop();
        drop(another);
        assert!(places.take("user_a").is_ok());
        drop(theirs);
        let left = places.lock();
        assert_eq!((left.all, left.by_person.len()), (0, 0));
    }
}
