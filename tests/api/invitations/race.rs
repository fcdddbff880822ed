//! Clerk's answer, its webhook, and whatever may come between them.

use std::time::Duration;

use super::{INVITATIONS, invited, new, path, stored, told};
use crate::members::{asking, backend::Backend};

on_both_databases! {
    async fn a_webhook_that_overtakes_the_answer_has_said_it_all(app) {
        let acme = app.organization("acme").await;
        let (backend, gate) = Backend::holding_answers(&app.clerk).await;
        let admin = acme.admin().at(&asking(&app, &backend));
        let inviting = tokio::spawn({ let admin = admin.clone(); async move { admin.post(INVITATIONS, new("uma")).await } });
        gate.reached().await;
        app.deliver_webhooks().await;
        let told = stored(&app, &acme.id).await;
        gate.open();
        let uma = inviting.await.unwrap().json();
        assert_eq!((told.len(), stored(&app, &acme.id).await), (1, told));

        let revoking = tokio::spawn({ let (admin, path) = (admin.clone(), path(&uma)); async move { admin.delete(path).await } });
        gate.reached().await;
        app.deliver_webhooks().await;
        let told = stored(&app, &acme.id).await;
        gate.open();
        assert_eq!(revoking.await.unwrap().summary(), "204");
        assert_eq!((told[0].status.as_str(), stored(&app, &acme.id).await), ("revoked", told.clone()));
    }

    async fn a_webhook_that_comes_after_the_answer_has_the_last_word(app) {
        let acme = app.organization("acme").await;
        let uma = invited(&acme.admin(), "uma").await;
        let answered = stored(&app, &acme.id).await.remove(0);
        app.deliver_webhooks().await;
        let told = stored(&app, &acme.id).await.remove(0);
        assert_eq!((told.created_at, told.expires_at, &told.status), (answered.created_at, answered.expires_at, &answered.status));
        assert_eq!((answered.source_event_at, told.source_event_at > 0), (0, true));
        assert_eq!(acme.admin().get(path(&uma)).await.json(), uma);
    }

    async fn an_old_answer_does_not_undo_an_acceptance(app) {
        let acme = app.organization("acme").await;
        let (backend, gate) = Backend::holding_answers(&app.clerk).await;
        let admin = acme.admin().at(&asking(&app, &backend));
        let inviting = tokio::spawn(async move { admin.post(INVITATIONS, new("uma")).await });
        gate.reached().await;
        let created = told(&app);
        let id = created[0]["data"]["id"].as_str().unwrap().to_owned();
        app.clerk.accept_invitation(&id).unwrap();
        app.deliver_webhooks().await;
        gate.open();
        inviting.await.unwrap();
        app.deliver(&created[0]).await;
        assert_eq!(stored(&app, &acme.id).await[0].status, "accepted");
    }

    async fn a_caller_who_hangs_up_does_not_keep_the_answer_from_the_mirror(app) {
        let acme = app.organization("acme").await;
        let (backend, gate) = Backend::holding_answers(&app.clerk).await;
        let admin = acme.admin().at(&asking(&app, &backend));
        let inviting = tokio::spawn(async move { admin.post(INVITATIONS, new("uma")).await });
        gate.reached().await;
        inviting.abort();
        assert!(inviting.await.unwrap_err().is_cancelled());
        gate.open();
        for _ in 0..500 {
            if !stored(&app, &acme.id).await.is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the mirror never heard of it");
    }
}
