//! A Clerk that outlives the program, its organizations and people, and the program itself over any database.

use clerk_emulator::{Emulator, NewOrganization, NewUser, Seed, TokenRequest, sign_event};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::answer::Answer;
use crate::program::Program;

pub const ORIGIN: &str = "http://localhost:3000";

/// What an `org:editor` may do.
const EDITS: &[&str] = &["org:tasks:view", "org:tasks:create", "org:tasks:edit", "org:tasks:delete"];

/// A Clerk, and what clients use.
pub struct World {
    pub clerk: Emulator,
    pub client: Client,
}

/// Somebody in an organization.
#[derive(Debug, Clone)]
pub struct Person {
    pub user: String,
    pub organization: String,
    pub token: String,
}

/// The running program.
pub struct Server {
    pub program: Program,
    pub base: String,
    _folder: TempDir,
}

impl World {
    pub async fn new() -> Self {
        Self::with(Seed::empty()).await
    }

    /// With what a Clerk has at first.
    pub async fn with(seed: Seed) -> Self {
        let clerk = Emulator::builder().seed(seed).authorized_party(ORIGIN).build().unwrap();
        clerk.spawn(TcpListener::bind("127.0.0.1:0").await.unwrap()).await.unwrap();
        clerk.create_role("org:editor", EDITS).unwrap();
        let client = Client::builder().timeout(std::time::Duration::from_secs(30)).build().unwrap();
        Self { clerk, client }
    }

    /// Somebody who has just made an organization, without a limit of members.
    pub fn admin(&self, name: &str) -> Person {
        let user = self.new_user();
        let new = NewOrganization {
            name: name.into(),
            created_by: Some(user.clone()),
            max_allowed_memberships: Some(0),
            ..NewOrganization::default()
        };
        let organization = self.clerk.create_organization(new).unwrap().id;
        self.person(user, organization)
    }

    /// Somebody new who may edit.
    pub fn editor(&self, organization: &str) -> Person {
        let user = self.new_user();
        self.clerk.add_member(organization, &user, "org:editor").unwrap();
        self.person(user, organization.to_owned())
    }

    fn new_user(&self) -> String {
        self.clerk.create_user(NewUser::default()).unwrap().id
    }

    fn person(&self, user: String, organization: String) -> Person {
        let request = TokenRequest::for_user(&user).organization(&organization).lifetime(3600);
        let token = self.clerk.session_token(&request).unwrap();
        Person { user, organization, token }
    }

    /// `serve` over a database, once it can serve; with more variables, which win.
    pub async fn serve(&self, database_url: &str, variables: &[(&str, &str)]) -> Server {
        self.serve_by(database_url, variables, Program::start).await
    }

    /// The same, started in another way.
    pub async fn serve_by(
        &self,
        database_url: &str,
        variables: &[(&str, &str)],
        start: impl FnOnce(&std::path::Path, &[&str], &[(&str, &str)]) -> Program,
    ) -> Server {
        let folder = tempfile::tempdir().unwrap();
        let keys = format!("{}/.well-known/jwks.json", self.clerk.base_url());
        let (issuer, key, secret) = (self.clerk.issuer(), self.clerk.secret_key(), self.clerk.webhook_secret());
        let api = self.clerk.base_url();
        let mut all = vec![
            ("APP_ENV", "local"),
            ("HOST", "127.0.0.1"),
            ("PORT", "0"),
            ("LOG_FORMAT", "json"),
            ("DATABASE_URL", database_url),
            ("CLERK_ISSUER", &issuer),
            ("CLERK_JWKS_URL", &keys),
            ("CLERK_API_URL", &api),
            ("CLERK_SECRET_KEY", &key),
            ("CLERK_WEBHOOK_SIGNING_SECRET", &secret),
            ("CLERK_AUTHORIZED_PARTIES", ORIGIN),
        ];
        all.extend_from_slice(variables);
        let mut program = start(folder.path(), &["serve"], &all);
        let address = program.until("the address", async |program| listening(&program.errors())).await;
        let base = format!("http://{address}");
        program.until_ready(&base).await;
        Server { program, base, _folder: folder }
    }

    /// Has the local Clerk send its webhooks to a server, all that is known first.
    pub fn tell(&self, server: &Server) {
        let url = format!("{}/api/webhooks/clerk", server.base);
        self.clerk.add_webhook_endpoint(url, &self.clerk.webhook_secret()).unwrap();
        self.clerk.announce_all().unwrap();
    }

    /// Delivers what happened at Clerk since the last time, to this server and no other.
    pub async fn deliver(&self, server: &Server) {
        for event in self.clerk.take_events() {
            let signed = sign_event(&self.clerk.webhook_secret(), event.to_string().as_bytes()).unwrap();
            let request = self.client.post(format!("{}/api/webhooks/clerk", server.base)).headers(signed.headers);
            assert_eq!(request.body(signed.body).send().await.unwrap().status(), 200, "{event}");
        }
    }

    /// A request of somebody's.
    pub fn request(&self, base: &str, who: &Person, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{base}{path}")).bearer_auth(&who.token)
    }

    /// Reads, and has the whole answer.
    pub async fn get(&self, server: &Server, who: &Person, path: &str) -> Answer {
        let request = self.request(&server.base, who, Method::GET, path);
        Answer::read(request.send().await.unwrap()).await.unwrap()
    }

    /// Sends a body, and has the whole answer.
    pub async fn send(&self, server: &Server, who: &Person, method: Method, path: &str, body: &Value) -> Answer {
        let request = self.request(&server.base, who, method, path).json(body);
        Answer::read(request.send().await.unwrap()).await.unwrap()
    }
}

/// The address in the log line that tells of it.
fn listening(log: &str) -> Option<String> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.into_iter().find_map(|line| Some(line["address"].as_str()?.to_owned()))
}
