//! The program `tenantry serve` with a local Clerk beside it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, OnceLock};

use clerk_emulator::{Emulator, NewUser, Seed, SigningKey};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// The origin of the front end, which is the authorized party.
pub const ORIGIN: &str = "https://app.example.com";

/// The API on a free port.
pub struct Service {
    pub clerk: Emulator,
    pub url: String,
    client: reqwest::Client,
    program: Child,
    _folder: TempDir,
}

impl Service {
    /// Starts both; the API listens when this returns.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// The same with further settings of the API.
    pub async fn with(further: &[(&str, &str)]) -> Self {
        let clerk = local_clerk().await;
        let folder = tempfile::tempdir().unwrap();
        let settings = [
            ("PATH", std::env::var("PATH").unwrap_or_default()),
            ("APP_ENV", "local".into()),
            ("HOST", "127.0.0.1".into()),
            ("PORT", "0".into()),
            ("LOG_FORMAT", "json".into()),
            ("LOG_LEVEL", "info".into()),
            ("DATABASE_URL", format!("sqlite://{}?mode=rwc", folder.path().join("sdk.db").display())),
            ("AUTO_MIGRATE", "true".into()),
            ("CLERK_ISSUER", clerk.issuer()),
            ("CLERK_JWKS_URL", format!("{}/.well-known/jwks.json", clerk.base_url())),
            ("CLERK_API_URL", clerk.base_url()),
            ("CLERK_SECRET_KEY", clerk.secret_key()),
            ("CLERK_WEBHOOK_SIGNING_SECRET", clerk.webhook_secret()),
            ("CLERK_AUTHORIZED_PARTIES", ORIGIN.into()),
        ];
        let mut program = Command::new(env!("CARGO_BIN_EXE_tenantry"))
            .arg("serve")
            // A `.env` in the tree must not be found.
            .current_dir(folder.path())
            .env_clear()
            .envs(settings)
            .envs(further.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = program.stderr.take().unwrap();
        let address = tokio::task::spawn_blocking(|| address_in(log)).await.unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { clerk, url: format!("http://{address}"), client, program, _folder: folder }
    }

    /// What scripts must know of the local Clerk.
    pub fn instance(&self) -> Value {
        json!({
            "api_url": self.clerk.base_url(),
            "secret_key": self.clerk.secret_key(),
            "publishable_key": self.clerk.publishable_key(),
            "jwt_key": self.clerk.public_key_pem(),
            "origin": ORIGIN,
        })
    }

    /// `GET /api/me` with a token: the status, the code of a problem, and the body.
    pub async fn me(&self, token: &str) -> (String, Value) {
        let answer = self.client.get(format!("{}/api/me", self.url)).bearer_auth(token).send().await.unwrap();
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.unwrap();
        let summary = match body["code"].as_str() {
            Some(code) if status >= 400 => format!("{status} {code}"),
            _ => status.to_string(),
        };
        (summary, body)
    }

    /// A new person at the local Clerk.
    pub fn person(&self, name: &str) -> String {
        let new = NewUser { first_name: Some(name.into()), ..NewUser::with_email(format!("{name}@example.com")) };
        self.clerk.create_user(new).unwrap().id
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// Reads the log until it tells the address, and empties the pipe from then on.
fn address_in(log: impl std::io::Read + Send + 'static) -> String {
    let mut lines = BufReader::new(log).lines().map_while(Result::ok);
    let mut seen = Vec::new();
    for line in lines.by_ref() {
        let event: Value = serde_json::from_str(&line).unwrap_or_default();
        if let (Some("listening"), Some(address)) = (event["message"].as_str(), event["address"].as_str()) {
            let address = address.to_owned();
            std::thread::spawn(move || lines.for_each(drop));
            return address;
        }
        seen.push(line);
    }
    panic!("the program stopped before it listened:\n{}", seen.join("\n"));
}

async fn local_clerk() -> Emulator {
    // Making a key takes longer than most tests.
    static KEY: OnceLock<Arc<SigningKey>> = OnceLock::new();
    let key = KEY.get_or_init(|| Arc::new(SigningKey::generate().unwrap())).clone();
    let clerk = Emulator::builder().seed(Seed::empty()).signing_key(key).authorized_party(ORIGIN).build().unwrap();
    clerk.spawn(TcpListener::bind("127.0.0.1:0").await.unwrap()).await.unwrap();
    clerk
}
