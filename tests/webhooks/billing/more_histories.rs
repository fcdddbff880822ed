//! The second half of the table: trials, downgrades, seats, and what Clerk leaves out or says in its own way.

use super::events::{item, subscription};
use super::histories::{History, founded};

pub fn more() -> Vec<History> {
    let trial = || item("pro", "pro", "active", 1.0).period(1.0, 15.0).trial();
    let annual = || item("annual", "pro", "upcoming", 12.0).period(40.0, 400.0);
    let only = |name, events, then| History { name, events, then };
    let mut all = vec![
        only("a trial begins", vec![trial().event("active")], &[(2.0, "pro trialing"), (14.0, "pro trialing")]),
        only(
            "a trial is about to end",
            vec![trial().event("active"), trial().event("freeTrialEnding")],
            &[(13.0, "pro trialing")],
        ),
        only(
            "a trial becomes a paid plan",
            vec![trial().event("active"), item("pro", "pro", "active", 15.0).period(15.0, 45.0).event("updated")],
            &[(16.0, "pro active")],
        ),
        only(
            "a trial is cancelled, and lasts until its end",
            vec![
                trial().event("active"),
                item("pro", "pro", "canceled", 3.0).period(1.0, 15.0).trial().event("canceled"),
            ],
            &[(14.0, "pro canceled"), (15.0, "free_org ended")],
        ),
        only(
            "a trial ends, and nothing is paid",
            vec![
                trial().event("active"),
                item("pro", "pro", "ended", 15.0).period(1.0, 15.0).trial().event("ended"),
                item("free", "free_org", "active", 15.0).from(15.0).event("active"),
            ],
            &[(16.0, "free_org active")],
        ),
        only(
            "a renewal moves the period",
            vec![
                item("pro", "pro", "active", 10.0).period(10.0, 40.0).event("active"),
                item("pro", "pro", "active", 40.0).period(40.0, 70.0).event("updated"),
            ],
            &[(41.0, "pro active")],
        ),
        only(
            "a checkout is opened and never finished",
            [
                founded("").events,
                vec![
                    item("pro", "pro", "incomplete", 5.0).event("incomplete"),
                    item("pro", "pro", "abandoned", 6.0).event("abandoned"),
                ],
            ]
            .concat(),
            &[(5.5, "free_org active"), (7.0, "free_org active")],
        ),
        only(
            "a plan that begins later does not begin by the clock",
            vec![item("pro", "pro", "active", 10.0).period(10.0, 40.0).event("active"), annual().event("upcoming")],
            &[(39.0, "pro active"), (41.0, "pro active")],
        ),
        only(
            "only a plan that begins later is known",
            vec![annual().event("upcoming")],
            &[(20.0, "free_org ended"), (41.0, "free_org ended")],
        ),
        only(
            "a dearer plan replaces a paid one",
            vec![
                item("pro", "pro", "ended", 20.0).period(10.0, 40.0).event("ended"),
                item("scale", "scale", "active", 20.0).period(20.0, 50.0).event("active"),
            ],
            // Not in the catalogue: the free plan's limits.
            &[(21.0, "scale active 2")],
        ),
        only(
            "two paid plans in force: the one that began last",
            vec![
                item("pro", "pro", "active", 10.0).period(10.0, 40.0).event("active"),
                item("scale", "scale", "active", 12.0).period(12.0, 42.0).event("active"),
            ],
            &[(13.0, "scale active")],
        ),
        only(
            "a paid plan beside the free one, which began later",
            vec![
                item("pro", "pro", "active", 10.0).period(10.0, 40.0).event("active"),
                item("free", "free_org", "active", 12.0).from(12.0).event("active"),
            ],
            &[(13.0, "pro active")],
        ),
        only(
            "seats were bought",
            vec![item("team", "team", "active", 1.0).period(1.0, 31.0).seats(Some(12)).event("active")],
            &[(2.0, "team active 12")],
        ),
        only(
            "any number of seats",
            vec![item("team", "team", "active", 1.0).period(1.0, 31.0).seats(None).event("active")],
            &[(2.0, "team active 0")],
        ),
        only(
            "an item without a plan allows what the free one does",
            vec![item("odd", "odd", "active", 1.0).without_plan().event("active")],
            &[(2.0, "free_org active 2")],
        ),
        only(
            "a status of tomorrow is not in force",
            vec![item("pro", "pro", "paused", 1.0).event("updated")],
            &[(2.0, "free_org ended")],
        ),
        only("an item expires", vec![item("pro", "pro", "expired", 3.0).event("updated")], &[(4.0, "free_org ended")]),
    ];
    all.extend(lists());
    all
}

/// A subscription lists its items; what a newer list leaves out has ended.
fn lists() -> Vec<History> {
    let pro = || item("pro", "pro", "active", 10.0).period(10.0, 40.0);
    let free = || item("free", "free_org", "active", 40.0).from(40.0);
    vec![
        History {
            name: "the end of a plan was lost, and a newer list leaves it out",
            events: vec![pro().event("active"), subscription("updated", 40.0, &[free()])],
            then: &[(41.0, "free_org active")],
        },
        History {
            name: "an older list does not know of a newer plan",
            events: vec![
                subscription("updated", 5.0, &[item("free", "free_org", "active", 0.0)]),
                item("free", "free_org", "ended", 10.0).event("ended"),
                pro().event("active"),
            ],
            then: &[(11.0, "pro active")],
        },
        History {
            name: "a list without items says nothing of them",
            events: vec![pro().event("active"), subscription("updated", 20.0, &[])],
            then: &[(21.0, "pro active")],
        },
    ]
}
