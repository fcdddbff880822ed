//! Decoding of `fea`, `per` and `fpm`: the published vectors, and never more than either reading.

use proptest::prelude::*;
use tenantry::clerk::permissions::{Decoded, decode, scoped};

fn read(fea: &str, per: &str, fpm: &str) -> Decoded {
    decode(&scoped(fea).unwrap_or_default(), per, fpm)
}

fn keys(feature: &str, actions: &[&str]) -> Vec<String> {
    actions.iter().map(|action| format!("org:{feature}:{action}")).collect()
}

#[test]
fn the_vectors_both_readings_agree_on() {
    let four = "view,create,edit,delete";
    let rows = [
        (
            "o:tasks,o:reports",
            four,
            "15,1",
            vec![keys("reports", &["view"]), keys("tasks", &["create", "delete", "edit", "view"])],
        ),
        ("o:tasks,o:reports", four, "3,0", vec![keys("tasks", &["create", "view"])]),
        (
            "o:tasks,ou:exports,u:themes",
            "view,create,edit,delete,run",
            "7,17,0",
            vec![keys("exports", &["run", "view"]), keys("tasks", &["create", "edit", "view"])],
        ),
        ("o:audit,o:tasks", "view", "0,1", vec![keys("tasks", &["view"])]),
        ("o:tasks", "view,create", "6", vec![keys("tasks", &["create"])]),
        ("o:tasks", "view,create", "x3", vec![]),
        ("o:tasks", "view,create", "-1", vec![]),
        ("o:tasks", "view,create", "+1", vec![]),
        ("o:tasks", "view,create", "1.5", vec![]),
        ("o:tasks", "view,create", "0x3", vec![]),
        ("o:tasks", "view,create", "1e1", vec![]),
        ("o:tasks", "view,create", "٣", vec![]),
        ("o:tasks,o:reports", four, "5", vec![keys("tasks", &["edit", "view"])]),
        ("o:tasks", four, "1,15,15", vec![keys("tasks", &["view"])]),
        ("u:themes", "", "", vec![]),
        ("u:themes", "view", "1", vec![]),
        ("x:tasks", "view", "1", vec![]),
        ("tasks", "view", "1", vec![]),
        ("o:tasks,reports", "view", "1,1", vec![]),
        ("", "view", "1", vec![]),
        ("o:tasks", "", "1", vec![]),
        ("o:tasks", "view", "", vec![]),
        (
            " o:tasks , o:reports ",
            " view , edit ",
            " 3 , 1 ",
            vec![keys("reports", &["view"]), keys("tasks", &["edit", "view"])],
        ),
        ("o:,o:tasks", "view", "1,1", vec![keys("tasks", &["view"])]),
        ("o:a:b,o:tasks", "view", "1,1", vec![keys("tasks", &["view"])]),
        ("o:tasks", "view,,edit", "7", vec![keys("tasks", &["edit", "view"])]),
        ("o:sys_memberships,o:tasks", "manage", "1,1", vec![keys("tasks", &["manage"])]),
        ("o:tasks,o:tasks", "view,edit", "1,2", vec![keys("tasks", &["edit", "view"])]),
    ];
    for (fea, per, fpm, wanted) in rows {
        let decoded = read(fea, per, fpm);
        assert_eq!(decoded.permissions, wanted.concat(), "{fea} | {per} | {fpm}");
        assert!(!decoded.readings_differ, "{fea} | {per} | {fpm}");
    }
}

#[test]
fn where_readings_differ_only_what_both_grant() {
    for (fea, fpm, wanted) in [
        ("u:themes,o:tasks", "0,3", vec![]),
        ("u:themes,o:tasks", "3,0", vec![]),
        ("u:themes,o:tasks", "1,3", keys("tasks", &["view"])),
        ("u:themes,o:tasks,o:reports", "3,1,2", keys("tasks", &["view"])),
        ("o:tasks,u:themes,o:reports", "3,0,3", keys("tasks", &["edit", "view"])),
    ] {
        let decoded = read(fea, "view,edit", fpm);
        assert_eq!(decoded.permissions, wanted, "{fea} | {fpm}");
        assert!(decoded.readings_differ, "{fea} | {fpm}");
    }
}

