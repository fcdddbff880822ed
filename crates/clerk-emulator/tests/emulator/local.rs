//! What people see: the control endpoints, the index page, the seed and the state file.

use crate::support::{Served, decode, demo, shared_key};
use clerk_emulator::{Emulator, NewUser, Rotation, Seed, TokenRequest};
use reqwest::{Client, Method};
use serde_json::{Value, json};

#[tokio::test]
async fn curl_gets_a_token_as_plain_text() {
    let served = Served::start(demo().authorized_party("http://localhost:5173")).await;
    let token = async |path: &str| {
        let url = format!("{}/token/{path}", served.base);
        let answer = reqwest::get(url).await.unwrap();
        assert_eq!(answer.headers()["content-type"], "text/plain; charset=utf-8");
        decode(&answer.text().await.unwrap()).1
    };

    let claims = token("sam").await;
    assert_eq!(claims["o"]["slg"], "acme");
    assert_eq!(claims["azp"], "http://localhost:5173");
    assert_eq!(claims["iss"], json!(served.base));
    assert_eq!(token("sam?org=rival").await["o"]["slg"], "rival");
    assert!(token("sam?org=none").await.get("o").is_none());
    assert!(token("uma").await.get("o").is_none());
    assert_eq!(token("sam@example.com?v=1&org=rival").await["org_slug"], "rival");
    let claims = token("sam?ttl=-30&azp=https://other.example").await;
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), -30);
    assert_eq!(claims["azp"], "https://other.example");
    assert!(token("sam?azp=").await.get("azp").is_none());
    assert_eq!(token("sam").await["fva"], json!([0, -1]), "as after signing in");
    assert_eq!(token("sam?fva=20,-1").await["fva"], json!([20, -1]));
    assert!(token("sam?fva=none").await.get("fva").is_none());
}

#[tokio::test]
async fn a_bad_token_request_says_what_is_wrong() {
    let served = Served::demo().await;
    for (path, answer) in [
        ("nobody", "404 resource_not_found"),
        ("uma?org=acme", "404 resource_not_found"),
        ("ada?v=3", "422 form_param_value_invalid v"),
        ("ada?ttl=99999999999999", "422 form_param_value_invalid ttl"),
        ("ada?ttl=soon", "400 malformed_request_parameters"),
        ("ada?fva=1", "422 form_param_value_invalid fva"),
        ("ada?fva=1,-2", "422 form_param_value_invalid fva"),
        ("ada?tll=5", "400 malformed_request_parameters"),
    ] {
        let path = format!("/token/{path}");
        assert_eq!(served.refused(Method::GET, &path, None).await, answer, "{path}");
    }
}

#[tokio::test]
async fn pages_of_other_origins_are_turned_away() {
    let served = Served::demo().await;
    let call = async |name: &str, value: &str| {
        let request = Client::new().get(format!("{}/token/ada", served.base));
        request.header(name, value).send().await.unwrap().status().as_u16()
    };
    assert_eq!(call("origin", "https://elsewhere.example").await, 403);
    assert_eq!(call("origin", "null").await, 403);
    assert_eq!(call("sec-fetch-site", "cross-site").await, 403);
    assert_eq!(call("host", "rebound.example").await, 403);
    assert_eq!(call("origin", &served.base).await, 200);
    assert_eq!(call("sec-fetch-site", "none").await, 200);
}

#[tokio::test]
async fn the_control_endpoints_work() {
    let served = Served::demo().await;
    let people = served.get("/control/people").await;
    assert_eq!(people[3]["short_name"], "sam");
    assert_eq!(people[3]["organizations"][1]["role"], "org:member");

    let kid = served.emulator.kid();
    let (_, rotated) = served.send(Method::POST, "/control/rotate-keys", None).await;
    assert_ne!(rotated["kid"], json!(kid));
    assert_eq!(rotated["jwks"]["keys"].as_array().unwrap().len(), 2);
    assert_eq!(served.get("/control/deliveries").await, json!([]));
    let path = "/control/deliveries/msg_none/redeliver";
    assert_eq!(served.refused(Method::POST, path, None).await, "404 resource_not_found");

    served.emulator.create_user(NewUser::with_email("x@example.com")).unwrap();
    let (status, people) = served.send(Method::POST, "/control/reset", None).await;
    assert_eq!((status, people.as_array().unwrap().len()), (200, 6));
    let ticket = served.refused(Method::GET, "/accept?ticket=wrong", None).await;
    assert_eq!(ticket, "400 ticket_invalid_code");
    let rotation = served.refused(Method::POST, "/control/rotate-keys?same_kid=perhaps", None).await;
    assert_eq!(rotation, "400 malformed_request_parameters");
    assert_eq!(served.refused(Method::GET, "/nothing", None).await, "404 resource_not_found");
}

#[tokio::test]
async fn the_index_page_lists_people_and_escapes_them() {
    let served = Served::demo().await;
    let named = NewUser { first_name: Some("<script>".to_owned()), ..NewUser::with_email("x@example.com") };
    let user = served.emulator.create_user(named).unwrap();
    let page = served.get("/").await;
    let page = page.as_str().unwrap();
    assert!(page.contains("/token/ada") && page.contains("ada@example.com"));
    assert!(page.contains(&user.id), "the Backend API wants ids");
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"));
    let picture = served.get(&format!("/images/{}", user.id)).await;
    assert!(picture.as_str().unwrap().contains("&lt;"), "{picture}");
}

