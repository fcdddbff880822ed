//! What is looked at when somebody reads the metrics, and costs nothing until then.

use opentelemetry::KeyValue;

use super::Metrics;

/// One reading: a value under at most one label.
pub type Reading<T> = (Option<KeyValue>, T);

impl Metrics {
    /// A number that goes up and down. `unit` as in UCUM, annotations in braces.
    pub fn gauge<F, I>(&self, name: &'static str, unit: &'static str, description: &'static str, read: F)
    where
        F: Fn() -> I + Send + Sync + 'static,
        I: IntoIterator<Item = Reading<f64>>,
    {
        let Some(instruments) = &self.0 else { return };
        let gauge = instruments.meter.f64_observable_gauge(name).with_unit(unit).with_description(description);
        gauge
            .with_callback(move |observer| {
                for (label, value) in read() {
                    observer.observe(value, label.as_slice());
                }
            })
            .build();
    }

    /// A number that only grows while the process lives.
    pub fn total<F, I>(&self, name: &'static str, description: &'static str, read: F)
    where
        F: Fn() -> I + Send + Sync + 'static,
        I: IntoIterator<Item = Reading<u64>>,
    {
        let Some(instruments) = &self.0 else { return };
        let counter = instruments.meter.u64_observable_counter(name).with_description(description);
        counter
            .with_callback(move |observer| {
                for (label, value) in read() {
                    observer.observe(value, label.as_slice());
                }
            })
            .build();
    }
}
