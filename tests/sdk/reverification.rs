//! Step-up: Clerk's packages recognise our hint, and find fresh whom we find fresh.

use clerk_emulator::{NewOrganization, TokenRequest};
use serde_json::{Value, json};

use crate::package::Packages;
use crate::service::Service;

/// Ages around every limit, of either factor or none.
fn ages() -> Vec<Option<[i64; 2]>> {
    let minutes = [-1, 0, 9, 10, 59, 60, 1439, 1440];
    let pairs = minutes.iter().flat_map(|first| minutes.iter().map(|second| Some([*first, *second])));
    pairs.chain([None, Some([-2, 0]), Some([0, -2])]).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clerks_javascript_packages_take_our_hint_and_agree_when_it_is_due() {
    if !Packages::JavaScript.are_there() {
        return;
    }
    for level in ["lax", "moderate", "strict", "strict_mfa"] {
        let service = Service::with(&[("REVERIFICATION_LEVEL", level)]).await;
        let ada = service.person("ada");
        let new = NewOrganization { created_by: Some(ada.clone()), ..NewOrganization::named("Acme") };
        let acme = service.clerk.create_organization(new).unwrap().id;
        // Somebody we know nothing of may be an admin: the step-up is due, and past it nobody is found.
        let url = format!("{}/api/members/user_unknown", service.url);
        let request = |ages: &Option<[i64; 2]>| {
            let request = TokenRequest::for_user(&*ada).organization(&*acme).fva(*ages);
            json!({"url": url, "token": service.clerk.session_token(request).unwrap()})
        };
        let requests: Vec<Value> = ages().iter().map(request).collect();
        let question = json!({"instance": service.instance(), "level": level, "requests": requests});
        let report = Packages::JavaScript.run("reverification", &question);
        let mut refused = 0;
        for (ages, theirs) in ages().iter().zip(report["report"].as_array().unwrap()) {
            let expected = if theirs["fresh"] == true {
                json!({"status": 404, "code": "member_not_found", "fresh": true, "recognised": false, "asks_for": null, "same": false})
            } else {
                refused += 1;
                json!({"status": 403, "code": "reverification_required", "fresh": false, "recognised": true, "asks_for": report["demands"], "same": true})
            };
            assert_eq!(*theirs, expected, "{ages:?} at {level}");
        }
        assert!((5..65).contains(&refused), "{refused} refusals at {level} compare nothing");
    }
}
