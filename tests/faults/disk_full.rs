//! The disk under an SQLite file is full, and then it is not.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use sea_orm::{ConnectOptions, Database, DatabaseConnection};

use crate::ledger::{assert_sound, assert_whole};
use crate::load::Load;
use crate::program::Program;
use crate::tools;
use crate::world::World;

const ROUNDS: usize = 4;

/// A file system of eight megabytes that only the program sees, and that is gone with it.
const SMALL_DISK: &str = "mount -t tmpfs -o size=8m tmpfs \"$0\" && exec \"$@\"";

/// What lets a command mount something for itself alone: root may, others as root of a namespace of their own.
fn unshare() -> Option<Command> {
    let candidates: [&[&str]; 2] = [&["--mount"], &["--user", "--map-root-user", "--mount"]];
    let program = tools::program("unshare", &["/usr/bin"])?;
    let works = |arguments: &&[&str]| {
        let mut probe = Command::new(&program);
        probe.args(*arguments).args(["/bin/sh", "-c", "mount -t tmpfs tmpfs /mnt"]).stderr(Stdio::null());
        probe.status().is_ok_and(|status| status.success())
    };
    let arguments = candidates.into_iter().find(works)?;
    let mut command = Command::new(&program);
    command.args(arguments);
    Some(command)
}

/// The disk as the program sees it.
struct Disk(PathBuf);

impl Disk {
    fn of(process: u32, folder: &Path) -> Self {
        Self(Path::new("/proc").join(process.to_string()).join("root").join(folder.strip_prefix("/").unwrap()))
    }

    /// Writes until there is no room for a byte.
    fn fill(&self) {
        let mut filler = File::create(self.0.join("filler")).unwrap();
        for size in [64 * 1024, 1] {
            while filler.write_all(&vec![1; size]).is_ok() {}
        }
    }

    fn give_back(&self) {
        std::fs::remove_file(self.0.join("filler")).unwrap();
    }

    /// Takes the database to where everybody sees it, while nobody writes.
    fn copy(&self, to: &Path) {
        for name in ["test.db", "test.db-wal"] {
            std::fs::copy(self.0.join(name), to.join(name)).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_writes_and_loses_none() {
    let Some(mut command) = unshare() else {
        return tools::left_out("nobody may mount a small disk here (user namespaces are off)");
    };
    let mount = tempfile::tempdir().unwrap();
    let world = Arc::new(World::new().await);
    let people: Vec<_> = ["Acme", "Rival"].map(|name| world.admin(name)).into();
    let url = format!("sqlite://{}/test.db?mode=rwc", mount.path().display());
    command.args(["/bin/sh", "-c", SMALL_DISK]).arg(mount.path()).arg(env!("CARGO_BIN_EXE_tenantry"));
    let start = |folder: &Path, arguments: &[&str], variables: &[(&str, &str)]| {
        Program::start_by(command, folder, arguments, variables)
    };
    let server = world.serve_by(&url, &[("AUTO_MIGRATE", "true")], start).await;
    let disk = Disk::of(server.program.id(), mount.path());
    let load = Load::start(&world, &server.base, &people);
    for _ in 0..ROUNDS {
        load.until_more(20).await;
        disk.fill();
        load.until_told("503 database_unavailable", 12).await;
        load.until_told("200", 6).await;
        disk.give_back();
    }
    load.until_more(20).await;
    let seen = load.stop().await;

    let copy = tempfile::tempdir().unwrap();
    disk.copy(copy.path());
    let url = format!("sqlite://{}/test.db", copy.path().display());
    let db = open(&url).await;
    assert_sound(&db).await;
    assert_whole(&db, &url, &seen).await;
}

async fn open(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.unwrap()
}
