use super::*;
use crate::auth::Permission;
use crate::clerk::session::{Organization, Scopes};

const ADMIN: &[&str] = &["org:tasks:view", "org:tasks:delete"];

/// A token of `user_a` in `org_a` as an administrator, issued in this second.
fn token(issued_at: i64) -> Session {
    Session {
        user_id: "user_a".into(),
        session_id: "sess_a".into(),
        organization: Some(Organization {
            id: "org_a".into(),
            slug: None,
            role: Some("org:admin".into()),
            permissions: ADMIN.iter().map(|key| (*key).to_owned()).collect(),
        }),
        plans: Scopes::default(),
        features: Scopes::default(),
        actor: None,
        factor_ages: None,
        issued_at,
        expires_at: issued_at + 60,
        readings_differ: false,
    }
}

fn deleted(user: &str, second: i64) -> Change {
    Change { news: News::UserDeleted { user: user.into() }, second }
}

fn ended(session: &str, second: i64) -> Change {
    Change { news: News::SessionEnded { user: "user_a".into(), session: session.into() }, second }
}

fn ban(banned: bool, second: i64) -> Change {
    let rank = Rank { updated_at: second * 1000, ..Rank::default() };
    Change { news: News::Ban { user: "user_a".into(), banned, rank }, second }
}

/// A membership that began in one second and was changed in another; none means it ended then.
fn membership(began: i64, second: i64, place: Option<(&str, &[&str])>) -> Change {
    let rank = Rank {
        began_at: began * 1000,
        id: format!("orgmem_{began}"),
        gone: place.is_none(),
        updated_at: second * 1000,
        ..Rank::default()
    };
    let place = place.map(|(role, keys)| Place {
        role: role.into(),
        permissions: keys.iter().map(|key| (*key).to_owned()).collect(),
    });
    let news = News::Membership { organization: "org_a".into(), user: "user_a".into(), place, rank };
    Change { news, second }
}

fn after(changes: &[Change]) -> Revocations {
    let revocations = Revocations::default();
    revocations.learn(changes);
    revocations
}

/// What a token issued in this second is worth after these changes, whatever the order in which they came.
fn worth(changes: &[Change], issued_at: i64) -> Result<Powers, Reject> {
    let forth = after(changes).check(&token(issued_at));
    let mut turned = changes.to_vec();
    turned.reverse();
    turned.extend(changes.iter().cloned());
    assert_eq!(after(&turned).check(&token(issued_at)), forth, "the order decides: {changes:?}");
    forth
}

#[test]
fn nothing_learned_takes_nothing() {
    assert_eq!(worth(&[], 0), Ok(Powers::NONE));
    assert!(Revocations::default().is_empty());
}

#[test]
fn what_never_comes_back_is_refused_whenever_the_token_was_issued() {
    for issued_at in [99, 100, 101, 1_000_000] {
        assert_eq!(worth(&[deleted("user_a", 100)], issued_at), Err(Reject::UserGone));
        assert_eq!(worth(&[ended("sess_a", 100)], issued_at), Err(Reject::SessionOver));
        let organization = News::OrganizationDeleted { organization: "org_a".into() };
        assert_eq!(worth(&[Change { news: organization, second: 100 }], issued_at), Err(Reject::Stale));
    }
    let others = [deleted("user_b", 100), ended("sess_b", 100)];
    assert_eq!(worth(&others, 99), Ok(Powers::NONE));
}

#[test]
fn a_ban_refuses_tokens_up_to_its_second_while_it_lasts() {
    assert_eq!(worth(&[ban(true, 100)], 100), Err(Reject::UserGone));
    assert_eq!(worth(&[ban(true, 100)], 101), Ok(Powers::NONE));
    assert_eq!(worth(&[ban(true, 100), ban(false, 200)], 100), Ok(Powers::NONE));
    assert_eq!(worth(&[ban(true, 100), ban(false, 200), ban(true, 300)], 300), Err(Reject::UserGone));
}

#[test]
fn the_end_of_a_membership_refuses_tokens_up_to_its_second() {
    let gone = membership(10, 100, None);
    assert_eq!(worth(std::slice::from_ref(&gone), 100), Err(Reject::Stale));
    assert_eq!(worth(&[gone], 101), Ok(Powers::NONE));
}

#[test]
fn the_end_of_an_old_membership_says_nothing_of_a_newer_one() {
    // They left in second 100 and came back in 90 by a clock of which nobody knows; or the events overtook each other.
    let (old, new) = (membership(10, 100, None), membership(90, 95, Some(("org:admin", ADMIN))));
    assert_eq!(worth(&[old, new], 95).map(|lost| lost.hold_admin()), Ok(false));
    let (old, new) = (membership(10, 100, None), membership(110, 110, Some(("org:member", &["org:tasks:view"]))));
    let lost = worth(&[old, new], 100).unwrap();
    assert!(lost.hold_admin() && lost.hold(Permission::DeleteTasks) && !lost.hold(Permission::ViewTasks));
}

