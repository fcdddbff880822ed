//! Lists longer than a page, and rows that go while they are read.

use clerk_emulator::NewUser;
use tenantry::reconcile::{Difference, Report, Summary, reconcile};

use super::clerk::clerk;
use super::{api, mirror, repair, repairing};
use crate::support::TestApp;

const MEMBERS: usize = 440;

/// Removes members of the first page once that has been read; nothing of it is ever announced.
struct Remover<'a> {
    app: &'a TestApp,
    organization: &'a str,
    users: Vec<String>,
}

impl Report for Remover<'_> {
    fn difference(&mut self, _: &Difference) {}

    fn progress(&mut self, summary: &Summary, _: Option<&str>) {
        if summary.memberships > 0 {
            for user in self.users.drain(..) {
                self.app.clerk.remove_member(self.organization, &user).unwrap();
            }
            self.app.clerk.take_events();
        }
    }

    fn note(&mut self, _: &str) {}
}

fn add_members(app: &TestApp, organization: &str) -> Vec<String> {
    let add = |number: usize| {
        let email_addresses = vec![format!("many{number}@example.com")];
        let user = app.clerk.create_user(NewUser { email_addresses, ..NewUser::default() }).unwrap().id;
        app.clerk.add_member(organization, &user, "org:member").unwrap();
        user
    };
    let users = (0..MEMBERS).map(add).collect();
    app.clerk.take_events();
    users
}

on_both_databases! {
    async fn every_page_counts_though_rows_before_it_go(app) {
        let acme = app.organization("acme").await;
        let users = add_members(&app, &acme.id);
        let leaving = users[..150].to_vec();
        let mut remover = Remover { app: &app, organization: &acme.id, users: leaving.clone() };
        let summary = reconcile(&app.db, &api(&app), &app.revocations, &repairing(), &mut remover).await.unwrap();
        assert!(remover.users.is_empty());
        assert_eq!(summary.memberships as usize, MEMBERS + 1, "each was looked at once, none left out");
        assert_eq!(summary.removed, 0, "those who left were listed before; that is for the next run");
        assert!(summary.agree(), "{summary:?}");

        let (summary, _) = repair(&app).await;
        assert_eq!((summary.differ, summary.removed), (150, 150));
        assert_eq!(summary.memberships as usize, MEMBERS + 1 - 150);
        assert_eq!(mirror(&app).await, clerk(&app).await);
    }
}
