//! What was measured: every run in JSON, and medians with ratios as a table.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::Ground;
use crate::drive::Took;
use crate::resident::Resident;
use crate::servers::{BARE, OURS};

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub struct Report {
    date: String,
    machine: String,
    rounds: usize,
    seconds: f64,
    connections: usize,
    /// In the order they were measured in.
    measured: Vec<Measured>,
    pub resident: Option<Resident>,
}

/// One workload on one server and size, every round.
#[derive(Debug, Serialize)]
struct Measured {
    tasks: u32,
    workload: String,
    server: &'static str,
    rounds: Vec<Took>,
    /// Fetches of Clerk's keys meanwhile. The program alone fetches any, now and then also while another is measured.
    key_fetches: usize,
}

/// A figure of a round.
type Figure = fn(&Took) -> f64;

const PROCESSOR: Figure = |took| took.processor;
const THROUGHPUT: Figure = |took| took.throughput;
const P50: Figure = |took| micros(took.p50);
const P99: Figure = |took| micros(took.p99);
const MEMORY: Figure = |took| micros(took.memory) / 1024.0;

impl Report {
    pub fn new(ground: &Ground) -> Self {
        let arguments = &ground.arguments;
        Self {
            date: chrono::Utc::now().format("%-d %B %Y").to_string(),
            machine: ground.cores.to_string(),
            rounds: arguments.rounds,
            seconds: arguments.seconds,
            connections: arguments.connections,
            measured: Vec::new(),
            resident: None,
        }
    }

    /// Adds what a server did in a round.
    pub fn add(&mut self, tasks: u32, workload: &str, server: &'static str, took: Took, key_fetches: usize) {
        let same = |known: &&mut Measured| known.tasks == tasks && known.workload == workload && known.server == server;
        if let Some(known) = self.measured.iter_mut().find(same) {
            known.rounds.push(took);
            known.key_fetches += key_fetches;
            return;
        }
        self.measured.push(Measured { tasks, workload: workload.to_owned(), server, rounds: vec![took], key_fetches });
    }

    fn find(&self, tasks: u32, workload: &str, server: &str) -> Option<&Measured> {
        let mut all = self.measured.iter();
        all.find(|known| known.tasks == tasks && known.workload == workload && known.server == server)
    }

    /// The same workload and server at the smallest size and the largest, where there are several.
    fn sizes(&self) -> BTreeMap<(&str, &str), (&Measured, &Measured)> {
        let smallest = self.measured.iter().map(|measured| measured.tasks).min().unwrap_or_default();
        let largest = self.measured.iter().map(|measured| measured.tasks).max().unwrap_or_default();
        let large = self.measured.iter().filter(|measured| measured.tasks == largest && largest > smallest);
        let pairs = large.filter_map(|large| {
            let small = self.find(smallest, &large.workload, large.server)?;
            Some(((large.workload.as_str(), large.server), (small, large)))
        });
        pairs.collect()
    }

    /// What is held against what on the same server: sizes, and workloads.
    fn comparisons(&self) -> Vec<(String, &Measured, &Measured)> {
        let mut all = Vec::new();
        for ((workload, server), (small, large)) in self.sizes() {
            let what = format!("{workload}, {} tasks against {}, {server}", large.tasks, small.tasks);
            all.push((what, large, small));
        }
        for [of, to] in [["page-500", "list-large"], ["search", "list-large"], ["honest-beside-forged", "honest"]] {
            for measured in self.measured.iter().filter(|measured| measured.workload == of) {
                if let Some(other) = self.find(measured.tasks, to, measured.server) {
                    let what = format!("{of} against {to}, {} tasks, {}", measured.tasks, measured.server);
                    all.push((what, measured, other));
                }
            }
        }
        all
    }
}

impl Measured {
    fn median(&self, figure: Figure) -> f64 {
        median(self.rounds.iter().map(figure))
    }

