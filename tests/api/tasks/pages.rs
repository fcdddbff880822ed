//! Pages of the list: cursors that hold while rows come and go, small offsets, limits and counts.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{each, pages};
use crate::support::{Answer, Caller};

const SORTS: [&str; 5] = ["created_at", "updated_at", "due_date", "priority", "title"];

/// Tasks of which many share a priority, a due date or a title.
async fn tasks_with_ties(caller: &Caller, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for index in 0..count {
        let due = [json!(null), json!("2031-01-01T00:00:00Z"), json!("2031-01-01T00:00:00.5Z")][index % 3].clone();
        let priority = ["low", "medium", "high"][index % 3];
        let title = ["same", "Same", "another"][index % 3];
        ids.push(caller.create(json!({"title": title, "priority": priority, "due_date": due})).await.id);
    }
    ids
}

fn cursor(page: &Answer) -> String {
    let next = page.next().expect("there is a next page");
    next.split("cursor=").nth(1).expect("the next page has a cursor").to_owned()
}

fn forged(cursor: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(cursor.to_string())
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}

on_both_databases! {
    async fn pages_of_every_order_make_up_the_list(app) {
        let admin = app.organization("acme").await.admin();
        let ids = tasks_with_ties(&admin, 11).await;
        for sort in SORTS {
            for order in ["asc", "desc"] {
                let whole = admin.get(format!("/api/tasks?sort_by={sort}&sort_order={order}")).await.each("id");
                assert_eq!(sorted(whole.clone()), ids, "ids are in the order of age");
                for limit in [1, 3, 4, 11, 200] {
                    let first = format!("/api/tasks?sort_by={sort}&sort_order={order}&limit={limit}");
                    let pages = pages(&admin, &first).await;
                    assert_eq!(each(&pages, "id"), whole, "{first}");
                    assert_eq!(pages.len(), 11_usize.div_ceil(limit), "{first}: no page but the last is short, none is empty");
                }
            }
        }
    }

    async fn rows_that_come_and_go_between_pages_disturb_no_other(app) {
        for sort in SORTS {
            for order in ["asc", "desc"] {
                let admin = app.organization(&format!("{}-{order}", sort.replace('_', "-"))).await.admin();
                let ids = tasks_with_ties(&admin, 13).await;
                let first = format!("/api/tasks?sort_by={sort}&sort_order={order}&limit=3");
                let whole = admin.get(format!("/api/tasks?sort_by={sort}&sort_order={order}")).await.each("id");
                // Between pages go: the very row at which the page ended, and one not seen yet; new ones come at every place.
                let (mut seen, mut gone, mut next) = (Vec::new(), vec![], Some(first.clone()));
                while let Some(address) = next {
                    let page = admin.get(&address).await;
                    next = page.next();
                    seen.extend(page.each("id"));
                    let unseen = whole.iter().rev().find(|id| !seen.contains(id) && !gone.contains(*id));
                    let leaving: Vec<String> = seen.last().into_iter().chain(unseen.filter(|_| seen.len() < 6)).cloned().collect();
                    for id in leaving.iter().filter(|id| ids.contains(id)) {
                        assert_eq!(admin.delete(format!("/api/tasks/{id}")).await.summary(), "204");
                        gone.push(id.clone());
                    }
                    if seen.len() < 10 {
                        tasks_with_ties(&admin, 3).await;
                    }
                }
                let unchanged: Vec<&String> = whole.iter().filter(|id| !gone.contains(id)).collect();
                let seen_of_them: Vec<&String> = seen.iter().filter(|id| unchanged.contains(id)).collect();
                assert_eq!(seen_of_them, unchanged, "{first}: each unchanged row once, in the order of the list");
                let mut distinct = sorted(seen.clone());
                distinct.dedup();
                assert_eq!(distinct.len(), seen.len(), "{first}: a row came twice");
            }
        }
    }

    async fn the_link_keeps_the_question(app) {
        let admin = app.organization("acme").await.admin();
        tasks_with_ties(&admin, 9).await;
        let rest = pages(&admin, "/api/tasks?priority=low,high&search=same&limit=1&offset=1").await;
        assert_eq!(each(&rest, "priority"), ["low"; 2], "of three, the offset passed over the newest, and once only");
        let first = admin.get("/api/tasks?priority=low,high&limit=2&offset=1").await;
        let next = first.next().unwrap();
        assert!(next.starts_with("/api/tasks?priority=low,high&limit=2&cursor="), "{next}");
    }

    async fn a_hundred_is_a_page_and_two_hundred_the_most(app) {
        let admin = app.organization("acme").await.admin();
        for index in 0..101 {
            admin.create_task(&format!("{index}")).await;
        }
        let first = admin.get("/api/tasks").await;
        assert_eq!(first.list().len(), 100);
        assert_eq!(admin.get(first.next().unwrap()).await.list().len(), 1);
        let all = admin.get("/api/tasks?limit=200").await;
        assert_eq!((all.list().len(), all.next()), (101, None));
        let exactly = admin.get("/api/tasks?limit=101").await;
        assert_eq!((exactly.list().len(), exactly.next()), (101, None), "a full last page has no next one");
    }

    async fn an_offset_passes_over_rows(app) {
        let admin = app.organization("acme").await.admin();
        for title in ["a", "b", "c", "d", "e"] {
            admin.create_task(title).await;
        }
        for (query, expected) in [
            ("offset=0&limit=2", "ed"),
            ("offset=2&limit=2", "cb"),
            ("offset=4&limit=2", "a"),
            ("offset=5", ""),
            ("offset=10000", ""),
            ("offset=3", "ba"),
        ] {
            let page = admin.get(format!("/api/tasks?{query}")).await;
            assert_eq!(page.each("title").concat(), expected, "{query}");
        }
        let rest = pages(&admin, "/api/tasks?offset=1&limit=2").await;
        assert_eq!(each(&rest, "title").concat(), "dcba");
        assert_eq!(admin.get("/api/tasks?offset=5").await.next(), None);
    }

    async fn the_count_is_of_all_that_match(app) {
        let admin = app.organization("acme").await.admin();
        tasks_with_ties(&admin, 9).await;
        app.organization("rival").await.admin().create_task("theirs").await;
        let first = "/api/tasks?limit=2&count=exact";
        for page in pages(&admin, first).await {
            assert_eq!(page.header("x-total-count"), Some("9"), "whatever the page");
        }
        for (query, count) in [("priority=low", "3"), ("search=nothing", "0"), ("offset=8", "9"), ("offset=100", "9")] {
            let answer = admin.get(format!("/api/tasks?{query}&count=exact")).await;
            assert_eq!(answer.header("x-total-count"), Some(count), "{query}");
        }
        assert_eq!(admin.get("/api/tasks").await.header("x-total-count"), None, "counting is not free, so it must be asked for");
    }

    async fn a_page_that_cannot_be_is_refused(app) {
        let admin = app.organization("acme").await.admin();
        tasks_with_ties(&admin, 3).await;
        let good = cursor(&admin.get("/api/tasks?limit=1").await);
        for (query, mistake) in [
            ("limit=0".to_owned(), "limit out_of_range"),
            ("limit=201".into(), "limit out_of_range"),
            ("limit=-1".into(), "limit invalid_value"),
            ("limit=ten".into(), "limit invalid_value"),
            ("limit=1.5".into(), "limit invalid_value"),
            ("limit=99999999999999999999".into(), "limit invalid_value"),
            ("limit=1&limit=2".into(), "limit invalid_value"),
            ("offset=-1".into(), "offset invalid_value"),
            ("offset=10001".into(), "offset out_of_range"),
            ("limit=0&offset=10001".into(), "limit out_of_range offset out_of_range"),
            (format!("cursor={good}&offset=0"), "offset contradiction"),
            (format!("cursor={good}&sort_order=asc"), "cursor contradiction"),
            (format!("cursor={good}&sort_by=title"), "cursor contradiction"),
            (format!("cursor={good}x"), "cursor invalid_value"),
            ("cursor=".into(), "cursor invalid_value"),
            ("cursor=2".into(), "cursor invalid_value"),
            ("cursor=bm90IGpzb24".into(), "cursor invalid_value"),
        ] {
            let answer = admin.get(format!("/api/tasks?{query}")).await;
            assert_eq!(answer.mistakes(), format!("422 validation_failed {mistake}"), "{query}");
        }
    }

    async fn a_forged_cursor_is_refused_or_harmless(app) {
        let admin = app.organization("acme").await.admin();
        tasks_with_ties(&admin, 3).await;
        let id = "0199aaaa-0000-7000-8000-000000000000";
        for (by, key) in [
            ("created_at", json!({"text": "x"})),
            ("created_at", json!({"rank": 2})),
            ("created_at", json!({"time": "-200000-01-01T00:00:00Z"})),
            ("created_at", json!({"time": "+262000-01-01T00:00:00Z"})),
            ("due_date", json!({"time": "-200000-01-01T00:00:00Z"})),
            ("priority", json!({"rank": 70_000})),
            ("priority", json!({"time": "2031-01-01T00:00:00Z"})),
            ("title", json!({"text": "a\u{0}b"})),
            ("title", json!({"text": 5})),
            ("title", json!(null)),
        ] {
            let cursor = forged(&json!({"by": by, "order": "desc", "key": key, "id": id}));
            let answer = admin.get(format!("/api/tasks?sort_by={by}&cursor={cursor}")).await;
            assert_eq!(answer.mistakes(), "422 validation_failed cursor invalid_value", "{by} {key}");
        }
        for (by, key) in [
            ("created_at", json!({"time": "9999-12-31T23:59:59.999999999Z"})),
            ("due_date", json!({"time": "0000-01-01T00:00:00Z"})),
            ("priority", json!({"rank": -7})),
            ("title", json!({"text": "' OR 1=1 --"})),
        ] {
            let cursor = forged(&json!({"by": by, "order": "desc", "key": key, "id": id}));
            let answer = admin.get(format!("/api/tasks?sort_by={by}&cursor={cursor}")).await;
            assert_eq!(answer.summary(), "200", "{by} {key}");
        }
    }

    async fn a_cursor_of_another_tenant_gives_nothing_of_theirs(app) {
        let acme = app.organization("acme").await.admin();
        let rival = app.organization("rival").await.admin();
        tasks_with_ties(&acme, 4).await;
        let own = tasks_with_ties(&rival, 4).await;
        for sort in SORTS {
            for order in ["asc", "desc"] {
                let address = format!("/api/tasks?sort_by={sort}&sort_order={order}");
                let theirs = cursor(&acme.get(format!("{address}&limit=1")).await);
                let page = rival.get(format!("{address}&cursor={theirs}")).await;
                assert_eq!(page.summary(), "200");
                assert!(page.each("id").iter().all(|id| own.contains(id)), "{address} showed another tenant's task");
            }
        }
    }

    async fn a_list_of_nothing_is_an_empty_array(app) {
        let answer = app.organization("acme").await.admin().get("/api/tasks?count=exact").await;
        assert_eq!((answer.summary().as_str(), answer.json()), ("200", json!([])));
        assert_eq!((answer.next(), answer.header("x-total-count")), (None, Some("0")));
    }
}
