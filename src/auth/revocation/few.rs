//! A small map by id: most people have one membership and one session that anything changed in.

/// Values by id, sorted. Takes no more room than they need; a tree would take ten times that for one.
#[derive(Debug)]
pub(super) struct Few<V>(Vec<(Box<str>, V)>);

impl<V> Default for Few<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V> Few<V> {
    fn place(&self, id: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| (**known).cmp(id))
    }

    pub(super) fn get(&self, id: &str) -> Option<&V> {
        self.place(id).ok().map(|place| &self.0[place].1)
    }

    /// Puts a value under an id, and gives what was there.
    pub(super) fn insert(&mut self, id: &str, value: V) -> Option<V> {
        match self.place(id) {
            Ok(place) => Some(std::mem::replace(&mut self.0[place].1, value)),
            Err(place) => {
                if self.0.len() < 4 {
                    self.0.reserve_exact(1);
                }
                self.0.insert(place, (id.into(), value));
                None
            }
        }
    }

    pub(super) fn retain(&mut self, mut keep: impl FnMut(&V) -> bool) {
        self.0.retain(|(_, value)| keep(value));
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_under_its_id_and_replaced_there() {
        let mut few = Few::default();
        for id in ["c", "a", "f", "b", "e", "d"] {
            assert_eq!(few.insert(id, format!("old {id}")), None);
        }
        assert_eq!(few.insert("d", "new".into()), Some("old d".into()));
        assert_eq!((few.get("d").map(String::as_str), few.get("a").map(String::as_str)), (Some("new"), Some("old a")));
        few.retain(|value| value == "new");
        assert_eq!((few.len(), few.values().count(), few.get("a")), (1, 1, None));
    }
}
