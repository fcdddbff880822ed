//! The table: what was announced, and which plan is in force how at which moments. The grace is seven days.

use serde_json::Value;

use super::events::{item, subscription};
use super::more_histories::more;

/// A history, and what it comes to.
pub struct History {
    pub name: &'static str,
    pub events: Vec<Value>,
    /// A day, and `plan status` or `plan status members` then; `-` is no plan.
    pub then: &'static [(f64, &'static str)],
}

/// Every history.
pub fn histories() -> Vec<History> {
    let mut all = vec![
        History { name: "nothing was ever announced", events: vec![], then: &[(0.0, "-")] },
        founded("an organization is founded on the free plan"),
        upgrade(),
        History {
            name: "the events of an upgrade without its subscription",
            events: vec![
                item("free", "free_org", "ended", 10.0).event("ended"),
                item("pro", "pro", "active", 10.0).period(10.0, 40.0).event("active"),
            ],
            then: &[(10.5, "pro active"), (400.0, "pro active")],
        },
        History {
            name: "a plan is cancelled, and runs out at its end though nobody says so",
            events: canceled(),
            then: &[
                (20.0, "pro canceled"),
                (39.999, "pro canceled"),
                (40.0, "free_org ended"),
                (90.0, "free_org ended"),
            ],
        },
        History {
            name: "a plan is cancelled, and the free one begins as announced",
            events: [
                canceled(),
                vec![
                    item("pro", "pro", "ended", 40.0).period(10.0, 40.0).event("ended"),
                    item("free", "free_org", "active", 40.0).from(40.0).event("active"),
                ],
            ]
            .concat(),
            then: &[(39.0, "free_org active"), (41.0, "free_org active")],
        },
        History {
            name: "a cancellation is taken back",
            events: [canceled(), vec![item("pro", "pro", "active", 25.0).period(10.0, 40.0).event("active")]].concat(),
            then: &[(26.0, "pro active"), (41.0, "pro active")],
        },
        History {
            name: "a cancelled plan without an end has ended",
            events: vec![item("pro", "pro", "canceled", 5.0).event("canceled")],
            then: &[(4.0, "pro canceled"), (5.0, "free_org ended")],
        },
        History {
            name: "the charge fails, and the grace runs out",
            events: unpaid(),
            then: &[
                (41.0, "pro past_due"),
                (46.999, "pro past_due"),
                (47.0, "free_org unpaid"),
                (99.0, "free_org unpaid"),
            ],
        },
        History {
            name: "the charge fails, and is paid within the grace",
            events: [unpaid(), vec![item("pro", "pro", "active", 43.0).period(40.0, 70.0).event("active")]].concat(),
            then: &[(44.0, "pro active"), (60.0, "pro active")],
        },
        History {
            name: "the charge fails, and Clerk gives up within the grace",
            events: [
                unpaid(),
                vec![
                    item("pro", "pro", "ended", 43.0).event("ended"),
                    item("free", "free_org", "active", 43.0).from(43.0).event("active"),
                ],
            ]
            .concat(),
            then: &[(44.0, "free_org active")],
        },
        History {
            name: "Clerk says since when it is unpaid, and the grace runs from there",
            events: vec![item("pro", "pro", "past_due", 45.0).period(10.0, 40.0).past_due_since(40.0).event("pastDue")],
            then: &[(46.0, "pro past_due"), (47.0, "free_org unpaid")],
        },
        History {
            name: "unpaid beyond the grace beside a free plan that is active",
            events: vec![
                item("pro", "pro", "past_due", 40.0).period(10.0, 40.0).event("pastDue"),
                item("free", "free_org", "active", 40.0).event("active"),
            ],
            then: &[(41.0, "pro past_due"), (48.0, "free_org unpaid")],
        },
    ];
    all.extend(more());
    all
}

pub fn founded(name: &'static str) -> History {
    let free = item("free", "free_org", "active", 0.0);
    let events = vec![
        subscription("created", 0.0, std::slice::from_ref(&free)),
        free.event("active"),
        subscription("active", 0.0, &[free]),
    ];
    History { name, events, then: &[(0.0, "free_org active 2"), (1000.0, "free_org active 2")] }
}

fn upgrade() -> History {
    let (free, pro) = (item("free", "free_org", "ended", 10.0), item("pro", "pro", "active", 10.0).period(10.0, 40.0));
    let mut events = founded("").events;
    events.extend([free.event("ended"), pro.event("active"), subscription("updated", 10.0, &[free, pro])]);
    History { name: "an upgrade", events, then: &[(10.1, "pro active 0")] }
}

fn canceled() -> Vec<Value> {
    let pro = item("pro", "pro", "canceled", 20.0).period(10.0, 40.0);
    let free = item("free", "free_org", "upcoming", 20.0).from(40.0);
    vec![pro.event("canceled"), free.event("upcoming"), subscription("updated", 20.0, &[pro, free])]
}

fn unpaid() -> Vec<Value> {
    let pro = item("pro", "pro", "past_due", 40.0).period(10.0, 40.0);
    vec![pro.event("pastDue"), subscription("pastDue", 40.0, &[pro])]
}
