//! Found against predicted, and what to say where they differ.

use serde_json::Value;

use crate::support::Answer;

/// What differed; nothing is lost by its being a text.
pub type Outcome = Result<(), String>;

/// Fails unless the two are equal.
pub fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: T, predicted: T) -> Outcome {
    if found == predicted { Ok(()) } else { Err(format!("{what}: found {found:?}, and predicted was {predicted:?}")) }
}

/// The same of two tasks, member by member.
pub fn same_task(found: &Value, predicted: &Value) -> Outcome {
    let differs = |(member, value): &(&String, &Value)| found[member.as_str()] != **value;
    match predicted.as_object().unwrap().iter().find(differs) {
        Some((member, value)) => {
            Err(format!("{member} of the task: found {}, and predicted was {value}", found[member.as_str()]))
        }
        None => same("the members of the task", found.as_object().unwrap().len(), predicted.as_object().unwrap().len()),
    }
}

/// The same of two lists of tasks.
pub fn same_list(found: &[Value], predicted: &[Value]) -> Outcome {
    let titles =
        |tasks: &[Value]| tasks.iter().map(|task| format!("{} {}", task["id"], task["title"])).collect::<Vec<_>>();
    same("the list", titles(found), titles(predicted))?;
    found.iter().zip(predicted).try_for_each(|(found, predicted)| same_task(found, predicted))
}

pub fn is(answer: &Answer, predicted: &str) -> Outcome {
    same(&String::from_utf8_lossy(&answer.body), answer.summary().as_str(), predicted)
}

pub fn replayed(answer: &Answer, kept: &Answer) -> Outcome {
    same("replayed", answer.header("idempotency-replayed"), Some("true"))?;
    same("the replayed answer", (answer.status, &answer.body), (kept.status, &kept.body))?;
    same(
        "its tag and address",
        [answer.header("etag"), answer.header("location")],
        [kept.header("etag"), kept.header("location")],
    )
}
