//! Whether what one instance learns reaches the others at once: a notification to ourselves.

use crate::directory::access_change::try_to_hear;
use crate::doctor::Case;
use crate::doctor::finding::{Looked, Verdict};

pub(in crate::doctor) async fn look(case: &Case) -> Looked {
    let db = case.db().await?;
    if !case.is_postgres() {
        return Ok(Verdict::ok("SQLite tells nobody; changes are read twice a second"));
    }
    let heard = try_to_hear(&case.config.database.direct_url, db).await;
    heard.map_err(|why| {
        let mend =
            "set DATABASE_DIRECT_URL to the database past any pooler; until then changes are read twice a second";
        Verdict::warning(why, mend)
    })?;
    Ok(Verdict::ok("a notification to ourselves arrives"))
}
