//! What a command prints may be piped to something that stops reading.

use std::process::{Command, Stdio};

#[test]
fn a_command_whose_reader_has_gone_ends_quietly() {
    // The document is larger than a pipe, so that the command cannot have finished before it notices.
    let mut child = Command::new(env!("CARGO_BIN_EXE_tenantry"))
        .arg("openapi")
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());

    let ended = child.wait_with_output().unwrap();

    assert_eq!(String::from_utf8_lossy(&ended.stderr), "", "no panic, no complaint");
}
