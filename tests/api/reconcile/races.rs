//! Things that happen while a run is under way: nothing newer is overwritten, nobody new removed, nothing brought back.

use tenantry::reconcile::{Difference, Report, Summary, reconcile};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use super::clerk::clerk;
use super::{api, mirror, repair, repairing};
use crate::support::{TestApp, new_user};

/// Does something once, at the first difference or at the first progress of a certain kind.
struct Meanwhile<'a> {
    at_difference: bool,
    act: Option<Box<dyn FnOnce() + Send + 'a>>,
    when: fn(&Summary) -> bool,
    lines: Vec<String>,
}

impl Meanwhile<'_> {
    fn act(&mut self) {
        if let Some(act) = self.act.take() {
            act();
        }
    }
}

impl Report for Meanwhile<'_> {
    fn difference(&mut self, difference: &Difference) {
        self.lines.push(difference.to_string());
        if self.at_difference {
            self.act();
        }
    }

    fn progress(&mut self, summary: &Summary, _: Option<&str>) {
        if !self.at_difference && (self.when)(summary) {
            self.act();
        }
    }

    fn note(&mut self, _: &str) {}
}

/// Delivers what Clerk has had to tell, before the run goes on.
fn deliver_now(app: &TestApp) {
    let delivering = app.deliver_webhooks();
    let answers = block_in_place(|| Handle::current().block_on(delivering));
    assert!(answers.iter().all(|answer| answer.summary() == "200"));
}

async fn run_with(app: &TestApp, mut meanwhile: Meanwhile<'_>) -> Vec<String> {
    reconcile(&app.db, &api(app), &app.revocations, &repairing(), &mut meanwhile).await.unwrap();
    assert!(meanwhile.act.is_none(), "it never came to that");
    meanwhile.lines
}

on_both_databases! {
    async fn what_is_deleted_after_the_page_was_read_is_not_brought_back(app) {
        let acme = app.organization("acme").await;
        let sam = new_user(&app, "sam");
        app.deliver_webhooks().await;
        let theirs = app.clerk.add_member(&acme.id, &sam, "org:member").unwrap().id;
        app.clerk.take_events();
        let act = || {
            app.clerk.remove_member(&acme.id, &sam).unwrap();
            deliver_now(&app);
        };
        let lines = run_with(&app, Meanwhile { at_difference: true, act: Some(Box::new(act)), when: |_| true, lines: vec![] }).await;
        assert_eq!(lines, [format!("membership {theirs} of {} exists: no -> yes", acme.id)]);
        assert_eq!(mirror(&app).await, clerk(&app).await);
        assert!(!mirror(&app).await.iter().any(|line| line.starts_with(&theirs)));
    }

    async fn what_changes_after_the_page_was_read_is_kept(app) {
        let acme = app.organization("acme").await;
        let sam = acme.member("org:member").await;
        app.clerk.set_role(&acme.id, &sam.user_id, "org:admin").unwrap();
        app.clerk.take_events();
        let act = || {
            app.clerk.create_role("org:owner", &["org:tasks:view"]).unwrap();
            app.clerk.set_role(&acme.id, &sam.user_id, "org:owner").unwrap();
            deliver_now(&app);
        };
        let lines = run_with(&app, Meanwhile { at_difference: true, act: Some(Box::new(act)), when: |_| true, lines: vec![] }).await;
        assert!(lines[0].ends_with("role: org:member -> org:admin"), "{lines:?}");
        assert_eq!(mirror(&app).await, clerk(&app).await);
        repair(&app).await;
    }

    async fn who_joins_after_the_page_was_read_stays(app) {
        let acme = app.organization("acme").await;
        let act = || {
            let sam = new_user(&app, "sam");
            app.clerk.add_member(&acme.id, &sam, "org:member").unwrap();
            deliver_now(&app);
        };
        let meanwhile = Meanwhile { at_difference: false, act: Some(Box::new(act)), when: |summary| summary.memberships > 0, lines: vec![] };
        assert_eq!(run_with(&app, meanwhile).await, Vec::<String>::new());
        assert_eq!(mirror(&app).await, clerk(&app).await);
        assert_eq!(clerk(&app).await.iter().filter(|line| line.starts_with("orgmem_")).count(), 2);
    }

    async fn an_organization_deleted_before_its_members_are_listed_is_found_gone(app) {
        let acme = app.organization("acme").await;
        let act = || {
            app.clerk.delete_organization(&acme.id).unwrap();
            app.clerk.take_events();
        };
        let meanwhile = Meanwhile { at_difference: false, act: Some(Box::new(act)), when: |summary| summary.organizations > 0, lines: vec![] };
        assert_eq!(run_with(&app, meanwhile).await, [format!("organization {} exists: yes -> no", acme.id)]);
        assert_eq!(mirror(&app).await, clerk(&app).await);
    }
}
