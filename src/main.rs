//! The program: reads its command, starts telemetry, connects, serves. No logic.

fn main() {}
