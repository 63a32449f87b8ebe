//! Files that are uploaded by tus: over HTTP on both ways of running, and what becomes of them with time.

mod joined;
mod pieces;
mod swept;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, RequestBuilder, Response};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

/// A program of which nobody asks for suggestions, with a curator.
async fn program(on: On) -> Program {
    let mut program = match on {
        On::Embedded => Program::new(on).await,
        On::Servers => Program::without_graph(),
    };
    program.set("REELGRAPH_UPLOAD_QUOTA", "1");
    program.create_user("curator@example.org", "curator").await;
    program
}

/// Somebody who uploads, by a token.
struct Sender {
    client: reqwest::Client,
    address: String,
    token: String,
}

impl Sender {
    async fn log_in(site: &Site, email: &str) -> Self {
        let mut visitor = Visitor::of(site);
        visitor.log_in_app(email).await;
        let token = visitor.bearer.unwrap();
        Self {
            client: reqwest::Client::new(),
            address: site.address.clone(),
            token,
        }
    }

    /// A request that speaks tus.
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let address = format!("{}{path}", self.address);
        let request = self.client.request(method, address);
        request
            .bearer_auth(&self.token)
            .header("tus-resumable", "1.0.0")
    }

    /// Begins an upload of so many bytes; where it is.
    async fn begin(&self, size: usize, headers: &[(&str, &str)]) -> String {
        let mut request = self.request(Method::POST, "/uploads");
        request = request.header("upload-length", size);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 201);
        header(&answer, "location")
    }

    /// Sends a piece, which begins at a byte of the file.
    fn piece(&self, upload: &str, offset: usize, bytes: &[u8]) -> RequestBuilder {
        self.request(Method::PATCH, upload)
            .header("upload-offset", offset)
            .header("content-type", "application/offset+octet-stream")
            .body(bytes.to_vec())
    }

    /// Where an upload goes on.
    async fn offset(&self, upload: &str) -> usize {
        let answer = self.request(Method::HEAD, upload).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(header(&answer, "cache-control"), "no-store");
        header(&answer, "upload-offset").parse().unwrap()
    }

    /// Sends the beginning of a piece, and leaves the rest of it to come.
    async fn hold(&self, upload: &str, offset: usize, bytes: &[u8]) -> TcpStream {
        let host = self.address.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).await.unwrap();
        let head = format!(
            "PATCH {upload} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {}\r\nTus-Resumable: 1.0.0\r\n\
             Upload-Offset: {offset}\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: {}\r\n\r\n",
            self.token,
            bytes.len() + 1,
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream.flush().await.unwrap();
        stream
    }
}

fn header(answer: &Response, name: &str) -> String {
    let value = answer.headers().get(name);
    let value = value.unwrap_or_else(|| panic!("no {name} in {answer:?}"));
    value.to_str().unwrap().to_owned()
}

/// The status of an answer.
async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

/// Metadata with these values.
fn metadata(pairs: &[(&str, &str)]) -> String {
    let pairs = pairs
        .iter()
        .map(|(key, value)| format!("{key} {}", STANDARD.encode(value)));
    pairs.collect::<Vec<_>>().join(",")
}

/// Some bytes that do not repeat.
fn film(size: usize) -> Vec<u8> {
    let words = (0_u32..).flat_map(u32::to_be_bytes);
    words.take(size).collect()
}
