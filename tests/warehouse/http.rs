//! Just enough HTTP/1.1: one request a connection.

use std::io::{self, BufReader, Read, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// A request or an answer: its first line, its headers, its body.
#[derive(Clone, Debug, Default)]
pub struct Message {
    pub first: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Message {
    /// Reads a message to the end that its headers tell.
    pub fn read(from: impl Read) -> io::Result<Self> {
        let mut reader = BufReader::new(from);
        let mut message = Self::read_head(&mut reader)?;
        match message.header("content-length").and_then(|n| n.parse::<usize>().ok()) {
            Some(len) => {
                message.body.resize(len, 0);
                reader.read_exact(&mut message.body)?;
            }
            None if message.header("transfer-encoding").is_some() => message.body = chunks(&mut reader)?,
            // An answer without a length ends with its connection; a request without one has no body.
            None if message.first.starts_with("HTTP/") && message.status() != 204 => {
                reader.read_to_end(&mut message.body)?;
            }
            None => {}
        }
        Ok(message)
    }

    fn read_head(reader: &mut impl io::BufRead) -> io::Result<Self> {
        let mut message = Self::default();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end();
            if line.is_empty() && !message.first.is_empty() {
                return Ok(message);
            }
            match line.split_once(':') {
                _ if message.first.is_empty() => line.clone_into(&mut message.first),
                Some((name, value)) => {
                    message.headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
                }
                None => {}
            }
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The bytes to send, for a connection that ends with it.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = format!("{}\r\n", self.first);
        for (name, value) in &self.headers {
            if !matches!(name.as_str(), "connection" | "content-length" | "transfer-encoding") {
                out.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        out.push_str(&format!("content-length: {}\r\nconnection: close\r\n\r\n", self.body.len()));
        let mut out = out.into_bytes();
        out.extend(&self.body);
        out
    }

    pub fn method(&self) -> &str {
        self.first.split(' ').next().unwrap_or_default()
    }

    pub fn target(&self) -> &str {
        self.first.split(' ').nth(1).unwrap_or_default()
    }

    pub fn status(&self) -> u16 {
        self.first.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or_default()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

fn chunks(reader: &mut impl io::BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let len = usize::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
        let from = body.len();
        body.resize(from + len, 0);
        reader.read_exact(&mut body[from..])?;
        reader.read_line(&mut String::new())?;
        if len == 0 {
            return Ok(body);
        }
    }
}

/// Sends a request to a port of this machine and reads the answer.
pub fn exchange(port: u16, request: &Message) -> io::Result<Message> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_mins(1)))?;
    stream.write_all(&request.bytes())?;
    Message::read(stream)
}

/// A request with a JSON body, and the JSON of its answer.
pub fn call(port: u16, method: &str, path: &str, body: &serde_json::Value) -> (u16, serde_json::Value) {
    let request = Message {
        first: format!("{method} {path} HTTP/1.1"),
        headers: vec![
            ("host".into(), format!("127.0.0.1:{port}")),
            ("content-type".into(), "application/json".into()),
        ],
        body: if body.is_null() { Vec::new() } else { body.to_string().into_bytes() },
    };
    let answer = exchange(port, &request).expect("the emulator answers");
    (answer.status(), answer.json())
}
