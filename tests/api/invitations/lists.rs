//! `GET /api/invitations`: from the mirror, whatever becomes of Clerk.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tenantry::directory::invitation;

use super::{INVITATIONS, invited, new, path};
use crate::members::{asking, backend::Backend};

on_both_databases! {
    async fn each_status_lists_its_own_and_time_makes_a_pending_one_expired(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin();
        let mut made = Vec::new();
        for name in ["open", "accepted", "revoked", "lapsed"] {
            made.push(invited(&admin, name).await);
        }
        app.clerk.accept_invitation(made[1]["id"].as_str().unwrap()).unwrap();
        assert_eq!(admin.delete(path(&made[2])).await.summary(), "204");
        app.deliver_webhooks().await;
        // Clerk tells nobody that an invitation has expired.
        let past = chrono::Utc::now() - chrono::TimeDelta::seconds(1);
        invitation::Entity::update_many()
            .col_expr(invitation::Column::ExpiresAt, Expr::value(past))
            .filter(invitation::Column::Id.eq(made[3]["id"].as_str().unwrap()))
            .exec(&app.db.system()).await.unwrap();
        for (query, names) in [
            ("", &["lapsed", "revoked", "accepted", "open"][..]),
            ("?status=pending", &["open"]),
            ("?status=expired", &["lapsed"]),
            ("?status=accepted,revoked", &["revoked", "accepted"]),
            ("?status=expired&status=pending", &["lapsed", "open"]),
        ] {
            let listed = admin.get(format!("{INVITATIONS}{query}")).await.each("email_address");
            assert_eq!(listed, names.iter().map(|name| format!("{name}@example.com")).collect::<Vec<_>>(), "{query}");
        }
        assert_eq!(admin.get(path(&made[3])).await.json()["status"], "expired");
        assert_eq!(admin.get(format!("{INVITATIONS}?status=lost")).await.mistakes(), "422 validation_failed status invalid_value");
        assert_eq!(admin.get(format!("{INVITATIONS}?state=pending")).await.mistakes(), "422 validation_failed state unknown_parameter");
    }

    async fn pages_neither_repeat_nor_skip_and_can_be_counted(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin();
        for number in 0..5 {
            invited(&admin, &format!("guest{number}")).await;
        }
        let all = admin.get(INVITATIONS).await.each("id");
        let mut seen = Vec::new();
        let mut next = Some(format!("{INVITATIONS}?limit=2&count=exact"));
        while let Some(path) = next {
            let page = admin.get(path).await;
            assert_eq!(page.header("x-total-count"), Some("5"));
            seen.extend(page.each("id"));
            next = page.next();
        }
        assert_eq!((seen.len(), seen), (5, all));
        assert_eq!(admin.get(format!("{INVITATIONS}?limit=2&offset=4")).await.list().len(), 1);
    }

    async fn another_organization_sees_and_reaches_none_of_ours(app) {
        let acme = app.organization("acme").await;
        let rival = app.organization("rival").await.admin();
        let ours = invited(&acme.admin(), "uma").await;
        assert!(rival.get(INVITATIONS).await.list().is_empty());
        assert_eq!(rival.get(path(&ours)).await.summary(), "404 invitation_not_found");
        assert_eq!(rival.delete(path(&ours)).await.summary(), "404 invitation_not_found");
        assert_eq!(acme.admin().get(path(&ours)).await.json(), ours);
    }

    async fn reading_goes_on_while_clerk_is_away_and_writing_is_503(app) {
        let acme = app.organization("acme").await;
        let ours = invited(&acme.admin(), "uma").await;
        let backend = Backend::away().await;
        let admin = acme.admin().at(&asking(&app, &backend));
        assert_eq!(admin.get(INVITATIONS).await.list(), std::slice::from_ref(&ours));
        assert_eq!(admin.get(path(&ours)).await.json(), ours);
        let away = [admin.delete(path(&ours)).await, admin.post(INVITATIONS, new("zoe")).await];
        for answer in away {
            assert_eq!(answer.summary(), "503 clerk_unavailable");
            assert!(answer.header("retry-after").is_some());
        }
        assert_eq!(admin.get(INVITATIONS).await.list(), [ours]);
    }
}