#[test]
fn the_state_file_brings_everything_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clerk.json");
    let start = || demo().state_file(&path).build().unwrap();
    let first = start();
    let user = first.create_user(NewUser::with_email("kept@example.com")).unwrap();
    first.add_member("acme", &user.id, "org:viewer").unwrap();
    let token = first.session_token(TokenRequest::for_user(&user.id)).unwrap();
    first.rotate_keys(Rotation::NewKid).unwrap();

    let second = start();

    assert_eq!(second.people(), first.people());
    assert_eq!(second.jwks(), first.jwks());
    assert_eq!(second.kid(), first.kid());
    assert_eq!(second.public_key_pem(), first.public_key_pem());
    assert_eq!(second.secret_key(), first.secret_key());
    assert_eq!(second.webhook_secret(), first.webhook_secret());
    assert_eq!(second.instance_id(), first.instance_id());
    let again = second.session_token(TokenRequest::for_user(&user.id)).unwrap();
    assert_eq!(decode(&again).1["sid"], decode(&token).1["sid"]);
    assert!(second.take_events().is_empty());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "a draft was left behind");
}

#[tokio::test]
async fn links_and_tokens_name_the_address_it_is_reached_at() {
    let served = Served::start(demo().address("http://clerk.localhost:8001/")).await;
    let token = reqwest::get(format!("{}/token/ada", served.base)).await.unwrap().text().await.unwrap();
    assert_eq!(decode(&token).1["iss"], "http://clerk.localhost:8001");
    let request = Client::new().get(format!("{}/v1/users?limit=1", served.base)).bearer_auth(&served.key);
    let users: Value = request.send().await.unwrap().json().await.unwrap();
    let image = users[0]["image_url"].as_str().unwrap();
    assert!(image.starts_with("http://clerk.localhost:8001/images/"), "{image}");
}

#[tokio::test]
async fn a_given_secret_key_is_asked_for_whatever_the_state_file_has() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clerk.json");
    let made = demo().state_file(&path).build().unwrap().secret_key();
    let served = Served::start(demo().state_file(&path).secret_key("sk_test_given")).await;
    let ask = async |key: &str| {
        let request = Client::new().get(format!("{}/v1/organizations", served.base)).bearer_auth(key);
        request.send().await.unwrap().status().as_u16()
    };

    assert_eq!(ask("sk_test_given").await, 200);
    assert_eq!(ask(&made).await, 401);
    assert_eq!(demo().state_file(&path).build().unwrap().secret_key(), "sk_test_given", "it is kept");
}

#[test]
fn an_unusable_state_file_is_an_error_with_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clerk.json");
    std::fs::write(&path, "{ not json").unwrap();
    let error = demo().state_file(&path).build().err().unwrap();
    assert!(format!("{error:#}").contains("clerk.json"), "{error:#}");
    let nowhere = folder.path().join("missing").join("clerk.json");
    assert!(demo().state_file(nowhere).build().is_err());
}

#[test]
fn a_seed_that_contradicts_itself_says_where() {
    let build = |text: &str| {
        let seed = Seed::from_toml(text).unwrap();
        let built = Emulator::builder().seed(seed).signing_key(shared_key()).build();
        format!("{:#}", built.err().expect("the seed was accepted"))
    };
    let organization = "[[organization]]\nslug = \"a\"\nname = \"A\"\n";
    let unknown_plan = build(&format!("{organization}plan = \"gold\""));
    assert!(unknown_plan.contains("gold"), "{unknown_plan}");
    let unknown_person = build(&format!("{organization}members = {{ zoe = \"org:admin\" }}"));
    assert!(unknown_person.contains("zoe"), "{unknown_person}");
    let person = "[[person]]\nshort_name = \"zoe\"\n";
    let twins = build(&format!("{person}{person}"));
    assert!(twins.contains("zoe"), "{twins}");
    let role = build(&format!("{person}{organization}members = {{ zoe = \"org:king\" }}"));
    assert!(role.contains("org:king"), "{role}");
}

#[test]
fn the_demo_is_who_it_says() {
    let people = demo().build().unwrap().people();
    let line = |name: &str| -> Vec<Value> {
        let person = people.iter().find(|p| p.short_name.as_deref() == Some(name)).unwrap();
        let seen = person.organizations.iter().map(|o| json!([o.slug, o.role, o.plan]));
        seen.collect()
    };
    assert_eq!(line("ada"), [json!(["acme", "org:admin", "pro"])]);
    assert_eq!(line("vic"), [json!(["acme", "org:viewer", "pro"])]);
    assert_eq!(line("mel"), [json!(["acme", "org:member", "pro"])]);
    assert_eq!(line("rob"), [json!(["rival", "org:admin", "free_org"])]);
    let both = [json!(["acme", "org:member", "pro"]), json!(["rival", "org:member", "free_org"])];
    assert_eq!(line("sam"), both);
    assert_eq!(line("uma"), [Value::Null; 0]);
}