#[test]
fn wide_masks_are_exact_and_never_wrap() {
    let actions: Vec<String> = (0..54).map(|n| format!("a{n}")).collect();
    let decoded = read("o:tasks", &actions.join(","), "9007199254740993");
    assert_eq!(decoded.permissions, ["org:tasks:a0", "org:tasks:a53"]);

    let many: Vec<String> = (0..140).map(|n| format!("a{n}")).collect();
    let many = many.join(",");
    // 2^64, 2^100 and 2^127, each with bit 0.
    for (mask, bit) in [
        ("18446744073709551617", 64),
        ("1267650600228229401496703205377", 100),
        ("170141183460469231731687303715884105729", 127),
    ] {
        let mut wanted = [format!("org:tasks:a{bit}"), "org:tasks:a0".to_owned()];
        wanted.sort();
        assert_eq!(read("o:tasks", &many, mask).permissions, wanted, "{mask}");
    }
    // 2^128 and 2^128 + 1 do not fit: they grant nothing rather than bit 0.
    for mask in
        ["340282366920938463463374607431768211456", "340282366920938463463374607431768211457", &"9".repeat(5000)]
    {
        assert!(read("o:tasks", &many, mask).permissions.is_empty(), "{mask}");
    }
}

#[test]
fn a_list_no_instance_could_have_grants_nothing() {
    let features: Vec<String> = (0..400).map(|n| format!("o:f{n}")).collect();
    let masks = vec![u128::MAX.to_string(); 400].join(",");
    let actions: Vec<String> = (0..128).map(|n| format!("a{n}")).collect();
    assert!(read(&features.join(","), &actions.join(","), &masks).permissions.is_empty());
}

/// Bits of a mask as Clerk's SDKs see them, counted without any integer type that could overflow.
fn bits(mask: &str) -> Vec<bool> {
    let mut digits: Vec<u8> = mask.bytes().map(|byte| byte - b'0').collect();
    let mut bits = Vec::new();
    while digits.iter().any(|digit| *digit > 0) {
        let mut carry = 0;
        for digit in &mut digits {
            let value = carry * 10 + *digit;
            *digit = value / 2;
            carry = value % 2;
        }
        bits.push(carry == 1);
    }
    bits
}

/// One SDK's reading: the nth mask belongs to the nth of `features`.
fn reading(features: &[(bool, &str)], actions: &[&str], masks: &[String]) -> Vec<String> {
    let mut granted = Vec::new();
    for ((organization, slug), mask) in features.iter().zip(masks) {
        for (action, bit) in actions.iter().zip(bits(mask)) {
            if *organization && bit {
                granted.push(format!("org:{slug}:{action}"));
            }
        }
    }
    granted
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ours_is_what_both_readings_grant(
        scopes in proptest::collection::vec(prop_oneof!["o", "u", "ou", "uo", "x"], 0..6),
        actions in 0_usize..5,
        masks in proptest::collection::vec(prop_oneof!["[1-9]?[0-9]", "[1-9][0-9]{18,36}"], 0..7),
    ) {
        let slugs: Vec<String> = (0..scopes.len()).map(|n| format!("f{n}")).collect();
        let entries: Vec<String> = scopes.iter().zip(&slugs).map(|(scope, slug)| format!("{scope}:{slug}")).collect();
        let actions = &["view", "create", "edit", "delete", "run"][..actions];
        let features: Vec<(bool, &str)> =
            scopes.iter().zip(&slugs).map(|(scope, slug)| (scope.contains('o'), slug.as_str())).collect();
        let own: Vec<(bool, &str)> = features.iter().copied().filter(|(organization, _)| *organization).collect();

        let by_position = reading(&features, actions, &masks);
        let among_own = reading(&own, actions, &masks);
        let ours = read(&entries.join(","), &actions.join(","), &masks.join(","));

        let mut both: Vec<String> = by_position.iter().filter(|key| among_own.contains(key)).cloned().collect();
        both.sort();
        prop_assert_eq!(&ours.permissions, &both);
        let (mut one, mut other) = (by_position, among_own);
        one.sort();
        other.sort();
        prop_assert_eq!(ours.readings_differ, one != other);
    }

    #[test]
    fn any_text_is_decoded_without_a_panic(fea in "\\PC{0,60}", per in "\\PC{0,60}", fpm in "[0-9,x -]{0,60}") {
        let decoded = read(&fea, &per, &fpm);
        prop_assert!(decoded.permissions.is_sorted());
        for key in decoded.permissions {
            prop_assert_eq!(key.split(':').count(), 3);
            prop_assert!(key.starts_with("org:"));
        }
    }
}
