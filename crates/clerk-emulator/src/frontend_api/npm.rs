//! Files of Clerk's packages for browsers, as they were installed from npm: no page has to reach the network.

use std::path::{Component, Path as FilePath, PathBuf};

use axum::{
    extract::State,
    http::{
        HeaderValue, StatusCode,
        header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE},
    },
    response::IntoResponse,
};

use crate::{ApiError, Emulator, Result, extract::Path};

/// The packages whose files a browser asks for.
const PACKAGES: [&str; 2] = ["clerk-js", "ui"];

/// `@clerk/{package}@{anything}/dist/{file}`: pages ask for a major version first and for the exact one later.
pub(super) async fn file(
    State(emulator): State<Emulator>,
    Path((package, file)): Path<(String, String)>,
) -> Result<impl IntoResponse> {
    let name = package.split('@').next().unwrap_or_default();
    let path = PACKAGES.contains(&name).then(|| place(emulator.settings().npm.as_deref(), name, &file)).flatten();
    let path = path.ok_or_else(|| missing(&package, &file))?;
    let reading = path.clone();
    let read = tokio::task::spawn_blocking(move || std::fs::read(reading)).await;
    let bytes = read.map_err(|error| ApiError::internal(&error))?.map_err(|_| missing(&package, &file))?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(kind(&path))),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
        (ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    ];
    Ok((headers, bytes))
}

/// The file inside the package's folder; `None` for a path that would lead out of it.
fn place(folder: Option<&FilePath>, package: &str, file: &str) -> Option<PathBuf> {
    let file = FilePath::new(file);
    let plain = file.components().all(|part| matches!(part, Component::Normal(_)));
    let hidden =
        file.iter().any(|part| part.as_encoded_bytes().starts_with(b".") || part.as_encoded_bytes().contains(&b'\\'));
    (plain && !hidden).then(|| folder.map(|folder| folder.join("@clerk").join(package).join("dist").join(file)))?
}

fn missing(package: &str, file: &str) -> ApiError {
    let message = format!(
        "@clerk/{package} has no file dist/{file} here: install the packages from npm, and name their node_modules folder with --npm"
    );
    ApiError::new(StatusCode::NOT_FOUND, "resource_not_found", message)
}

fn kind(path: &FilePath) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("map" | "json") => "application/json",
        Some("css") => "text/css; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_the_folder() {
        let place = |file: &str| place(Some(FilePath::new("/modules")), "ui", file);
        assert_eq!(place("a/b.js"), Some(PathBuf::from("/modules/@clerk/ui/dist/a/b.js")));
        for bad in ["../package.json", "a/../../x", "/etc/passwd", "a/.env", "..\\x", ""] {
            let found = place(bad).filter(|found| found != &PathBuf::from("/modules/@clerk/ui/dist/"));
            assert_eq!(found, None, "{bad}");
        }
    }
}
