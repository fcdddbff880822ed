//! The seeds of the fuzz targets as they are, and after random edits.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;

use crate::holds::ALL;

/// How often each property is tried on an edited seed, and on bytes alone.
const TRIES: u32 = 400;

/// The inputs that are kept for a property, by their names.
fn seeds(property: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(property);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let read = |path: std::path::PathBuf| (path.display().to_string(), std::fs::read(path).unwrap());
    let mut seeds: Vec<_> = files.map(|file| read(file.unwrap().path())).collect();
    seeds.sort();
    seeds
}

/// A part that is cut out, and what is put in its place: bytes, or a part of another seed.
#[derive(Debug, Clone)]
struct Edit {
    start: Index,
    cut: usize,
    put: Vec<u8>,
    other: Option<(Index, Index, usize)>,
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let bytes = proptest::collection::vec(prop_oneof![any::<u8>(), b' '..=b'~', Just(b'\n'), Just(b',')], 0..6);
    let other = proptest::option::weighted(0.3, (any::<Index>(), any::<Index>(), 1..40_usize));
    let edit = (any::<Index>(), 0..20_usize, bytes, other).prop_map(|(start, cut, put, other)| Edit {
        start,
        cut,
        put,
        other,
    });
    proptest::collection::vec(edit, 0..5)
}

impl Edit {
    fn apply(&self, input: &mut Vec<u8>, seeds: &[(String, Vec<u8>)]) {
        let start = self.start.index(input.len() + 1);
        let end = (start + self.cut).min(input.len());
        let mut put = self.put.clone();
        if let Some((which, from, length)) = &self.other {
            let seed = &which.get(seeds).1;
            put.extend(seed.iter().skip(from.index(seed.len() + 1)).take(*length));
        }
        input.splice(start..end, put);
    }
}

#[test]
fn every_property_holds_of_its_seeds() {
    for (name, property) in ALL {
        let seeds = seeds(name);
        assert!(seeds.len() >= 3, "{name} has {} seeds", seeds.len());
        for (file, input) in seeds {
            assert!(catch_unwind(AssertUnwindSafe(|| property(&input))).is_ok(), "{name} does not hold of {file}");
        }
    }
}

#[test]
fn every_fuzz_target_has_its_property() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fuzz_targets");
    let mut targets: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    targets.sort();
    assert_eq!(targets, ALL.map(|(name, _)| name));
}

#[test]
fn every_property_holds_of_edited_seeds() {
    for (name, property) in ALL {
        let seeds = seeds(name);
        let config = ProptestConfig { cases: TRIES, failure_persistence: None, ..ProptestConfig::default() };
        let outcome =
            proptest::test_runner::TestRunner::new(config).run(&(any::<Index>(), edits()), |(which, edits)| {
                let mut input = which.get(&seeds).1.clone();
                edits.iter().for_each(|edit| edit.apply(&mut input, &seeds));
                property(&input);
                Ok(())
            });
        assert!(outcome.is_ok(), "{name}: {}", outcome.unwrap_err());
    }
}

#[test]
fn every_property_holds_of_any_bytes() {
    for (name, property) in ALL {
        let config = ProptestConfig { cases: TRIES, failure_persistence: None, ..ProptestConfig::default() };
        let bytes = proptest::collection::vec(any::<u8>(), 0..200);
        let outcome = proptest::test_runner::TestRunner::new(config).run(&bytes, |input| {
            property(&input);
            Ok(())
        });
        assert!(outcome.is_ok(), "{name}: {}", outcome.unwrap_err());
    }
}
