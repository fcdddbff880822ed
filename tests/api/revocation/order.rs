//! Webhooks come in any order, twice, and from senders who hang up.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use axum::body::Body;
use axum::http::{Method, Request};
use clerk_emulator::SignedDelivery;

use super::*;

on_both_databases! {
    async fn who_comes_back_works_again_in_whatever_order_it_is_told(app) {
        for backwards in [false, true] {
            let (organization, member) = member(&app).await;
            let held = app.clerk.membership(&organization.id, &member.user_id).unwrap().role;
            app.clerk.remove_member(&organization.id, &member.user_id).unwrap();
            app.clerk.add_member(&organization.id, &member.user_id, &held).unwrap();
            let mut events = told(&app, &["organizationMembership.deleted", "organizationMembership.created"]);
            assert_eq!(events.len(), 2);
            if backwards {
                events.reverse();
            }
            deliver(&app, &events[..1]).await;
            let between = if backwards { all_is_well() } else { refused("token_stale") };
            assert_eq!(every_kind(&member).await, between, "backwards: {backwards}");
            deliver(&app, &events[1..]).await;
            assert_eq!(every_kind(&organization.caller(&member.user_id)).await, all_is_well(), "backwards: {backwards}");
            assert_eq!(every_kind(&member).await, all_is_well(), "the mirror says no less than the old token");
        }
    }

    async fn who_comes_back_as_less_has_lost_the_rest_in_whatever_order_it_is_told(app) {
        for backwards in [false, true] {
            let (organization, member) = member(&app).await;
            app.clerk.remove_member(&organization.id, &member.user_id).unwrap();
            app.clerk.add_member(&organization.id, &member.user_id, &role(&app, &["org:tasks:view"])).unwrap();
            let mut events = told(&app, &["organizationMembership.deleted", "organizationMembership.created"]);
            if backwards {
                events.reverse();
            }
            deliver(&app, &events).await;
            let stale = "401 token_stale";
            assert_eq!(every_kind(&member).await, ["200", "200", "200", stale, stale, stale], "backwards: {backwards}");
        }
    }

    async fn an_older_announcement_gives_nothing_back(app) {
        let (organization, member) = member(&app).await;
        app.clerk.set_role(&organization.id, &member.user_id, "org:admin").unwrap();
        app.clerk.set_role(&organization.id, &member.user_id, &role(&app, &["org:tasks:view"])).unwrap();
        let mut events = told(&app, &["organizationMembership.updated"]);
        events.reverse();
        events.extend(events.clone());
        deliver(&app, &events).await;
        assert_eq!(post(&member).await.summary(), "401 token_stale");
        app.clerk.ban_user(&member.user_id).unwrap();
        app.clerk.unban_user(&member.user_id).unwrap();
        app.clerk.ban_user(&member.user_id).unwrap();
        let mut events = told(&app, &["user.updated"]);
        events.reverse();
        deliver(&app, &events).await;
        assert_eq!(member.get("/api/me").await.summary(), "401 token_revoked");
    }

    async fn a_ban_that_is_told_after_its_end_changes_nothing(app) {
        let (_, member) = member(&app).await;
        app.clerk.ban_user(&member.user_id).unwrap();
        app.clerk.unban_user(&member.user_id).unwrap();
        let mut events = told(&app, &["user.updated"]);
        events.reverse();
        deliver(&app, &events).await;
        assert_eq!(every_kind(&member).await, all_is_well());
    }

    async fn a_sender_who_hangs_up_while_it_is_applied_does_not_delay_it(app) {
        let organization = app.organization("acme").await;
        let (mut polls, mut finished) = (1, 0);
        for _ in 0..60 {
            let member = organization.member_with(ALL).await;
            app.clerk.remove_member(&organization.id, &member.user_id).unwrap();
            let event = told(&app, &["organizationMembership.deleted"]).remove(0);
            let bytes = serde_json::to_vec(&event).unwrap();
            let signed = clerk_emulator::sign_event(&app.clerk.webhook_secret(), &bytes).unwrap();
            // To and fro around the last step, which is the commit.
            if hang_up_after(polls, app.send(request(&signed))).await {
                (polls, finished) = (polls - 1, finished + 1);
            } else {
                polls += 1;
            }
            // The retry finds a delivery that was applied, and has nothing to do; or applies it.
            assert_eq!(app.send(request(&signed)).await.summary(), "200");
            until(&member, Method::GET, "/api/me", "401 token_stale").await;
        }
        assert!(finished > 5, "{finished} deliveries were let finish");
    }
}

fn request(signed: &SignedDelivery) -> Request<Body> {
    let mut request = Request::post("/api/webhooks/clerk").body(Body::from(signed.body.clone())).unwrap();
    request.headers_mut().extend(signed.headers.clone());
    request
}

/// Drops a future when it has been polled so often and is not ready; says whether it was.
async fn hang_up_after<T>(polls: usize, future: impl Future<Output = T>) -> bool {
    let mut future = pin!(future);
    let mut polled = 0;
    poll_fn(|context| {
        polled += 1;
        match future.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending if polled >= polls => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
