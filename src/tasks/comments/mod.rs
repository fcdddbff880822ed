//! Comments: what people say about a task. Whoever sees the task may comment on it; nobody changes another's words.
//!
//! A task's comments share its fate: in the trash nobody sees them, restored they are there again.

mod change;
mod list;
pub mod routes;
mod wire;

use serde_json::json;

use super::entity::comment::Model;
use crate::audit::{Action, Entry, Origin, Target};
use crate::error::Error;

/// No such comment on this task.
const NO_COMMENT: Error = Error::NotFound { code: "comment_not_found", detail: "Comment not found." };

/// That something became of a comment, as something that happened to its task: which and whose, and none of its words.
fn entry(origin: &Origin, action: Action, comment: &Model) -> Entry {
    let which = json!({ "comment_id": comment.id, "author_id": comment.author_id });
    let entry = Entry::new(origin, action, Target::task(comment.task_id));
    if action == Action::CommentDeleted { entry.before(&which) } else { entry.after(&which) }
}
