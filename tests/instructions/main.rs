//! What the count of instructions makes of its baseline.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

#[path = "../../benches/instructions/baseline.rs"]
mod baseline;

use baseline::Baseline;

fn baseline() -> Baseline {
    Baseline::parse("[guard]\ninstructions = 1000\nsince = \"2026-11-22\"\nreason = \"first count\"\n").unwrap()
}

fn counts(counts: &[(&str, u64)]) -> Vec<(String, u64)> {
    counts.iter().map(|(case, count)| ((*case).to_owned(), *count)).collect()
}

/// What is said of each, and whether it fails.
fn judged(given: &[(&str, u64)]) -> Vec<(String, bool)> {
    baseline().judge(&counts(given)).iter().map(|finding| (finding.to_string(), finding.fails())).collect()
}

#[test]
fn more_than_a_twentieth_fails() {
    assert!(!judged(&[("guard", 1050)])[0].1);
    let (said, fails) = judged(&[("guard", 1051)]).remove(0);
    assert!(fails && said.contains("+5.1 % of 1000: FAILED"), "{said}");
}

#[test]
fn less_passes_and_is_said_when_it_is_worth_keeping() {
    let (said, fails) = judged(&[("guard", 949)]).remove(0);
    assert!(!fails && said.ends_with("accept it, so that it stays"), "{said}");
    assert!(!judged(&[("guard", 950)])[0].0.contains("accept"));
}

#[test]
fn a_case_without_a_count_fails_and_so_does_a_count_without_a_case() {
    let judged = judged(&[("token", 10)]);
    assert!(judged.len() == 2 && judged.iter().all(|(_, fails)| *fails), "{judged:?}");
}

#[test]
fn what_is_accepted_has_a_reason_and_what_hardly_moved_keeps_its_own() {
    let mut baseline = baseline();
    let given = counts(&[("guard", 1040), ("token", 10)]);
    for reason in ["", "  ", "a \"quoted\" one"] {
        assert!(baseline.accept(&given, "2026-11-23", reason).is_err(), "{reason}");
    }
    baseline.accept(&given, "2026-11-23", "tokens are counted").unwrap();
    let text = baseline.text();
    assert!(
        text.contains("[guard]\ninstructions = 1000\nsince = \"2026-11-22\"\nreason = \"first count\"\n"),
        "{text}"
    );
    assert!(text.contains("[token]\ninstructions = 10\nsince = \"2026-11-23\"\nreason = \"tokens are counted\"\n"));
    assert_eq!(Baseline::parse(&text).unwrap().text(), text);
    baseline.accept(&counts(&[("token", 11)]), "2026-11-24", "a digit more").unwrap();
    assert!(!baseline.text().contains("guard") && baseline.text().contains("a digit more"));
}

#[test]
fn a_baseline_without_reasons_is_none() {
    assert!(Baseline::parse("[guard]\ninstructions = 1\nsince = \"2026-11-22\"\nreason = \" \"\n").is_err());
    assert!(Baseline::parse("[guard]\ninstructions = 1\nsince = \"2026-11-22\"\n").is_err());
}
