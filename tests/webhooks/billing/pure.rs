//! Every history in memory: each order of the short ones, and many of the long.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::Value;
use serde_json::value::RawValue;
use tenantry::clerk::event::{Notice, Payer};
use tenantry::config::Catalogue;
use tenantry::directory::sync::Announced;
use tenantry::directory::version::newer;
use tenantry::directory::{subscription, subscription_item};
use tenantry::entitlements::Entitled;
use tenantry::entitlements::standing::{Item, Standing, Status, standing};

use super::events::{PAYER, day, item, subscription as whole};
use super::histories::{History, histories};
use crate::mirror::read;

/// Longer histories have too many orders to try them all.
const SHORT: usize = 5;

/// The mirror's rows of one payer.
#[derive(Debug, Clone, Default, PartialEq)]
struct Rows {
    subscription: Option<subscription::Model>,
    items: BTreeMap<String, subscription_item::Model>,
}

impl Rows {
    fn take(&mut self, rows: Announced) {
        if let Some(told) = rows.subscription {
            self.subscription = Some(match self.subscription.take() {
                Some(kept) => newer::<subscription::Entity>(kept, told),
                None => told,
            });
        }
        for told in rows.subscription_items {
            let kept = self.items.remove(&told.id);
            let id = told.id.clone();
            let newest = match kept {
                Some(kept) => newer::<subscription_item::Entity>(kept, told),
                None => told,
            };
            self.items.insert(id, newest);
        }
    }

    /// As the statement joins them.
    fn items(&self) -> Vec<Item> {
        let listed = |row: &subscription_item::Model| self.subscription.clone().filter(|_| row.subscription.is_some());
        let never = |row: &&subscription_item::Model| row.status != "incomplete" && row.status != "abandoned";
        self.items.values().filter(never).map(|row| Item::from((row.clone(), listed(row)))).collect()
    }
}

/// `plan status members`.
pub fn summary(standing: Option<Standing>) -> String {
    let status = standing.as_ref().map(|standing| serde_json::to_value(standing.status).unwrap());
    let entitled = Entitled::to(None, standing, &Catalogue::default(), false);
    match (entitled.plan, status) {
        (Some(plan), Some(status)) => format!("{plan} {} {}", status.as_str().unwrap(), entitled.members),
        _ => "- 0".to_owned(),
    }
}

/// Fails unless a history came to what the table says.
pub fn check(history: &History, order: &str, at: impl Fn(f64) -> Option<Standing>) {
    for (moment, expected) in history.then {
        let found = summary(at(*moment));
        assert!(found.starts_with(expected), "{}, {order}, day {moment}: {found} instead of {expected}", history.name);
    }
}

/// Some orders of so many events, each event once or twice: all orders of a few, else rotations and the reverse.
pub fn orders(count: usize) -> Vec<Vec<usize>> {
    let all: Vec<usize> = (0..count).collect();
    let mut orders = if count <= SHORT { permutations(&all) } else { rotations(&all) };
    // Everything twice, the second time the other way round.
    orders.push(all.iter().copied().chain(all.iter().rev().copied()).collect());
    orders
}

fn permutations(items: &[usize]) -> Vec<Vec<usize>> {
    if items.is_empty() {
        return vec![vec![]];
    }
    let mut found = Vec::new();
    for (place, first) in items.iter().enumerate() {
        let rest: Vec<usize> =
            items.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, item)| *item).collect();
        found.extend(permutations(&rest).into_iter().map(|rest| [vec![*first], rest].concat()));
    }
    found
}

fn rotations(items: &[usize]) -> Vec<Vec<usize>> {
    let rotated =
        |by: usize| -> Vec<usize> { (0..items.len()).map(|index| items[(index + by) % items.len()]).collect() };
    (0..items.len()).flat_map(|by| [rotated(by), rotated(by).into_iter().rev().collect()]).collect()
}

#[test]
fn every_order_of_every_history_comes_to_the_same() {
    let histories = histories();
    assert!(histories.len() >= 25, "only {} histories", histories.len());
    for history in &histories {
        let payloads: Vec<String> = history.events.iter().map(Value::to_string).collect();
        let mut first: Option<Rows> = None;
        for order in orders(payloads.len()) {
            let mut rows = Rows::default();
            order.iter().for_each(|index| rows.take(read(&payloads[*index])));
            assert_eq!(*first.get_or_insert_with(|| rows.clone()), rows, "{}, {order:?}", history.name);
            check(history, &format!("{order:?}"), |moment| standing(&rows.items(), day(moment), TimeDelta::days(7)));
        }
    }
}

#[test]
fn without_a_grace_nothing_unpaid_is_in_force() {
    let mut rows = Rows::default();
    rows.take(read(&item("pro", "pro", "past_due", 40.0).event("pastDue").to_string()));
    let now = |moment| standing(&rows.items(), day(moment), TimeDelta::zero()).unwrap();
    assert_eq!((now(40.0).status, now(40.0).in_force), (Status::Unpaid, None));
}

#[test]
fn the_clock_says_when_it_will_change_something_and_when_it_did() {
    let mut rows = Rows::default();
    rows.take(read(&item("pro", "pro", "canceled", 20.0).period(10.0, 40.0).event("canceled").to_string()));
    let at = |moment| standing(&rows.items(), day(moment), TimeDelta::days(7)).unwrap();
    assert_eq!((at(21.0).since, at(21.0).changes_at), (day(20.0), Some(day(40.0))));
    assert_eq!((at(50.0).since, at(50.0).changes_at), (day(40.0), None));
}

#[test]
fn what_the_backend_api_answers_is_the_same_subscription() {
    let free = item("free", "free_org", "upcoming", 20.0).from(40.0);
    let event = whole("updated", 20.0, &[item("pro", "pro", "canceled", 20.0).period(10.0, 40.0), free]);
    // The names differ there.
    let mut answer = event["data"].clone();
    let mut items = answer.as_object_mut().unwrap().remove("items").unwrap();
    for item in items.as_array_mut().unwrap() {
        item["plan_period"] = item.as_object_mut().unwrap().remove("interval").unwrap();
    }
    answer["subscription_items"] = items;
    answer.as_object_mut().unwrap().remove("payer");

    let answer = RawValue::from_string(answer.to_string()).unwrap();
    let notice = Notice::subscription(Payer::of_tenant(PAYER), &answer, day(21.0)).unwrap();
    let answered = tenantry::directory::sync::announced(&notice);
    let announced = read(&event.to_string());
    let bare = |mut rows: Announced| {
        for row in &mut rows.subscription_items {
            (row.source_event_at, row.source_digest) = (0, Vec::new());
        }
        let mut whole = rows.subscription.take().unwrap();
        (whole.source_event_at, whole.source_digest) = (0, Vec::new());
        (whole, rows.subscription_items)
    };
    assert_eq!(bare(answered.clone()), bare(announced.clone()));
    // Each item alone is the same row as within the whole.
    let items = notice.items();
    let alone = items.iter().flat_map(|item| tenantry::directory::sync::announced(item).subscription_items);
    let mut alone: Vec<_> = alone.collect();
    alone.sort_by(|one, other| one.id.cmp(&other.id));
    assert_eq!(alone, answered.subscription_items);
    // The answer is of a later time than the announcement, and outranks it whichever comes first.
    for order in [[&answered, &announced], [&announced, &answered]] {
        let mut rows = Rows::default();
        order.into_iter().for_each(|told| rows.take(told.clone()));
        assert_eq!(rows.subscription, answered.subscription);
    }
}