#[test]
fn a_lower_role_takes_what_it_lacks_from_tokens_up_to_its_second() {
    let lower = membership(10, 100, Some(("org:member", &["org:tasks:view"])));
    let lost = worth(std::slice::from_ref(&lower), 100).unwrap();
    assert!(lost.hold_admin() && lost.hold(Permission::DeleteTasks) && !lost.hold(Permission::ViewTasks));
    assert_eq!(worth(&[lower], 101), Ok(Powers::NONE));
}

#[test]
fn where_permissions_are_not_known_the_role_alone_is_compared() {
    let same = worth(&[membership(10, 100, Some(("org:admin", &[])))], 100);
    assert_eq!(same, Ok(Powers::NONE));
    let other = worth(&[membership(10, 100, Some(("org:member", &[])))], 100);
    assert_eq!(other, Ok(Powers::ALL));
    let mut member = token(100);
    member.organization.as_mut().unwrap().role = Some("org:member".into());
    let promoted = after(&[membership(10, 100, Some(("org:admin", &[])))]).check(&member).unwrap();
    assert!(promoted.hold(Permission::ViewTasks) && !promoted.hold_admin());
}

#[test]
fn a_token_for_another_organization_or_none_keeps_its_word() {
    let revocations = after(&[membership(10, 100, None)]);
    let mut elsewhere = token(50);
    elsewhere.organization.as_mut().unwrap().id = "org_b".into();
    assert_eq!(revocations.check(&elsewhere), Ok(Powers::NONE));
    elsewhere.organization = None;
    assert_eq!(revocations.check(&elsewhere), Ok(Powers::NONE));
}

#[test]
fn what_is_known_is_no_news() {
    let revocations = Revocations::default();
    let changes = [deleted("user_b", 5), ended("sess_a", 5), ban(true, 5), membership(1, 5, None)];
    assert_eq!(revocations.learn(&changes), 4);
    assert_eq!(revocations.learn(&changes), 0);
    assert_eq!(revocations.learn([&ban(false, 6)]), 1);
    assert_eq!(revocations.len(), 4);
}

#[test]
fn memory_is_bounded_and_what_is_dropped_still_refuses_old_tokens() {
    let revocations = Revocations::with_capacity(80);
    for second in 1..=1000 {
        let user = format!("user_{second}");
        revocations.learn([&deleted(&user, second)]);
        assert!(revocations.len() <= 80, "{} are held", revocations.len());
        for earlier in 1..=second {
            let mut old = token(earlier);
            old.user_id = format!("user_{earlier}");
            assert!(revocations.check(&old).is_err(), "user_{earlier} was forgotten when {second} were learned");
        }
    }
    assert_eq!(revocations.check(&token(900)), Err(Reject::Stale));
    assert_eq!(revocations.check(&token(1001)), Ok(Powers::NONE), "a fresh token must work");
}

#[test]
fn a_flood_of_one_second_is_dropped_as_a_whole() {
    let revocations = Revocations::with_capacity(8);
    let flood: Vec<Change> = (0..100).map(|number| deleted(&format!("user_{number}"), 50)).collect();
    revocations.learn(&flood);
    assert!(revocations.is_empty());
    assert_eq!((revocations.check(&token(50)), revocations.check(&token(51))), (Err(Reject::Stale), Ok(Powers::NONE)));
}

#[test]
fn what_is_older_than_a_day_is_forgotten_and_so_are_tokens_of_that_age() {
    let now = Utc::now().timestamp();
    let revocations = after(&[ban(true, now - 90_000), ended("sess_b", now - 10)]);
    revocations.forget_old();
    assert_eq!(revocations.len(), 1);
    assert_eq!(revocations.check(&token(now - 90_000)), Err(Reject::Stale));
    assert_eq!(revocations.check(&token(now - 80_000)), Ok(Powers::NONE));
}

#[test]
fn a_time_in_the_far_future_does_not_lock_anybody_out_until_then() {
    let now = Utc::now().timestamp();
    let revocations = after(&[ban(true, now + 1_000_000)]);
    assert_eq!(revocations.check(&token(now)), Err(Reject::UserGone));
    assert_eq!(revocations.check(&token(now + 1000)), Ok(Powers::NONE));
}

#[test]
fn learning_and_checking_at_once_loses_nothing() {
    let revocations = Revocations::with_capacity(500);
    std::thread::scope(|scope| {
        for part in 0..4 {
            let revocations = revocations.clone();
            scope.spawn(move || {
                for number in 0..2000 {
                    let user = format!("user_{part}_{number}");
                    revocations.learn([&deleted(&user, number)]);
                    let mut theirs = token(number);
                    theirs.user_id = user;
                    assert!(revocations.check(&theirs).is_err());
                }
            });
        }
    });
    assert!(revocations.len() <= 500);
}
