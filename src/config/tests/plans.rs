//! The catalogue of plans: the example is what is built in, and every mistake of a file is reported at once.

use super::read_local;
use crate::config::Catalogue;

const EXAMPLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/plans.example.toml"));

#[test]
fn the_example_is_built_in() {
    let catalogue = Catalogue::parse(EXAMPLE).unwrap();
    assert_eq!(catalogue, Catalogue::default());
    let free = catalogue.free(false);
    assert_eq!((&*free.slug, free.members, free.tasks, free.rate_multiplier), ("free_org", 2, 100, 1));
    assert_eq!(catalogue.free(true).slug, "free_user");
    let pro = catalogue.plan("pro").unwrap();
    assert_eq!((pro.members, pro.tasks, pro.rate_multiplier), (0, 0, 2));
    assert_eq!(pro.features, ["exports", "members", "tasks"]);
    assert_eq!(catalogue.plan("gold"), None);
}

#[test]
fn a_workspace_of_ones_own_has_the_free_plan_unless_told() {
    let catalogue = Catalogue::parse("free_plan = \"a\"\n[plans.a]\nmembers = 1\ntasks = 2\n").unwrap();
    assert_eq!(catalogue.free(true), catalogue.free(false));
    assert_eq!(catalogue.free(true).rate_multiplier, 1);
}

#[test]
fn every_mistake_is_found_at_once() {
    let text = r#"
        free_plan = "gone"
        free_personal_plan = 5
        color = "red"
        [plans.one]
        members = -1
        taks = 3
        features = "tasks"
        [plans.two]
        members = 1
        tasks = "many"
        features = [""]
        rate_multiplier = 1001
        [plans."org plan"]
        members = 0
        tasks = 0
    "#;
    let wrong = Catalogue::parse(text).unwrap_err();
    let problems: Vec<&str> = wrong.iter().map(|(problem, _)| problem.as_str()).collect();
    assert_eq!(
        problems,
        [
            "color is unknown",
            "plans.one.taks is unknown",
            "plans.one.members is no whole number in its range",
            "plans.one.tasks is missing",
            "plans.one.features is no list of slugs",
            "plans.org plan is no slug of Clerk's",
            "plans.two.tasks is no whole number in its range",
            "plans.two.rate_multiplier is no whole number in its range",
            "plans.two.features is no list of slugs",
            "free_plan names \"gone\", which is no plan of the file",
            "free_personal_plan is no text",
        ]
    );
    assert!(wrong.iter().all(|(_, mend)| !mend.is_empty()));
}

#[test]
fn what_is_no_toml_is_named_by_its_line() {
    let wrong = Catalogue::parse("free_plan = \"a\"\n[plans.a\nmembers = 1").unwrap_err();
    assert_eq!(wrong.len(), 1);
    assert!(wrong[0].0.starts_with("line 2 is no TOML: "), "{wrong:?}");
    assert_eq!(Catalogue::parse("").unwrap_err().len(), 2, "no plan, and none that is free");
}

#[test]
fn the_file_is_read_at_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plans.toml");
    let plans = |text: &str| {
        std::fs::write(&file, text).unwrap();
        read_local(&[("PLANS_FILE", file.to_str().unwrap())])
    };
    let config = plans("free_plan = \"a\"\n[plans.a]\nmembers = 1\ntasks = 2\n").unwrap();
    assert_eq!(config.plans.free(false).tasks, 2);
    assert_eq!(plans("free_plan = \"b\"\n[plans.a]\nmembers = 1\n").unwrap_err().mistakes().len(), 2);
    std::fs::remove_file(&file).unwrap();
    let missing = read_local(&[("PLANS_FILE", file.to_str().unwrap())]).unwrap_err();
    assert!(missing.to_string().contains("cannot be read"), "{missing}");
}
