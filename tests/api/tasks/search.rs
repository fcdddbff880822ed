//! `search`: in the title or the description, whatever the case, each character for itself.

use serde_json::json;

use super::{encoded, found};

on_both_databases! {
    async fn the_title_and_the_description_are_searched_and_nothing_else(app) {
        let admin = app.organization("acme").await.admin();
        admin.create(json!({"title": "Buy milk"})).await;
        admin.create(json!({"title": "Groceries", "description": "bread, milk and\nhoney"})).await;
        admin.create(json!({"title": "Other", "category": "milk", "labels": ["milk"]})).await;
        assert_eq!(found(&admin, "search=milk").await, ["Buy milk", "Groceries"]);
        assert_eq!(found(&admin, "search=uy+mi").await, ["Buy milk"]);
        assert_eq!(found(&admin, "search=and%0Ahoney").await, ["Groceries"]);
        assert_eq!(found(&admin, "search=bread,%20milk").await, ["Groceries"], "a comma is a part of the text");
        assert!(found(&admin, "search=cheese").await.is_empty());
        assert_eq!(found(&admin, "search=").await.len(), 3, "an empty search box searches for nothing");
    }

    async fn case_does_not_matter_in_any_script(app) {
        let admin = app.organization("acme").await.admin();
        for (title, searches) in [
            ("Ship It", vec!["ship it", "SHIP IT", "sHiP"]),
            ("Über Ärger", vec!["über", "ÜBER", "ärger", "ÄRGER"]),
            ("Çeşme école", vec!["çEŞME", "ÉCOLE"]),
            ("Отчёт ГОТОВ", vec!["отчёт", "готов", "ОТЧЁТ"]),
            ("ΣΊΣΥΦΟΣ", vec!["σίσυφος", "σίσυφοσ", "ΣΊΣΥΦΟΣ", "σίσυφ"]),
            ("Ο λόγος μας", vec!["ΛΌΓΟΣ", "λόγος", "λόγοσ"]),
            ("ΟΔΟΣΤΡΩΤΗΡΑΣ", vec!["ΟΔΟΣ", "οδοσ", "οδος"]),
            ("ＷＩＤＥ", vec!["ｗｉｄｅ"]),
            ("𐐀𐐁", vec!["𐐨𐐩"]),
        ] {
            let task = admin.create(json!({"title": title})).await;
            for search in searches {
                let hits = found(&admin, &format!("search={}", encoded(search))).await;
                assert_eq!(hits, [title], "searching {search:?}");
            }
            admin.delete(task.path()).await;
            admin.create(json!({"title": "by its description", "description": title})).await;
        }
        assert_eq!(found(&admin, &format!("search={}", encoded("ÄRGER"))).await, ["by its description"]);
    }

    async fn wildcards_are_ordinary_characters(app) {
        let admin = app.organization("acme").await.admin();
        for title in ["100% sure", "100 sure", "snake_case", "snakeXcase", "C:\\temp", "C:temp", "a*b?c[d]", "it's \"fine\""] {
            admin.create_task(title).await;
        }
        for (search, expected) in [
            ("%", vec!["100% sure"]),
            ("100%", vec!["100% sure"]),
            ("0%s", vec![]),
            ("_", vec!["snake_case"]),
            ("e_c", vec!["snake_case"]),
            ("\\", vec!["C:\\temp"]),
            ("\\t", vec!["C:\\temp"]),
            ("\\%", vec![]),
            ("*", vec!["a*b?c[d]"]),
            ("?", vec!["a*b?c[d]"]),
            ("[d]", vec!["a*b?c[d]"]),
            ("'s \"", vec!["it's \"fine\""]),
            ("'", vec!["it's \"fine\""]),
        ] {
            assert_eq!(found(&admin, &format!("search={}", encoded(search))).await, expected, "searching {search:?}");
        }
    }

    async fn two_hundred_characters_are_the_most(app) {
        let admin = app.organization("acme").await.admin();
        admin.create(json!({"title": "long", "description": format!("-{}-", "É".repeat(200))})).await;
        assert_eq!(found(&admin, &format!("search={}", encoded(&"é".repeat(200)))).await, ["long"]);
        let answer = admin.get(format!("/api/tasks?search={}", encoded(&"é".repeat(201)))).await;
        assert_eq!(answer.mistakes(), "422 validation_failed search too_long");
    }
}
