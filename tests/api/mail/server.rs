//! A mail server: as much of SMTP as a client needs, and what it was given.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use base64::Engine;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A mail server on a port of this machine.
#[derive(Debug, Clone)]
pub struct Server {
    address: SocketAddr,
    inside: Arc<Mutex<Inside>>,
}

#[derive(Debug, Default)]
struct Inside {
    received: Vec<Received>,
    /// What the next messages are answered with after their last line, instead of being taken.
    refusals: VecDeque<&'static str>,
    refused: Vec<Received>,
}

/// A message as it came.
#[derive(Debug, Clone, Default)]
pub struct Received {
    pub from: String,
    pub to: Vec<String>,
    pub raw: String,
}

impl Server {
    /// On any free port.
    pub async fn start() -> Self {
        Self::at("127.0.0.1:0".parse().unwrap()).await
    }

    /// At an address where there was none yet.
    pub async fn at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let server = Self { address: listener.local_addr().unwrap(), inside: Arc::default() };
        let inside = server.inside.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, inside.clone()));
            }
        });
        server
    }

    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// Answers the next message with this and does not take it.
    pub fn refuse(&self, reply: &'static str) {
        self.inside.lock().unwrap().refusals.push_back(reply);
    }

    /// What was taken since the last time.
    pub fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.inside.lock().unwrap().received)
    }

    /// What was refused since the last time.
    pub fn take_refused(&self) -> Vec<Received> {
        std::mem::take(&mut self.inside.lock().unwrap().refused)
    }
}

async fn converse(stream: TcpStream, inside: Arc<Mutex<Inside>>) -> std::io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader);
    let mut message = Received::default();
    writer.write_all(b"220 ready\r\n").await?;
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let command = line.trim_end().to_owned();
        let address = || command.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        let reply = match command.get(..4).unwrap_or_default().to_uppercase().as_str() {
            "EHLO" => "250-here\r\n250 8BITMIME",
            "MAIL" => {
                message = Received { from: address(), ..Received::default() };
                "250 ok"
            }
            "RCPT" => {
                message.to.push(address());
                "250 ok"
            }
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await?;
                message.raw = data(&mut lines).await?;
                judge(&inside, message.clone())
            }
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        writer.write_all(format!("{reply}\r\n").as_bytes()).await?;
    }
}

fn judge(inside: &Mutex<Inside>, message: Received) -> &'static str {
    let mut inside = inside.lock().unwrap();
    match inside.refusals.pop_front() {
        Some(refusal) => {
            inside.refused.push(message);
            refusal
        }
        None => {
            inside.received.push(message);
            "250 taken"
        }
    }
}

/// Everything up to the line with a dot alone.
async fn data(lines: &mut (impl AsyncBufReadExt + AsyncReadExt + Unpin)) -> std::io::Result<String> {
    let mut whole = String::new();
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).await? == 0 || line == ".\r\n" {
            return Ok(whole);
        }
        whole.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}

impl Received {
    /// A header, its lines put together; fails when it is there twice.
    pub fn header(&self, name: &str) -> Option<String> {
        let (head, _) = self.raw.split_once("\r\n\r\n").unwrap();
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let mut values = unfolded.lines().filter_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        });
        let value = values.next();
        assert_eq!(values.next(), None, "{name} twice in {head}");
        value
    }

    /// The plain text.
    pub fn text(&self) -> String {
        self.part("text/plain")
    }

    /// The HTML.
    pub fn html(&self) -> String {
        self.part("text/html")
    }

    fn part(&self, kind: &str) -> String {
        let content_type = self.header("content-type").unwrap();
        let boundary = content_type.split("boundary=\"").nth(1).unwrap().split('"').next().unwrap();
        let part =
            self.raw.split(&format!("--{boundary}")).find(|part| part.contains(&format!("Content-Type: {kind}")));
        let (head, body) =
            part.unwrap_or_else(|| panic!("no {kind} in {}", self.raw)).trim_start().split_once("\r\n\r\n").unwrap();
        match head.to_lowercase().split("transfer-encoding: ").nth(1).and_then(|rest| rest.lines().next()) {
            Some("quoted-printable") => quoted_printable(body),
            Some("base64") => {
                let bytes =
                    base64::prelude::BASE64_STANDARD.decode(body.split_whitespace().collect::<String>()).unwrap();
                String::from_utf8(bytes).unwrap()
            }
            _ => body.replace("\r\n", "\n"),
        }
    }
}

fn quoted_printable(text: &str) -> String {
    let joined = text.replace("=\r\n", "");
    let (mut bytes, mut rest) = (Vec::new(), joined.as_bytes());
    while let Some((first, tail)) = rest.split_first() {
        match (first, tail) {
            (b'=', [high, low, tail @ ..]) => {
                let digits = String::from_utf8(vec![*high, *low]).unwrap();
                bytes.push(u8::from_str_radix(&digits, 16).unwrap());
                rest = tail;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
}
