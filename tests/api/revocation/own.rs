//! What the API's own member routes take away, before any webhook tells of it.

use super::instances::another;
use super::{every_kind, issued, member, refused, role, settle};

const STALE: &str = "401 token_stale";

on_both_databases! {
    async fn whom_the_api_removes_is_refused_on_the_next_request(app) {
        let (organization, member) = member(&app).await;
        let removed = organization.admin().delete(format!("/api/members/{}", member.user_id)).await;
        assert_eq!(removed.summary(), "204");
        assert_eq!(every_kind(&member).await, refused("token_stale"));
        settle(&app).await;
        assert_eq!(every_kind(&member).await, refused("token_stale"), "their webhook changes nothing");

        let later = chrono::Utc::now().timestamp() + 4;
        app.clerk.add_member(&organization.id, &member.user_id, "org:member").unwrap();
        settle(&app).await;
        let back = issued(&app, &organization, &member.user_id, later);
        assert_eq!(back.get("/api/members").await.summary(), "200", "who is added again works with a fresh token");
    }

    async fn whom_the_api_demotes_loses_what_the_new_role_lacks(app) {
        let (organization, member) = member(&app).await;
        let viewer = role(&app, &["org:tasks:view"]);
        let body = serde_json::json!({"role": viewer});
        let demoted = organization.admin().patch(format!("/api/members/{}", member.user_id), body).await;
        assert_eq!(demoted.summary(), "200");
        assert_eq!(every_kind(&member).await, ["200", "200", "200", STALE, STALE, STALE]);
    }

    async fn another_instance_that_starts_later_knows_of_it(app) {
        let (organization, member) = member(&app).await;
        let removed = organization.admin().delete(format!("/api/members/{}", member.user_id)).await;
        assert_eq!(removed.summary(), "204");
        let (other, _following) = another(&app, &app.scratch.config).await;
        assert_eq!(member.at(&other).get("/api/me").await.summary(), STALE);
    }
}
