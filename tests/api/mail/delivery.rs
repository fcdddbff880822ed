//! What arrives, and what does not.

use serde_json::json;
use tenantry::config::MailOutlet;

use super::server::Server;
use super::{LINKS, acme_and_bob, config, mailing, only, waiting};
use crate::support::{Setup, new_user};

const TITLE: &str = "Measure <script>alert('x')</script> & \"more\"";

on_both_databases! {
    async fn whoever_is_given_a_task_hears_of_it(app) {
        let server = Server::start().await;
        let app = mailing(&app, &server);
        let (acme, bob) = acme_and_bob(&app, &server).await;

        let task = acme.admin().create(json!({"title": TITLE, "assignee_id": bob.user_id})).await;
        assert!(server.take().is_empty(), "it is sent by a job, and not by the request");
        app.run_jobs().await;

        let mail = only(&server);
        assert_eq!((mail.from.as_str(), &*mail.to), ("no-reply@acme.example", &["bob@example.com".to_owned()][..]));
        assert_eq!(mail.header("from").unwrap(), "Tenantry <no-reply@acme.example>");
        assert_eq!(mail.header("to").unwrap(), "bob@example.com");
        assert_eq!(mail.header("subject").unwrap(), format!("Assigned to you: {TITLE}"));
        assert_eq!(mail.header("auto-submitted").unwrap(), "auto-generated");
        assert!(mail.header("date").is_some());
        let id = mail.header("message-id").unwrap();
        assert!(id.starts_with('<') && id.ends_with("@acme.example>"), "{id}");
        let link = mail.header("list-unsubscribe").unwrap();
        assert!(link.starts_with(&format!("<{LINKS}/mail/unsubscribe/")) && link.len() == LINKS.len() + 63, "{link}");
        assert_eq!(mail.header("list-unsubscribe-post").unwrap(), "List-Unsubscribe=One-Click");
        let (text, html) = (mail.text(), mail.html());
        assert!(text.starts_with("admin-acme Tester assigned a task to you in The acme company:"), "{text}");
        assert!(text.contains(TITLE) && text.contains(link.trim_matches(['<', '>'])), "{text}");
        assert!(html.contains("Measure &lt;script&gt;alert(&#x27;x&#x27;)&lt;&#x2f;script&gt; &amp; &quot;more&quot;"), "{html}");
        assert!(!html.contains("<script"), "{html}");

        // Nothing that they did not do themselves, and nothing that stays as it was.
        let etag = bob.patch(task.path(), json!({"assignee_id": null})).await;
        assert_eq!(etag.summary(), "200");
        bob.patch(task.path(), json!({"assignee_id": bob.user_id})).await;
        acme.admin().patch(task.path(), json!({"title": "Another", "assignee_id": bob.user_id})).await;
        assert_eq!(waiting(&app).await, 0);
    }

    async fn a_change_of_hands_is_told_to_the_new_ones(app) {
        let server = Server::start().await;
        let app = mailing(&app, &server);
        let (acme, bob) = acme_and_bob(&app, &server).await;
        let task = acme.admin().create_task("Ship it").await;
        acme.admin().put(task.path(), json!({"assignee_id": bob.user_id})).await;
        // It is hers before he hears of it.
        bob.patch(task.path(), json!({"assignee_id": acme.admin_id})).await;
        app.run_jobs().await;
        assert_eq!(only(&server).to, ["admin-acme@example.com"]);
    }

    async fn who_has_left_or_is_gone_hears_nothing(app) {
        let server = Server::start().await;
        let app = mailing(&app, &server);
        let (acme, bob) = acme_and_bob(&app, &server).await;
        let cora = acme.add(&new_user(&app, "cora"), "org:member").await;
        app.run_jobs().await;
        server.take();
        for person in [&bob, &cora] {
            acme.admin().create(json!({"title": "Ship it", "assignee_id": person.user_id})).await;
        }
        assert_eq!(waiting(&app).await, 2);
        app.clerk.remove_member(&acme.id, &bob.user_id).unwrap();
        app.clerk.delete_user(&cora.user_id).unwrap();
        app.deliver_webhooks().await;
        app.run_jobs().await;
        assert!(server.take().is_empty());
        assert_eq!(waiting(&app).await, 0, "there is nothing more to do");
    }

    async fn without_a_server_nothing_is_even_written_down(app) {
        let acme = app.organization("acme").await;
        let bob = acme.add(&new_user(&app, "bob"), "org:member").await;
        acme.admin().create(json!({"title": "Ship it", "assignee_id": bob.user_id})).await;
        assert_eq!(waiting(&app).await, 0);
    }

    async fn a_developer_finds_a_file(app) {
        let folder = tempfile::tempdir().unwrap();
        let outlet = MailOutlet::Folder(folder.path().join("mail"));
        let mail = tenantry::config::MailConfig { outlet, ..config("smtp://nowhere") };
        let app = app.over(app.db.clone(), &Setup { mail: Some(mail), ..Setup::default() });
        let acme = app.organization("acme").await;
        acme.add(&new_user(&app, "bob"), "org:member").await;
        app.run_jobs().await;
        let files: Vec<_> = std::fs::read_dir(folder.path().join("mail")).unwrap().map(|file| file.unwrap().path()).collect();
        assert_eq!(files.len(), 1, "{files:?}");
        let message = std::fs::read_to_string(&files[0]).unwrap();
        assert!(message.contains("To: bob@example.com\r\n") && message.contains("The acme company"), "{message}");
        assert!(files[0].file_name().unwrap().to_str().unwrap().starts_with("member_added-"));
    }
}
