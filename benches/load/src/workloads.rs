//! What is measured, by name: who asks for what, over how many connections.

use std::rc::Rc;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::Ground;
use crate::callers::{Forger, Forgery, Mixed, Read, Reader, Teller, Writer};
use crate::drive::Caller;
use crate::site::Known;

/// The workloads, in the order they are measured in.
pub const NAMES: [&str; 15] = [
    "list",
    "get",
    "create",
    "mixed",
    "search",
    "list-large",
    "page-500",
    "webhook",
    "forged-key",
    "forged-signature",
    "honest",
    "honest-beside-forged",
    "tokens-500",
    "connections-256",
    "connections-300",
];

/// Callers of one tenant, of which the program lets no more than half its database connections work at once.
const OF_ONE_TENANT: usize = 8;
/// Callers at their own pace, 800 requests a second together.
const HONEST: usize = 8;
const HONEST_PACE: Duration = Duration::from_millis(10);
/// Forgers beside them, 200 a second together.
const FORGERS: usize = 4;
const FORGERS_PACE: Duration = Duration::from_millis(20);

type Callers = Vec<Box<dyn Caller>>;

/// Who asks in a workload, each on a connection of its own.
pub fn callers(name: &str, ground: &Ground, known: &Known) -> Result<Callers> {
    let usual = ground.arguments.connections;
    // A debug build on a busy machine takes longer for so many than callers wait.
    let many = |connections: usize| if ground.arguments.smoke { connections / 4 } else { connections };
    Ok(match name {
        "list" => readers(&known.lists, usual),
        "get" => readers(&known.singles, usual),
        "create" => writers(known, usual),
        "mixed" => mixed(known, usual),
        "search" => readers(&known.search, OF_ONE_TENANT),
        "list-large" => readers(&known.list_large, OF_ONE_TENANT),
        "page-500" => readers(&known.page_500, OF_ONE_TENANT),
        "webhook" => tellers(ground, known, usual),
        "forged-key" => forgers(known, Forgery::Key, usual)?,
        "forged-signature" => forgers(known, Forgery::Signature, usual)?,
        "honest" => honest(known),
        "honest-beside-forged" => honest(known).into_iter().chain(beside(known)?).collect(),
        "tokens-500" => spread(&known.lists_of_500_tokens, usual),
        "connections-256" => readers(&known.lists, many(256)),
        "connections-300" => readers(&known.lists, many(300)),
        _ => bail!("no workload is called {name}"),
    })
}

fn boxed(callers: impl Iterator<Item = impl Caller + 'static>) -> Callers {
    callers.map(|caller| Box::new(caller) as Box<dyn Caller>).collect()
}

/// Each keeps to requests of its own, so that one connection is one client.
fn readers(reads: &[Vec<Read>], connections: usize) -> Callers {
    boxed((0..connections).map(|number| reader(&reads[number % reads.len()], 0)))
}

fn reader(reads: &[Read], at: usize) -> Reader {
    Reader { reads: reads.into(), at, pace: None }
}

/// All go round the same requests, each from another place on.
fn spread(reads: &[Read], connections: usize) -> Callers {
    let (reads, step): (Rc<[Read]>, _) = (reads.into(), reads.len() / connections);
    boxed((0..connections).map(move |number| Reader { reads: Rc::clone(&reads), at: number * step, pace: None }))
}

fn writers(known: &Known, connections: usize) -> Callers {
    boxed((0..connections).map(|number| Writer::new(known.writer(number))))
}

fn mixed(known: &Known, connections: usize) -> Callers {
    boxed((0..connections).map(|number| {
        let lists = &known.lists[number % known.lists.len()];
        let singles = &known.singles[number % known.singles.len()];
        // As many lists as single ones.
        let reads: Vec<Read> = singles.iter().flat_map(|single| [single.clone(), lists[0].clone()]).collect();
        Mixed { reader: reader(&reads, 0), writer: Writer::new(known.writer(number)), at: number }
    }))
}

fn tellers(ground: &Ground, known: &Known, connections: usize) -> Callers {
    let events = known.people.iter().cycle().take(connections.min(known.people.len()));
    boxed(events.map(|event| Teller::new(&ground.clerk.deliveries, event.clone())))
}

fn forgers(known: &Known, forgery: Forgery, connections: usize) -> Result<Callers> {
    let forgers = (0..connections).map(|number| Forger::new(known.writer(number), forgery, number, None));
    Ok(boxed(forgers.collect::<Result<Vec<_>>>()?.into_iter()))
}

fn honest(known: &Known) -> Callers {
    boxed(
        (0..HONEST)
            .map(|number| Reader { pace: Some(HONEST_PACE), ..reader(&known.lists[number % known.lists.len()], 0) }),
    )
}

fn beside(known: &Known) -> Result<Callers> {
    let forgery = |number: usize| if number.is_multiple_of(2) { Forgery::Key } else { Forgery::Signature };
    let forgers =
        (0..FORGERS).map(|number| Forger::new(known.writer(number), forgery(number), number, Some(FORGERS_PACE)));
    Ok(boxed(forgers.collect::<Result<Vec<_>>>()?.into_iter()))
}
