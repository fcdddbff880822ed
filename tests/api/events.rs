//! What changes is heard by those who may read it, on every instance, as long as their token holds.

use std::time::Duration;

use clerk_emulator::TokenRequest;
use serde_json::json;

use crate::support::{Setup, Stream, TestApp};

/// The next change that is heard, by its type.
async fn heard(stream: &mut Stream) -> String {
    let change = stream.event("change").await;
    change.data["type"].as_str().unwrap().to_owned()
}

on_both_databases! {
    async fn who_may_read_tasks_hears_of_them_and_nobody_elsewhere(app) {
        let (acme, rival) = (app.organization("acme").await, app.organization("rival").await);
        let viewer = acme.member_with(&["org:tasks:view"]).await;
        let blind = acme.member_with(&[]).await;
        let mut streams = [viewer.listen(None).await, rival.admin().listen(None).await, blind.listen(None).await];
        for stream in &mut streams {
            stream.event("ready").await;
        }
        let task = acme.admin().create_task("Ship it").await;
        let change = streams[0].event("change").await;
        assert_eq!(change.data["type"], "task.created");
        assert_eq!(change.data["task_id"], task.id.as_str());
        assert_eq!(change.data["actor_id"], acme.admin_id.as_str());
        assert!(!change.data.to_string().contains("Ship it"), "it names things, and tells nothing of them");
        viewer.post(format!("{}/comments", task.path()), json!({"body": "By noon?"})).await;
        assert_eq!(heard(&mut streams[0]).await, "comment.created");

        // The others hear of what is theirs next, and of nothing in between.
        rival.admin().create_task("Theirs").await;
        assert_eq!(heard(&mut streams[1]).await, "task.created");
        assert!(!streams[1].text().contains(&acme.id) && !streams[1].text().contains(task.id.as_str()));
        acme.member("org:member").await;
        assert_eq!(heard(&mut streams[2]).await, "member.added");
    }

    async fn what_another_instance_changes_is_heard_within_a_second(app) {
        let acme = app.organization("acme").await;
        let mut stream = acme.admin().listen(None).await;
        stream.event("ready").await;
        let other = app.another_instance(&Setup::default()).await;
        other.organization("acme").await.admin().create_task("Ship it").await;
        assert_eq!(heard(&mut stream).await, "task.created");
    }

    async fn who_comes_back_hears_what_they_missed_and_no_more(app) {
        let acme = app.organization("acme").await;
        let mut stream = acme.admin().listen(None).await;
        stream.event("ready").await;
        acme.admin().create_task("One").await;
        let last = stream.event("change").await.id;
        drop(stream);
        for title in ["Two", "Three"] {
            acme.admin().create_task(title).await;
        }
        let mut again = acme.admin().listen(Some(&last)).await;
        again.event("ready").await;
        let (two, three) = (again.event("change").await, again.event("change").await);
        let place = |id: &str| id.rsplit(':').next().unwrap().parse::<i64>().unwrap();
        assert_eq!((place(&two.id), place(&three.id)), (place(&last) + 1, place(&last) + 2));
        acme.admin().create_task("Four").await;
        assert_eq!(place(&again.event("change").await.id), place(&last) + 3, "and then what is new, once");
    }

    async fn what_is_not_kept_is_read_anew(app) {
        let (acme, rival) = (app.organization("acme").await, app.organization("rival").await);
        for unusable in [format!("{}:1", rival.id), format!("{}:999999", acme.id), "nonsense".into(), format!("{}:-1", acme.id)] {
            let mut stream = acme.admin().listen(Some(&unusable)).await;
            stream.event("reset").await;
            acme.admin().create_task("Ship it").await;
            assert_eq!(heard(&mut stream).await, "task.created", "after {unusable}");
        }
        // More than the window holds.
        let tenant = tenantry::db::TenantId::Organization(acme.id.clone());
        for number in 0..1_001 {
            let tx = app.db.system().begin().await.unwrap();
            let entry = tenantry::audit::Entry::new(
                &tenantry::audit::Origin::operator(),
                tenantry::audit::Action::TaskUpdated,
                tenantry::audit::Target::new("task", number),
            );
            tx.record(tenant.as_str(), entry).await.unwrap();
            tx.commit().await.unwrap();
        }
        let mut stream = acme.admin().listen(Some(&format!("{}:1", acme.id))).await;
        stream.event("reset").await;
        acme.admin().create_task("Ship it").await;
        assert_eq!(heard(&mut stream).await, "task.created");
    }

    async fn a_stream_ends_with_what_its_token_is_worth(app) {
        let acme = app.organization("acme").await;
        let (mel, sam) = (acme.member("org:admin").await, acme.member("org:admin").await);
        let (mut demoted, mut removed) = (mel.listen(None).await, sam.listen(None).await);
        let mut eve = acme.member("org:member").await;
        eve.token = Some(app.clerk.session_token(TokenRequest::for_user(&*eve.user_id).organization(&*acme.id).lifetime(2)).unwrap());
        let mut expiring = eve.listen(None).await;
        for stream in [&mut demoted, &mut removed, &mut expiring] {
            stream.event("ready").await;
        }
        app.clerk.set_role(&acme.id, &mel.user_id, "org:member").unwrap();
        app.clerk.remove_member(&acme.id, &sam.user_id).unwrap();
        app.deliver_webhooks().await;
        for (stream, code) in [(&mut demoted, "token_stale"), (&mut removed, "token_stale"), (&mut expiring, "token_expired")] {
            let end = stream.until("end").await;
            assert_eq!(end.data, json!({ "code": code }));
            stream.ended().await;
        }
    }

    async fn a_stream_that_is_behind_misses_nothing(app) {
        let acme = app.organization("acme").await;
        let mut stream = acme.admin().listen(None).await;
        stream.event("ready").await;
        // Far more than the channel holds, while nobody reads.
        for number in 0..100 {
            acme.admin().create_task(&format!("Task {number}")).await;
        }
        let mut places = Vec::new();
        for _ in 0..100 {
            places.push(stream.event("change").await.id.rsplit(':').next().unwrap().parse::<i64>().unwrap());
        }
        assert!(places.windows(2).all(|pair| pair[1] == pair[0] + 1), "{places:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_end_when_the_server_does_and_none_begins_any_more() {
    let app = TestApp::start(crate::support::Database::Sqlite).await;
    let acme = app.organization("acme").await;
    let mut stream = acme.admin().listen(None).await;
    stream.event("ready").await;
    app.state.events.close();
    assert_eq!(stream.event("end").await.data, json!({"code": "unavailable"}));
    stream.ended().await;
    assert_eq!(acme.admin().get("/api/events").await.summary(), "503 overloaded");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_has_only_so_many_streams() {
    let app = TestApp::start(crate::support::Database::Sqlite).await;
    let acme = app.organization("acme").await;
    let mut open = Vec::new();
    for _ in 0..32 {
        open.push(acme.admin().listen(None).await);
    }
    assert_eq!(acme.admin().get("/api/events").await.summary(), "429 rate_limited");
    open.pop();
    tokio::time::timeout(Duration::from_secs(5), async {
        while acme.admin().get("/api/events").await.summary() != "200" {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("a place is given back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_answer_is_what_proxies_and_browsers_need() {
    let app = TestApp::start(crate::support::Database::Sqlite).await;
    let answer = app.organization("acme").await.admin().get("/api/events").await;
    assert_eq!(answer.summary(), "200");
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("content-encoding"), None);
}
