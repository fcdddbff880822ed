//! What the mirror, the token and the catalogue come to together.

use chrono::{DateTime, TimeDelta, Utc};

use super::standing::{Item, standing};
use super::*;
use crate::clerk::event::ItemStatus;

/// When the plan changed, in Unix seconds.
const CHANGED: i64 = 1_772_442_000;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_secs(second).unwrap()
}

fn item(plan: &str, status: ItemStatus) -> Item {
    Item {
        id: format!("csub_item_{plan}"),
        plan: Some(plan.into()),
        status,
        is_recurring: plan != "free_org",
        is_free_trial: false,
        seats: None,
        period: None,
        period_start: at(CHANGED),
        period_end: None,
        past_due_at: None,
        updated_at: at(CHANGED),
        is_listed: true,
    }
}

/// What the mirror says a day later; none when it says nothing.
fn mirror(item: Option<Item>, grace: TimeDelta) -> Option<standing::Standing> {
    standing(&item.into_iter().collect::<Vec<_>>(), at(CHANGED + 86_400), grace)
}

fn entitled(claimed: Option<&str>, item: Option<Item>) -> Entitled {
    Entitled::to(claimed, mirror(item, TimeDelta::zero()), &Catalogue::default(), false)
}

#[test]
fn limits_follow_the_mirror_then_the_token_and_else_there_are_none() {
    let pro = || Some(item("pro", ItemStatus::Active));
    let cases = [
        ("nothing is known", None, None, (None, 0, 0)),
        ("only the token knows", Some("pro"), None, (Some("pro"), 0, 0)),
        ("only the token knows, of the free plan", Some("free_org"), None, (Some("free_org"), 2, 100)),
        ("only the token knows, of a plan that is not in the catalogue", Some("gold"), None, (Some("gold"), 2, 100)),
        ("only the mirror knows", None, pro(), (Some("pro"), 0, 0)),
        ("the token is behind", Some("free_org"), pro(), (Some("pro"), 0, 0)),
        ("the token is ahead", Some("pro"), Some(item("free_org", ItemStatus::Active)), (Some("free_org"), 2, 100)),
        ("the plan has ended", Some("pro"), Some(item("pro", ItemStatus::Ended)), (Some("free_org"), 2, 100)),
        ("not in the catalogue", None, Some(item("gold", ItemStatus::Active)), (Some("gold"), 2, 100)),
    ];
    for (case, claimed, item, expected) in cases {
        let found = entitled(claimed, item);
        assert_eq!((found.plan.as_deref(), found.members, found.tasks), expected, "{case}");
    }
}

#[test]
fn a_workspace_of_ones_own_has_its_own_free_plan() {
    let ended = mirror(Some(item("pro", ItemStatus::Ended)), TimeDelta::zero());
    let found = Entitled::to(None, ended, &Catalogue::default(), true);
    assert_eq!((found.plan.as_deref(), found.members), (Some("free_user"), 1));
}

/// Whether a token that claims a plan with or without the feature `exports` may use it.
fn may_export(claimed: Option<&str>, has: bool, issued_at: i64, entitled: &Entitled) -> String {
    let features = if has { vec!["exports".to_owned()] } else { Vec::new() };
    let claimed = Claimed { plan: claimed, features: &features, issued_at };
    let listed = entitled.features(&claimed).contains(&"exports".to_owned());
    let demanded = entitled.demand_feature("exports", &claimed);
    // Where nothing is known at all everything may be used, and nobody can list that.
    let everything = claimed.plan.is_none() && entitled.plan.is_none();
    assert!(everything || listed == demanded.is_ok(), "what is listed may be used, and nothing else");
    demanded.map_or_else(|error| error.code().to_owned(), |()| "may".to_owned())
}

#[test]
fn features_follow_the_token_and_the_mirror_only_takes_away() {
    let pro = entitled(None, Some(item("pro", ItemStatus::Active)));
    let free = entitled(None, Some(item("free_org", ItemStatus::Active)));
    let unpaid = entitled(None, Some(item("pro", ItemStatus::PastDue)));
    let unknown = entitled(None, None);
    let (before, then, later) = (CHANGED - 1, CHANGED, CHANGED + 1);
    let cases = [
        ("nothing is known at all", None, false, later, &unknown, "may"),
        ("the token's word", Some("pro"), true, later, &unknown, "may"),
        ("the token's word", Some("pro"), false, later, &unknown, "feature_not_in_plan"),
        ("the mirror agrees", Some("pro"), true, before, &pro, "may"),
        ("the mirror never grants", Some("free_org"), false, before, &pro, "feature_not_in_plan"),
        ("Clerk's own features of a plan count", Some("free_org"), true, before, &free, "may"),
        ("the plan changed since", Some("pro"), true, before, &free, "token_stale"),
        ("the plan changed in that very second", Some("pro"), true, then, &free, "token_stale"),
        ("the token knows better", Some("pro"), true, later, &free, "may"),
        ("no token knows of our grace", Some("pro"), true, CHANGED + 86_400, &unpaid, "feature_not_in_plan"),
        ("a token without plans, by the catalogue", None, false, before, &pro, "may"),
        ("a token without plans, by the catalogue", None, false, later, &free, "feature_not_in_plan"),
    ];
    for (case, claimed, has, issued_at, entitled, expected) in cases {
        assert_eq!(may_export(claimed, has, issued_at, entitled), expected, "{case}: {claimed:?} {has} {issued_at}");
    }
}