    /// The median of the rounds' ratios: what is measured next to each other in time is compared.
    fn ratio(&self, to: &Self, figure: Figure) -> f64 {
        median(self.rounds.iter().zip(&to.rounds).map(|(own, other)| figure(own) / figure(other)))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { date, machine, rounds, seconds, connections, .. } = self;
        writeln!(
            formatter,
            "{date}; {machine}; {rounds} × {seconds} s each, {connections} connections unless it says otherwise\n"
        )?;
        writeln!(
            formatter,
            "| tasks | workload | server | processor, µs | p50, µs | p99, µs | a second | peak, MiB | processor ÷ bare | a second ÷ bare | \
             p99 ÷ bare |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
        )?;
        for measured in &self.measured {
            self.write_row(formatter, measured)?;
        }
        self.write_comparisons(formatter)?;
        let fetches = self.measured.iter().filter(|measured| measured.server == OURS && measured.key_fetches > 0);
        for Measured { workload, server, key_fetches, .. } in fetches {
            writeln!(formatter, "\n{workload}, {server}: {key_fetches} fetches of keys")?;
        }
        match &self.resident {
            Some(resident) => write_resident(formatter, resident),
            None => Ok(()),
        }
    }
}

impl Report {
    fn write_comparisons(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let comparisons = self.comparisons();
        if comparisons.is_empty() {
            return Ok(());
        }
        writeln!(formatter, "\n| | processor | p50 | p99 |\n| --- | --- | --- | --- |")?;
        for (what, of, to) in comparisons {
            let [processor, p50, p99] = [PROCESSOR, P50, P99].map(|figure| of.ratio(to, figure));
            writeln!(formatter, "| {what} | {processor:.2} | {p50:.2} | {p99:.2} |")?;
        }
        Ok(())
    }

    fn write_row(&self, formatter: &mut fmt::Formatter<'_>, measured: &Measured) -> fmt::Result {
        let Measured { tasks, workload, server, .. } = measured;
        write!(formatter, "| {tasks} | {workload} | {server} ")?;
        write!(formatter, "| {:.1} | {:.0} ", measured.median(PROCESSOR), measured.median(P50))?;
        write!(formatter, "| {:.0} | {:.0} ", measured.median(P99), measured.median(THROUGHPUT))?;
        write!(formatter, "| {:.1} ", measured.median(MEMORY))?;
        match self.find(*tasks, workload, BARE) {
            Some(bare) => {
                let ratios = [PROCESSOR, THROUGHPUT, P99].map(|figure| measured.ratio(bare, figure));
                writeln!(formatter, "| {:.2} | {:.2} | {:.2} |", ratios[0], ratios[1], ratios[2])
            }
            None => writeln!(formatter, "| | | |"),
        }
    }
}

fn write_resident(formatter: &mut fmt::Formatter<'_>, resident: &Resident) -> fmt::Result {
    let Resident { ready, at_rest, with_connections, streams, with_streams, each_stream } = resident;
    let mebibytes = |kib: &u64| micros(*kib) / 1024.0;
    writeln!(formatter, "\n| | |\n| --- | --- |\n| ready after | {ready:.1} ms |")?;
    writeln!(formatter, "| resident at rest | {:.1} MiB |", mebibytes(at_rest))?;
    writeln!(formatter, "| resident with 300 connections | {:.1} MiB |", mebibytes(with_connections))?;
    writeln!(formatter, "| resident with {streams} event streams | {:.1} MiB |", mebibytes(with_streams))?;
    writeln!(formatter, "| each stream | {each_stream:.1} KiB |")
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        even if even.is_multiple_of(2) => f64::midpoint(values[even / 2 - 1], values[even / 2]),
        odd => values[odd / 2],
    }
}

#[expect(clippy::cast_precision_loss, reason = "times and sizes of a few seconds' runs")]
fn micros(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_an_even_number_is_between_two() {
        assert_eq!(median([4.0, 1.0, 3.0, 2.0].into_iter()), 2.5);
        assert_eq!(median([9.0, 1.0, 3.0].into_iter()), 3.0);
    }

    #[test]
    fn rounds_are_compared_with_their_own_and_not_with_the_median() {
        let took = |processor| Took { answers: 1, throughput: 1.0, p50: 1, p99: 1, processor, memory: 1 };
        let of = |server, figures: [f64; 3]| Measured {
            tasks: 1,
            workload: "list".into(),
            server,
            rounds: figures.map(took).into(),
            key_fetches: 0,
        };
        // The machine is slower each time.
        let ratio = of("tenantry", [30.0, 60.0, 90.0]).ratio(&of(BARE, [20.0, 40.0, 60.0]), PROCESSOR);
        assert_eq!(ratio, 1.5);
    }
}
