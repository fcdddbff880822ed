//! What a preview says: nobody's data.

use super::{Kind, Words};

/// Words for a preview.
pub fn words(kind: Kind) -> Words {
    Words {
        recipient: "Bob Baker".into(),
        organization: "Oak & Sons".into(),
        task: "Measure the stairwell".into(),
        by: "Ada Archer".into(),
        limit: "tasks",
        app: Some("https://app.example.com".into()),
        unsubscribe: format!("https://api.example.com/mail/unsubscribe/sample-{}", kind.name()),
    }
}
