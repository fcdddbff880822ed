//! Random histories of which half of all deliveries are lost, the rest late, twice and in any order.

use clerk_emulator::{NewInvitation, NewOrganization, NewUser, OrganizationChanges, UserChanges};
use serde_json::Value;

use super::clerk::clerk;
use super::{billing, mirror, repair, repairing, run};
use crate::support::{Setup, TestApp};

/// How many histories follow upon each other, and how many things happen in each.
const HISTORIES: usize = 6;
const STEPS: usize = 50;

/// The same numbers every time: splitmix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % sides as u64).unwrap()
    }

    fn pick<'a, T>(&mut self, among: &'a [T]) -> Option<&'a T> {
        (!among.is_empty()).then(|| &among[self.roll(among.len())])
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.roll(last + 1));
        }
    }
}

/// What a history has made so far; some of it may be gone again.
#[derive(Default)]
struct Made {
    users: Vec<String>,
    organizations: Vec<String>,
    invitations: Vec<String>,
    count: usize,
}

const ROLES: [&str; 3] = ["org:admin", "org:member", "org:carpenter"];

impl Made {
    /// One thing happens at Clerk. What Clerk refuses does not happen.
    fn step(&mut self, app: &TestApp, dice: &mut Dice) {
        self.count += 1;
        let count = self.count;
        match dice.roll(20) {
            0 | 1 => {
                let email = format!("person{count}@example.com");
                let new = NewUser {
                    email_addresses: vec![email],
                    first_name: Some(format!("P{count}")),
                    ..NewUser::default()
                };
                self.users.extend(app.clerk.create_user(new).map(|user| user.id));
            }
            2 => {
                let created_by = dice.pick(&self.users).cloned();
                let new = NewOrganization {
                    name: format!("O{count}"),
                    created_by,
                    max_allowed_memberships: Some(0),
                    ..NewOrganization::default()
                };
                self.organizations.extend(app.clerk.create_organization(new).map(|made| made.id));
            }
            14.. => self.subscribe(app, dice),
            other => self.change(app, dice, other, count),
        }
    }

    fn subscribe(&self, app: &TestApp, dice: &mut Dice) {
        let people = dice.roll(4) == 0;
        let payers = if people { &self.users } else { &self.organizations };
        let (what, which) = (dice.roll(12), dice.roll(6));
        if let Some(payer) = dice.pick(payers) {
            billing::step(app, payer, what, which);
        }
    }

    fn change(&mut self, app: &TestApp, dice: &mut Dice, what: usize, count: usize) {
        let role = ROLES[dice.roll(3)];
        let (Some(user), Some(organization)) = (dice.pick(&self.users), dice.pick(&self.organizations)) else { return };
        let clerk = &app.clerk;
        let _: Option<()> = match what {
            3..=5 => clerk.add_member(organization, user, role).ok().map(drop),
            6 => clerk.set_role(organization, user, role).ok().map(drop),
            7 => clerk.remove_member(organization, user).ok().map(drop),
            8 => clerk
                .update_user(
                    user,
                    UserChanges { first_name: Some(Some(format!("N{count}"))), ..UserChanges::default() },
                )
                .ok()
                .map(drop),
            9 => {
                let name = Some(format!("R{count}"));
                clerk
                    .update_organization(organization, OrganizationChanges { name, ..OrganizationChanges::default() })
                    .ok()
                    .map(drop)
            }
            10 if dice.roll(3) == 0 => clerk.delete_user(user).ok().map(drop),
            10 if dice.roll(3) == 0 => clerk.delete_organization(organization).ok().map(drop),
            10 | 11 if dice.roll(2) == 0 => clerk.ban_user(user).ok().map(drop),
            10 | 11 => clerk
                .set_role_permissions(
                    "org:carpenter",
                    [&["org:tasks:view"][..], &["org:tasks:edit", "org:tasks:view"]][dice.roll(2)],
                )
                .ok()
                .map(drop),
            12 => {
                let new = NewInvitation::new(format!("guest{count}@example.com"), role);
                let invited = clerk.invite(organization, new).ok();
                self.invitations.extend(invited.map(|invitation| invitation.id));
                None
            }
            _ => {
                let Some(invitation) = dice.pick(&self.invitations) else { return };
                if dice.roll(2) == 0 {
                    clerk.revoke_invitation(invitation).ok().map(drop)
                } else {
                    clerk.accept_invitation(invitation).ok().map(drop)
                }
            }
        };
    }
}

/// Delivers some of these, some of them twice, in any order; says which it kept back.
async fn deliver_half(app: &TestApp, dice: &mut Dice, mut events: Vec<Value>) -> Vec<Value> {
    dice.shuffle(&mut events);
    let kept_back = events.split_off(events.len() / 2);
    deliver_all(app, dice, events).await;
    kept_back
}

async fn deliver_all(app: &TestApp, dice: &mut Dice, mut events: Vec<Value>) {
    let twice: Vec<Value> = events.iter().filter(|_| dice.roll(4) == 0).cloned().collect();
    events.extend(twice);
    dice.shuffle(&mut events);
    for event in events {
        assert_eq!(app.deliver(&event).await.summary(), "200");
    }
}

/// The local Clerk dates what happens within one millisecond one after the other, and so runs ahead of the clock.
async fn let_the_clock_catch_up(app: &TestApp) {
    let ahead = app.clerk.event("nothing", serde_json::json!({}))["timestamp"].as_i64().unwrap() + STEPS as i64;
    while chrono::Utc::now().timestamp_millis() <= ahead {
        tokio::task::yield_now().await;
    }
}

on_both_databases! {
    async fn with_half_of_all_deliveries_lost_the_mirror_ends_as_clerk_is(app) {
        let app = TestApp::with(app.on, Setup { seed: Some(billing::seed()), ..Setup::default() }).await;
        let mut dice = Dice(u64::from(app.on == crate::support::Database::Sqlite));
        let mut made = Made::default();
        app.clerk.create_role("org:carpenter", &["org:tasks:view"]).unwrap();
        let (mut repaired, mut late) = (0, Vec::new());
        for history in 0..HISTORIES {
            for _ in 0..STEPS {
                made.step(&app, &mut dice);
                if dice.roll(8) == 0 {
                    late.extend(deliver_half(&app, &mut dice, app.clerk.take_events()).await);
                }
            }
            late.extend(deliver_half(&app, &mut dice, app.clerk.take_events()).await);
            let_the_clock_catch_up(&app).await;

            let (summary, _) = repair(&app).await;
            repaired += summary.repaired;
            let truth = clerk(&app).await;
            assert_eq!(mirror(&app).await, truth, "history {history}");

            // What was thought to be lost was only late, all or a part of it.
            let some = late.split_off(late.len() / 3);
            deliver_all(&app, &mut dice, std::mem::replace(&mut late, some)).await;
            if history % 2 == 0 {
                deliver_all(&app, &mut dice, std::mem::take(&mut late)).await;
                assert_eq!(mirror(&app).await, truth, "history {history}, late deliveries");
                let (_, told) = run(&app, &repairing()).await;
                assert_eq!(told.lines, Vec::<String>::new(), "history {history}, late deliveries");
            }
        }
        assert!(repaired > 30, "only {repaired} things were ever amiss");
    }
}
