//! A Clerk with an organization, and any number of processes over one PostgreSQL.

use std::path::Path;

use clerk_emulator::{Emulator, NewOrganization, NewUser, Seed, TokenRequest};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::database::{Database, Scratch};
use crate::program::Program;

pub const ORIGIN: &str = "http://localhost:3000";
const PERMISSIONS: &[&str] = &["org:tasks:view", "org:tasks:create"];

/// A Clerk with an organization, and the database of all processes.
pub struct World {
    pub clerk: Emulator,
    pub organization: String,
    pub database: Scratch,
    pub client: reqwest::Client,
}

/// A process, its address and its folder.
pub struct Process {
    pub program: Program,
    pub base: String,
    _folder: TempDir,
}

/// Somebody with a token.
pub struct Member {
    pub user: String,
    pub token: String,
}

impl World {
    pub async fn new() -> Self {
        let clerk = Emulator::builder().seed(Seed::empty()).authorized_party(ORIGIN).build().unwrap();
        clerk.spawn(TcpListener::bind("127.0.0.1:0").await.unwrap()).await.unwrap();
        clerk.create_role("org:editor", PERMISSIONS).unwrap();
        clerk.create_role("org:viewer", &PERMISSIONS[..1]).unwrap();
        let database = Database::Postgres.scratch().await;
        let mut world = Self { clerk, organization: String::new(), database, client: reqwest::Client::new() };
        world.organization = world.new_organization();
        world
    }

    pub fn new_user(&self) -> String {
        self.clerk.create_user(NewUser::default()).unwrap().id
    }

    pub fn new_organization(&self) -> String {
        let new = NewOrganization {
            name: "Acme".into(),
            created_by: Some(self.new_user()),
            max_allowed_memberships: Some(0),
            ..NewOrganization::default()
        };
        self.clerk.create_organization(new).unwrap().id
    }

    pub fn member_of(&self, organization: &str) -> Member {
        let user = self.new_user();
        self.clerk.add_member(organization, &user, "org:editor").unwrap();
        Member { token: self.token(&user, organization), user }
    }

    pub fn member(&self) -> Member {
        self.member_of(&self.organization)
    }

    pub fn token(&self, user: &str, organization: &str) -> String {
        self.clerk.session_token(TokenRequest::for_user(user).organization(organization).lifetime(3600)).unwrap()
    }

    /// Starts a process with these variables besides those that all have.
    pub async fn start(&self, variables: &[(&str, &str)]) -> Process {
        let folder = tempfile::tempdir().unwrap();
        let (program, base) = self.serve(folder.path(), variables).await;
        Process { program, base, _folder: folder }
    }

    async fn serve(&self, folder: &Path, variables: &[(&str, &str)]) -> (Program, String) {
        let keys = format!("{}/.well-known/jwks.json", self.clerk.base_url());
        let (issuer, secret) = (self.clerk.issuer(), self.clerk.webhook_secret());
        let mut all = vec![
            ("APP_ENV", "local"),
            ("HOST", "127.0.0.1"),
            ("PORT", "0"),
            ("LOG_FORMAT", "json"),
            ("DATABASE_URL", self.database.config.url.expose()),
            ("CLERK_ISSUER", &*issuer),
            ("CLERK_JWKS_URL", &*keys),
            ("CLERK_WEBHOOK_SIGNING_SECRET", &*secret),
            ("CLERK_AUTHORIZED_PARTIES", ORIGIN),
        ];
        all.extend_from_slice(variables);
        let mut program = Program::start(folder, &["serve"], &all);
        let address = program.until("the address", async |program| listening(&program.errors())).await;
        let base = format!("http://{address}");
        program.until_ready(&base).await;
        (program, base)
    }

    /// Has the local Clerk send its webhooks to a process.
    pub fn tell(&self, process: &Process) {
        let url = format!("{}/api/webhooks/clerk", process.base);
        self.clerk.add_webhook_endpoint(url, &self.clerk.webhook_secret()).unwrap();
        self.clerk.announce_all().unwrap();
    }
}

/// The address in the log line that tells of it.
fn listening(log: &str) -> Option<String> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.into_iter().find_map(|line| Some(line["address"].as_str()?.to_owned()))
}
