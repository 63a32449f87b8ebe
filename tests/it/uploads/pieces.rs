//! A file comes in pieces, is broken off and goes on.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Sender, film, header, metadata, program, status};
use crate::both_ways::both_ways;
use crate::support::SOON;
use crate::support::program::{On, Site};
use crate::support::visitor::Visitor;

both_ways!(
    a_file_comes_in_pieces_whatever_breaks_off,
    who_may_not_upload_is_told_so,
    one_request_at_a_time_sends_to_an_upload,
    one_account_does_not_take_all_places,
    what_is_taken_away_while_a_piece_comes_is_not_found,
);

const UPLOADS: &str =
    "{ uploads { nodes { id name state size offset sha256 expiresAt uploadedBy { email } } } }";

/// What curators see of all uploads.
async fn uploads(site: &Site, sender: &Sender) -> Value {
    let mut curator = Visitor::of(site).with_bearer(&sender.token);
    curator.ask(UPLOADS).await["uploads"]["nodes"].take()
}

async fn wait_for_offset(sender: &Sender, upload: &str, offset: usize) {
    let started = Instant::now();
    while sender.offset(upload).await != offset {
        assert!(started.elapsed() < SOON, "{offset} is not reached");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn a_file_comes_in_pieces_whatever_breaks_off(on: On) {
    let program = program(on).await;
    let site = program.serve().await;
    let sender = Sender::log_in(&site, "curator@example.org").await;
    // More than a chunk.
    let film = film(9_000_000);
    let said = metadata(&[("filename", "heat.mp4"), ("filetype", "video/mp4")]);

    let upload = sender
        .begin(film.len(), &[("upload-metadata", &said)])
        .await;
    let sum = |bytes: &[u8]| format!("sha1 {}", STANDARD.encode(Sha1::digest(bytes)));
    let first = sender.piece(&upload, 0, &film[..300_000]);
    let damaged = first.header("upload-checksum", sum(b"something else"));
    assert_eq!(status(damaged).await, 460);
    assert_eq!(sender.offset(&upload).await, 0);
    let first = sender.piece(&upload, 0, &film[..300_000]);
    let right = first.header("upload-checksum", sum(&film[..300_000]));
    assert_eq!(status(right).await, 204);
    assert_eq!(sender.offset(&upload).await, 300_000);

    // All that its client said of it is told again.
    let head = sender.request(Method::HEAD, &upload).send().await.unwrap();
    assert_eq!(header(&head, "upload-metadata"), said);

    // Whoever goes away in the middle of a piece finds what came of it.
    let stream = sender.hold(&upload, 300_000, &film[300_000..350_000]).await;
    drop(stream);
    wait_for_offset(&sender, &upload, 350_000).await;
    // What is refused is not read, so these are short: whoever still sends may not see the answer.
    let stale = sender.piece(&upload, 300_000, &film[300_000..310_000]);
    assert_eq!(status(stale).await, 409);
    let short = sender.begin(1_000, &[]).await;
    let too_long = sender.piece(&short, 0, &film[..2_000]);
    assert_eq!(status(too_long).await, 413);
    let removed = sender.request(Method::DELETE, &short);
    assert_eq!(status(removed).await, 204);
    let begun = uploads(&site, &sender).await;
    assert_eq!(
        (&begun[0]["state"], &begun[0]["offset"]),
        (&json!("RECEIVING"), &json!(350_000.0))
    );
    let rest = sender.piece(&upload, 350_000, &film[350_000..]);
    let answer = rest.send().await.unwrap();

    assert_eq!(answer.status(), 204);
    assert_eq!(header(&answer, "upload-offset"), film.len().to_string());
    let mut whole = uploads(&site, &sender).await;
    assert!(whole[0]["id"].take().is_string());
    assert_eq!(
        whole,
        json!([{
            "id": null,
            "name": "heat.mp4",
            "state": "FINISHED",
            "size": 9_000_000.0,
            "offset": 9_000_000.0,
            "sha256": null,
            "expiresAt": null,
            "uploadedBy": { "email": "curator@example.org" },
        }])
    );
    let removed = sender.request(Method::DELETE, &upload);
    assert_eq!(status(removed).await, 204);
    assert_eq!(status(sender.request(Method::HEAD, &upload)).await, 404);
    assert_eq!(uploads(&site, &sender).await, json!([]));
}

async fn who_may_not_upload_is_told_so(on: On) {
    let program = program(on).await;
    program.create_user("viewer@example.org", "viewer").await;
    let site = program.serve().await;
    let sender = Sender::log_in(&site, "curator@example.org").await;
    let viewer = Sender::log_in(&site, "viewer@example.org").await;
    let begin = |sender: &Sender, size: &str| {
        let request = sender.request(Method::POST, "/uploads");
        request.header("upload-length", size)
    };

    assert_eq!(status(begin(&viewer, "7")).await, 403);
    let nobody = sender.client.post(format!("{}/uploads", site.address));
    let nobody = nobody.header("tus-resumable", "1.0.0");
    assert_eq!(status(nobody.header("upload-length", 7)).await, 401);
    // The quota is a gigabyte.
    assert_eq!(status(begin(&sender, "1000000001")).await, 413);
    assert_eq!(status(begin(&sender, "600000000")).await, 201);
    assert_eq!(status(begin(&sender, "600000000")).await, 413);
    assert_eq!(status(begin(&sender, "-1")).await, 400);
    let elsewhere = begin(&sender, "7").header("sec-fetch-site", "cross-site");
    assert_eq!(status(elsewhere).await, 403);
    let upload = sender.begin(7, &[]).await;
    let theirs = viewer.request(Method::HEAD, &upload);
    assert_eq!(status(theirs).await, 403);
    let untyped = sender.request(Method::PATCH, &upload);
    assert_eq!(status(untyped.header("upload-offset", 0)).await, 415);
    let by_post = sender.request(Method::POST, &upload);
    let by_post = by_post.header("x-http-method-override", "DELETE");
    assert_eq!(status(by_post).await, 204);
    let old = sender.client.head(format!("{}{upload}", site.address));
    let answer = old.bearer_auth(&sender.token).send().await.unwrap();
    assert_eq!(answer.status(), 412);
    assert_eq!(header(&answer, "tus-version"), "1.0.0");

    let asked = sender
        .client
        .request(Method::OPTIONS, format!("{}/uploads", site.address))
        .header("origin", "http://localhost:3000")
        .header("access-control-request-method", "PATCH")
        .header("access-control-request-headers", "upload-offset");
    let asked = asked.send().await.unwrap();
    assert!(asked.status().is_success());
    assert_eq!(header(&asked, "tus-max-size"), "1000000000");
    assert!(header(&asked, "tus-extension").contains("concatenation"));
    assert!(header(&asked, "access-control-allow-headers").contains("upload-offset"));
    assert!(header(&asked, "access-control-allow-methods").contains("PATCH"));
}

async fn one_request_at_a_time_sends_to_an_upload(on: On) {
    let program = program(on).await;
    let site = program.serve().await;
    let sender = Sender::log_in(&site, "curator@example.org").await;
    let mut curator = Visitor::of(&site).with_bearer(&sender.token);
    let input = json!({ "name": "heat.mp4", "size": 1000 });
    let created = curator
        .expect("createUpload", input, "address expiresAt")
        .await;
    assert!(created["expiresAt"].is_string());
    let upload = created["address"].as_str().unwrap();

    let (started, mut streams) = (Instant::now(), Vec::new());
    // A piece without bytes changes nothing, but may be what one that is held finds at work.
    loop {
        streams.push(sender.hold(upload, 0, &[1; 100]).await);
        match status(sender.piece(upload, 0, &[])).await {
            423 => break,
            204 => assert!(started.elapsed() < SOON, "nothing is locked"),
            other => panic!("{other}"),
        }
    }
    drop(streams);

    wait_for_offset(&sender, upload, 100).await;
    let started = Instant::now();
    while status(sender.piece(upload, 100, &[2; 900])).await == 423 {
        assert!(started.elapsed() < SOON, "it stays locked");
    }
    assert_eq!(sender.offset(upload).await, 1000);
}

async fn one_account_does_not_take_all_places(on: On) {
    let mut program = program(on).await;
    program.set("REELGRAPH_UPLOADS", "accounts");
    program.create_user("viewer@example.org", "viewer").await;
    let site = program.serve().await;
    let curator = Sender::log_in(&site, "curator@example.org").await;
    let viewer = Sender::log_in(&site, "viewer@example.org").await;
    let mut theirs = Vec::new();
    for _ in 0..3 {
        theirs.push(viewer.begin(1000, &[]).await);
    }
    let upload = curator.begin(1000, &[]).await;

    let (started, mut streams) = (Instant::now(), Vec::new());
    // A piece without bytes changes nothing, but may come before those that are held.
    let busy = loop {
        for held in &theirs[..2] {
            streams.push(viewer.hold(held, 0, &[1; 100]).await);
        }
        let answer = viewer.piece(&theirs[2], 0, &[]).send().await.unwrap();
        if answer.status() == 503 {
            break answer;
        }
        assert_eq!(answer.status(), 204);
        assert!(started.elapsed() < SOON, "two places are not taken");
    };
    let curators = status(curator.piece(&upload, 0, &[2; 1000])).await;

    assert_eq!(curators, 204);
    let busy: Value = busy.json().await.unwrap();
    assert_eq!(busy["code"], "BUSY", "{busy}");
    assert!(
        busy["detail"].as_str().unwrap().contains("uploads"),
        "{busy}"
    );
    drop(streams);
    let started = Instant::now();
    while status(viewer.piece(&theirs[2], 0, &[2; 1000])).await == 503 {
        assert!(started.elapsed() < SOON, "no place is free again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(viewer.offset(&theirs[2]).await, 1000);
}

async fn what_is_taken_away_while_a_piece_comes_is_not_found(on: On) {
    let program = program(on).await;
    let site = program.serve().await;
    let sender = Sender::log_in(&site, "curator@example.org").await;
    let upload = sender.begin(1000, &[]).await;
    let (started, mut streams) = (Instant::now(), Vec::new());
    // A piece without bytes changes nothing, but may be what one that is held finds at work.
    loop {
        streams.push(sender.hold(&upload, 0, &[1; 100]).await);
        match status(sender.piece(&upload, 0, &[])).await {
            423 => break,
            204 => assert!(started.elapsed() < SOON, "nothing is locked"),
            other => panic!("{other}"),
        }
    }

    let removed = status(sender.request(Method::DELETE, &upload)).await;
    let mut answers = Vec::new();
    for mut stream in streams {
        // Those that found one at work are answered before their end.
        let mut head = [0; "HTTP/1.1 404".len()];
        if stream.write_all(&[1]).await.is_ok() && stream.read_exact(&mut head).await.is_ok() {
            answers.push(String::from_utf8_lossy(&head).into_owned());
        }
    }

    assert_eq!(removed, 204);
    assert!(answers.iter().any(|it| it == "HTTP/1.1 404"), "{answers:?}");
}
