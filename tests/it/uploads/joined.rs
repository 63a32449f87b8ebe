//! Parts that came beside each other are joined to one file, and a file is compared with its hash.

use reelgraph::domain::blobs::BlobHash;
use reqwest::{Method, Response};
use serde_json::json;

use super::{Sender, film, header, metadata, program, status};
use crate::both_ways::both_ways;
use crate::support::program::On;
use crate::support::visitor::Visitor;

both_ways!(
    parts_are_joined_to_one_file_however_often_that_is_asked,
    what_was_joined_with_a_wrong_hash_is_joined_anew,
);

/// Sends a file in parts of 300,000 bytes; where they are.
async fn send_parts(sender: &Sender, film: &[u8]) -> Vec<String> {
    let mut parts = Vec::new();
    for part in film.chunks(300_000) {
        let request = sender.request(Method::POST, "/uploads");
        let request = request
            .header("upload-concat", "partial")
            .header("upload-length", part.len())
            .header("content-type", "application/offset+octet-stream")
            .body(part.to_vec());
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 201);
        assert_eq!(header(&answer, "upload-offset"), part.len().to_string());
        parts.push(header(&answer, "location"));
    }
    parts
}

async fn join(sender: &Sender, parts: &[&str], said: &str) -> Response {
    let request = sender.request(Method::POST, "/uploads");
    let request = request
        .header("upload-concat", format!("final;{}", parts.join(" ")))
        .header("upload-metadata", said);
    request.send().await.unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    BlobHash::of(bytes).to_string()
}

async fn parts_are_joined_to_one_file_however_often_that_is_asked(on: On) {
    let program = program(on).await;
    let site = program.serve().await;
    let sender = Sender::log_in(&site, "curator@example.org").await;
    let film = film(500_000);
    let parts = send_parts(&sender, &film).await;
    let hash = sha256(&film);
    let said = metadata(&[("filename", "heat.mp4"), ("sha256", &hash)]);
    let join = async |parts: &[&str], said: &str| join(&sender, parts, said).await;
    let (first, second) = (parts[0].as_str(), parts[1].as_str());

    let joined = join(&[first, second], &said).await;
    let again = join(&[first, second], &said).await;
    let wrong = join(&[second, first], &said).await;
    let missing = join(
        &[first, "/uploads/00000000-0000-4000-8000-000000000001"],
        &said,
    )
    .await;

    assert_eq!(joined.status(), 201);
    assert_eq!(again.status(), 201);
    let whole = header(&joined, "location");
    assert_eq!(header(&again, "location"), whole);
    assert_eq!(sender.offset(&whole).await, film.len());
    let head = sender.request(Method::HEAD, &whole);
    let head = head.send().await.unwrap();
    assert_eq!(
        header(&head, "upload-concat"),
        format!("final;{first} {second}")
    );
    let head = sender.request(Method::HEAD, first).send().await.unwrap();
    assert_eq!(header(&head, "upload-concat"), "partial");
    // As tus has it, nothing is added to what was joined.
    let more = sender.piece(&whole, film.len(), b"more");
    assert_eq!(status(more).await, 403);
    assert_eq!(wrong.status().as_u16(), 460);
    assert_eq!(missing.status(), 400);
    let mut curator = Visitor::of(&site).with_bearer(&sender.token);
    let listed = curator
        .ask("{ uploads { nodes { name state sha256 } } }")
        .await;
    let mut listed = listed["uploads"]["nodes"].as_array().unwrap().clone();
    listed.sort_by_key(|upload| upload["state"].to_string());
    assert_eq!(
        listed,
        [
            json!({ "name": "heat.mp4", "state": "BROKEN", "sha256": null }),
            json!({ "name": "heat.mp4", "state": "FINISHED", "sha256": hash }),
        ],
        "parts are no files"
    );
}

async fn what_was_joined_with_a_wrong_hash_is_joined_anew(on: On) {
    let program = program(on).await;
    let site = program.serve().await;
    let sender = Sender::log_in(&site, "curator@example.org").await;
    let film = film(500_000);
    let parts = send_parts(&sender, &film).await;
    let (first, second) = (parts[0].as_str(), parts[1].as_str());
    let named = |hash: &str| metadata(&[("filename", "heat.mp4"), ("sha256", hash)]);
    let (right, wrong) = (named(&sha256(&film)), named(&sha256(b"something else")));
    let unnamed = metadata(&[("filename", "heat.mp4")]);
    let status_of = async |parts: &[&str], said: &str| {
        let answer = join(&sender, parts, said).await;
        answer.status().as_u16()
    };

    assert_eq!(status_of(&[first, second], &wrong).await, 460);
    assert_eq!(status_of(&[first, second], &wrong).await, 460);
    let anew = join(&sender, &[first, second], &right).await;

    assert_eq!(anew.status(), 201);
    let whole = header(&anew, "location");
    assert_eq!(sender.offset(&whole).await, film.len());
    // What is there stays, whatever hash is named later.
    assert_eq!(status_of(&[first, second], &wrong).await, 460);
    assert_eq!(status_of(&[first, second], &named("no hash")).await, 400);
    assert_eq!(status_of(&[first, second], &unnamed).await, 201);
    assert_eq!(sender.offset(&whole).await, film.len());

    // One that was compared with nothing is compared when a hash is named.
    let turned = [&film[300_000..], &film[..300_000]].concat();
    let unread = join(&sender, &[second, first], &unnamed).await;
    assert_eq!(unread.status(), 201);
    assert_eq!(status_of(&[second, first], &right).await, 460);
    assert_eq!(
        status_of(&[second, first], &named(&sha256(&turned))).await,
        201
    );
    assert_eq!(
        sender.offset(&header(&unread, "location")).await,
        film.len()
    );
}
