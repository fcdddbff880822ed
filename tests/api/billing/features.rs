//! Routes that demand a feature of the plan: the token's word, less what the mirror has taken away.

use clerk_emulator::TokenRequest;
use tenantry::auth::Admin;
use tenantry::entitlements::{Feature, RequireFeature};
use tenantry::guarded_routes;

use super::{billed, mounted, settle};
use crate::support::TestApp;

/// A feature that `pro` has alone.
struct Exports;

impl Feature for Exports {
    const SLUG: &'static str = "exports";
}

#[utoipa::path(get, path = "/exports", responses((status = 200)))]
async fn export(guard: RequireFeature<Exports, Admin>) -> String {
    guard.db.tenant().to_string()
}

fn with_exports(app: &TestApp) -> TestApp {
    mounted(app, guarded_routes!(export))
}

on_both_databases! {
    async fn a_feature_comes_and_goes_with_the_plan(app) {
        let app = billed(app.on).await;
        let acme = app.organization("acme").await;
        let exports = with_exports(&app);
        let free = acme.admin().at(&exports);
        let answer = free.get("/exports").await;
        answer.assert_problem("without the feature");
        assert_eq!(answer.summary(), "403 feature_not_in_plan");

        app.clerk.subscribe("acme", "pro").unwrap();
        settle(&app).await;
        assert_eq!(free.get("/exports").await.summary(), "403 feature_not_in_plan", "the mirror never grants");
        let pro = acme.admin().at(&exports);
        assert_eq!(pro.get("/exports").await.body, acme.id);
        let member = acme.member("org:member").await.at(&exports);
        assert_eq!(member.get("/exports").await.summary(), "403 admin_required", "the other guard comes first");

        app.clerk.end_plan("acme").unwrap();
        settle(&app).await;
        assert_eq!(pro.get("/exports").await.summary(), "401 token_stale", "the token says what was");
        assert_eq!(acme.admin().at(&exports).get("/exports").await.summary(), "403 feature_not_in_plan");
    }

    async fn without_billing_no_feature_is_withheld(app) {
        let exports = with_exports(&app);
        let acme = app.organization("acme").await;
        assert_eq!(acme.admin().at(&exports).get("/exports").await.summary(), "200");
    }

    async fn a_token_of_the_first_layout_has_what_the_catalogue_says(app) {
        let app = billed(app.on).await;
        let acme = app.organization("acme").await;
        let exports = with_exports(&app);
        let first = || app.clerk.session_token(TokenRequest::for_user(&acme.admin_id).organization(&*acme.id).version(1));
        let caller = |token| exports.bearer(token);
        assert_eq!(caller(first().unwrap()).get("/exports").await.summary(), "403 feature_not_in_plan");
        app.clerk.subscribe("acme", "pro").unwrap();
        settle(&app).await;
        assert_eq!(caller(first().unwrap()).get("/exports").await.summary(), "200");
    }
}
