//! What the local Clerk says there is, read from its Backend API without the code under test.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::TestApp;

/// One line each, as [`super::mirror`] has them.
pub async fn clerk(app: &TestApp) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for user in all(app, "users").await {
        let text = |name: &str| user[name].as_str().map(str::to_owned);
        let email = user["email_addresses"][0]["email_address"].as_str().map(str::to_owned);
        lines.insert(format!("{} {:?} {email:?} {}", id(&user), text("first_name"), user["banned"]));
        let own = id(&user);
        lines.extend(subscription(app, &format!("users/{own}"), &own).await);
    }
    for organization in all(app, "organizations").await {
        let own = id(&organization);
        let (name, slug) = (organization["name"].as_str().unwrap(), organization["slug"].as_str());
        let most = organization["max_allowed_memberships"].as_i64();
        lines.insert(format!("{own} {name} {slug:?} {most:?}"));
        for one in all(app, &format!("organizations/{own}/memberships")).await {
            let mut permissions: Vec<String> = serde_json::from_value(one["permissions"].clone()).unwrap();
            permissions.sort();
            let user = one["public_user_data"]["user_id"].as_str().unwrap();
            lines.insert(format!("{} {own} {user} {} {permissions:?}", id(&one), one["role"].as_str().unwrap()));
        }
        for one in all(app, &format!("organizations/{own}/invitations")).await {
            let (role, status) = (one["role"].as_str().unwrap(), one["status"].as_str().unwrap());
            lines.insert(format!("{} {own} {role} {status}", id(&one)));
        }
        lines.extend(subscription(app, &format!("organizations/{own}"), &own).await);
    }
    lines
}

/// What a payer subscribes to; nothing where there is no billing.
async fn subscription(app: &TestApp, path: &str, payer: &str) -> Vec<String> {
    let url = format!("{}/v1/{path}/billing/subscription", app.clerk.base_url());
    let answer = reqwest::Client::new().get(url).bearer_auth(app.clerk.secret_key()).send().await.unwrap();
    if answer.status() == 403 {
        return Vec::new();
    }
    let whole: Value = answer.error_for_status().unwrap().json().await.unwrap();
    let mut lines = vec![format!("{} {payer} {}", id(&whole), whole["status"].as_str().unwrap())];
    for item in whole["subscription_items"].as_array().unwrap() {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (status, plan, period) = (text(&item["status"]), text(&item["plan"]["slug"]), text(&item["plan_period"]));
        let (begins, ends) = (item["period_start"].as_i64(), item["period_end"].as_i64());
        let (trial, seats) = (item["is_free_trial"].as_bool().unwrap(), item["seats"]["quantity"].as_i64());
        lines.push(format!("{} {payer} {status} {plan} {period} {begins:?} {ends:?} {trial} {seats:?}", id(item)));
    }
    lines
}

fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}

async fn all(app: &TestApp, list: &str) -> Vec<Value> {
    let url = format!("{}/v1/{list}?limit=500", app.clerk.base_url());
    let answer = reqwest::Client::new().get(url).bearer_auth(app.clerk.secret_key()).send().await.unwrap();
    let body: Value = answer.error_for_status().unwrap().json().await.unwrap();
    body.as_array().or(body["data"].as_array()).unwrap().clone()
}
