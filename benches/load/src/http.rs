//! Just enough of HTTP/1.1 to ask without costing much: requests are bytes, and of an answer its status and body are read.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// A connection, kept alive.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer, in the connection's buffer.
pub struct Answer<'a> {
    pub status: u16,
    head: &'a str,
    pub body: &'a [u8],
}

impl Answer<'_> {
    /// A header, by its name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(self.head, name)
    }

    /// Fails, saying what was answered, unless the status is this.
    pub fn expect(&self, status: u16) -> Result<()> {
        ensure!(self.status == status, "{}, not {status}: {}", self.status, String::from_utf8_lossy(self.body));
        Ok(())
    }
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(32 * 1024) })
    }

    /// Sends a request, and reads the whole answer.
    pub async fn ask(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        let head = self.begin(request).await?;
        let (status, length) = {
            let head = std::str::from_utf8(&self.buffer[..head])?;
            let length = header(head, "content-length").context("an answer without a length")?;
            (status(head)?, length.parse::<usize>()?)
        };
        while self.buffer.len() < head + length {
            self.read().await?;
        }
        ensure!(self.buffer.len() == head + length, "more than one answer");
        let head_text = std::str::from_utf8(&self.buffer[..head])?;
        Ok(Answer { status, head: head_text, body: &self.buffer[head..] })
    }

    /// Sends a request whose answer goes on and on, and reads its status.
    pub async fn listen(&mut self, request: &[u8]) -> Result<u16> {
        let head = self.begin(request).await?;
        status(std::str::from_utf8(&self.buffer[..head])?)
    }

    /// Sends a request, and reads until the answer's head is there; says where that ends.
    async fn begin(&mut self, request: &[u8]) -> Result<usize> {
        self.buffer.clear();
        self.stream.write_all(request).await?;
        loop {
            self.read().await?;
            if let Some(at) = self.buffer.windows(END_OF_HEAD.len()).position(|window| window == END_OF_HEAD) {
                return Ok(at + END_OF_HEAD.len());
            }
        }
    }

    async fn read(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the connection was closed");
        }
        Ok(())
    }
}

fn status(head: &str) -> Result<u16> {
    let status = head.split(' ').nth(1).context("no status")?;
    Ok(status.parse()?)
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    lines.find_map(|(known, value)| known.eq_ignore_ascii_case(name).then(|| value.trim()))
}

/// A GET request, with a token or without.
pub fn get(path: &str, token: Option<&str>) -> Vec<u8> {
    let token = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{token}\r\n").into_bytes()
}

/// A POST request with a JSON body, and more headers, each with its line's end.
pub fn post(path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    request
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// A connection to somebody who, once asked, says these pieces and hangs up.
    async fn told(pieces: &'static [&'static str]) -> Connection {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 1024]).await.unwrap();
            for piece in pieces {
                stream.write_all(piece.as_bytes()).await.unwrap();
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        });
        Connection::open(address).await.unwrap()
    }

    #[tokio::test]
    async fn an_answer_is_read_whole_however_it_comes() {
        let mut connection = told(&["HTTP/1.1 201 Cre", "ated\r\nContent-Length: 4\r\n\r", "\nab", "cd"]).await;
        let answer = connection.ask(&get("/", None)).await.unwrap();
        assert_eq!((answer.status, answer.body), (201, b"abcd".as_slice()));
        assert_eq!(answer.header("content-length"), Some("4"));
        assert!(answer.expect(200).is_err());
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_and_one_too_many_are_none() {
        for pieces in [
            ["HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nab"].as_slice(),
            ["HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nabcd"].as_slice(),
        ] {
            assert!(told(pieces).await.ask(&get("/", None)).await.is_err(), "{pieces:?}");
        }
    }
}
