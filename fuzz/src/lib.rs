//! The properties of `tests/properties`, where the fuzz targets find them.

#[path = "../../tests/properties/holds/mod.rs"]
pub mod holds;
