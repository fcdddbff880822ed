//! Pictures for people and organizations: a letter on a colour, made on the spot.

use axum::{
    extract::State,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    response::IntoResponse,
};

use crate::{Emulator, Result, extract::Path, page::escape};

pub(crate) async fn picture(State(emulator): State<Emulator>, Path(id): Path<String>) -> Result<impl IntoResponse> {
    let name = emulator.organization(&id).map(|found| found.name);
    let name = name.or_else(|_| emulator.user(&id).map(|found| found.display_name()))?;
    let letter: String = name.chars().take(1).flat_map(char::to_uppercase).collect();
    let hue = id.bytes().fold(0_u32, |sum, byte| sum * 31 % 360 + u32::from(byte)) % 360;
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 64\">\
         <rect width=\"64\" height=\"64\" fill=\"hsl({hue} 45% 45%)\"/>\
         <text x=\"32\" y=\"43\" font-family=\"sans-serif\" font-size=\"32\" \
         text-anchor=\"middle\" fill=\"#fff\">{}</text></svg>",
        escape(&letter)
    );
    let headers = [(CONTENT_TYPE, "image/svg+xml"), (CACHE_CONTROL, "public, max-age=3600")];
    Ok((headers, svg))
}
