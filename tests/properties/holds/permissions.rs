//! `fea`, `per` and `fpm` of a version 2 token: never more than both readings of Clerk's SDKs grant, nor less where the text is plain.

use std::collections::BTreeSet;

use tenantry::clerk::permissions::{decode, scoped};

/// Longer input only makes the arithmetic below slow.
const LONGEST: usize = 4096;

/// Three lines: `fea`, `per`, `fpm`.
pub fn permissions(data: &[u8]) {
    let text = super::text(&data[..data.len().min(LONGEST)]);
    let mut lines = text.splitn(3, '\n');
    let mut line = || lines.next().unwrap_or_default();
    let (fea, per, fpm) = (line(), line(), line());
    let decoded = decode(&scoped(fea).unwrap_or_default(), per, fpm);

    assert!(decoded.permissions.is_sorted_by(|one, other| one < other), "sorted and distinct");
    assert!(decoded.permissions.iter().all(|key| !key.starts_with("org:sys_")), "a system permission was granted");
    let both = granted_by_both(fea, per, fpm);
    let ours: BTreeSet<String> = decoded.permissions.into_iter().collect();
    assert!(ours.is_subset(&both), "more than both readings grant: {:?}", ours.difference(&both));
    if is_plain(fea, per, fpm) {
        let missing: Vec<&String> = both.difference(&ours).filter(|key| !key.starts_with("org:sys_")).collect();
        assert!(missing.is_empty(), "less than both readings grant: {missing:?}");
    }
}

/// What both readings grant, read a second time and with other arithmetic.
pub(super) fn granted_by_both(fea: &str, per: &str, fpm: &str) -> BTreeSet<String> {
    let mut features = Vec::new();
    for entry in fea.split(',').filter(|_| !fea.is_empty()) {
        match entry.trim().split_once(':') {
            Some((scope, slug)) => features.push((["o", "ou", "uo"].contains(&scope), slug)),
            None => return BTreeSet::new(),
        }
    }
    let own: Vec<(bool, &str)> = features.iter().copied().filter(|(organization, _)| *organization).collect();
    let by_position = reading(&features, per, fpm);
    by_position.intersection(&reading(&own, per, fpm)).cloned().collect()
}

/// One SDK's reading: the nth mask belongs to the nth of `features`.
fn reading(features: &[(bool, &str)], per: &str, fpm: &str) -> BTreeSet<String> {
    let mut granted = BTreeSet::new();
    for ((_, slug), mask) in features.iter().zip(fpm.split(',')).filter(|((organization, _), _)| *organization) {
        for (action, bit) in per.split(',').zip(bits(mask.trim())) {
            if bit {
                granted.insert(format!("org:{slug}:{}", action.trim()));
            }
        }
    }
    granted
}

/// The bits of a decimal number, least first, by long division; none of anything else.
fn bits(mask: &str) -> Vec<bool> {
    if !mask.bytes().all(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    let mut digits: Vec<u8> = mask.bytes().map(|byte| byte - b'0').skip_while(|digit| *digit == 0).collect();
    let mut bits = Vec::new();
    // Bits beyond the 128th are nobody's, so that a long number need not be divided to its end.
    while !digits.is_empty() && bits.len() < 200 {
        let mut carry = 0;
        for digit in &mut digits {
            let value = carry * 10 + *digit;
            (*digit, carry) = (value / 2, value % 2);
        }
        bits.push(carry == 1);
        digits = digits.into_iter().skip_while(|digit| *digit == 0).collect();
    }
    bits
}

/// Whether Clerk could have written it: distinct slugs and actions of plain letters, masks that fit, and not too many.
fn is_plain(fea: &str, per: &str, fpm: &str) -> bool {
    let segment = |text: &str| {
        (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
    };
    let slugs: Vec<&str> =
        fea.split(',').map(|entry| entry.trim().split_once(':').map_or("", |(_, slug)| slug)).collect();
    let actions: Vec<&str> = per.split(',').map(str::trim).collect();
    let distinct = |texts: &[&str]| texts.iter().collect::<BTreeSet<_>>().len() == texts.len();
    [&slugs, &actions].iter().all(|texts| distinct(texts) && texts.iter().all(|text| segment(text)))
        && actions.len() <= 30
        && slugs.len() <= 30
        && fpm.split(',').all(|mask| mask.trim().len() <= 38)
}
