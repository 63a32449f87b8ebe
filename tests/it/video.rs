//! Films that are played: from a file of a library, from what was prepared, and from other sites.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use bytes::Bytes;
use chrono::DateTime;
use reelgraph::adapters::blobs::FolderBlobs;
use reelgraph::adapters::mongo::{MongoDb, MongoVideo};
use reelgraph::adapters::sqlite::{SqliteDb, SqliteVideo};
use reelgraph::domain::blobs::BlobStore;
use reelgraph::domain::ids::{PackageId, TitleId};
use reelgraph::domain::video::{
    AudioTrack, DASH_MANIFEST, HLS_PLAYLIST, Package, PackageFile, PackageStore, Rendition,
};
use reelgraph::domain::watching::WatchedItem;
use reqwest::header::{CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH, ORIGIN, RANGE};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::both_ways::both_ways;
use crate::support::program::{On, Program, Site};
use crate::support::servers::PATIENT;
use crate::support::visitor::Visitor;

both_ways!(
    a_file_is_played_in_parts_by_whoever_may_see_the_film,
    captions_beside_a_file_are_shown_as_webvtt,
    what_was_prepared_is_played_by_its_manifests,
    videos_of_other_sites_are_said_by_curators_and_checked,
);

const HEAT: &str = "Film/Heat (1995)/Heat (1995) - 2160p.mkv";
const PLAYBACK: &str = "{ film(slug: \"heat-1995\") { playback {
    sources { kind url mimeType version part host } expiresAt } } }";

/// Puts a video there of so many bytes; what is in it.
fn put(root: &Path, path: &str, length: usize) -> Vec<u8> {
    let place = root.join(path);
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    let mut bytes = b"\x1aE\xdf\xa3".to_vec();
    bytes.extend((bytes.len()..length).map(|at| u8::try_from(at % 251).unwrap()));
    fs::write(&place, &bytes).unwrap();
    bytes
}

/// The only source of a playback.
fn source(data: &Value) -> &Value {
    let sources = data["film"]["playback"]["sources"].as_array().unwrap();
    assert_eq!(sources.len(), 1, "{data}");
    &sources[0]
}

fn url(data: &Value) -> String {
    source(data)["url"].as_str().unwrap().to_owned()
}

async fn fetch(site: &Site, path: &str) -> (u16, HeaderMap, Bytes) {
    let response = site.get(path).send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    (status, headers, response.bytes().await.unwrap())
}

async fn a_file_is_played_in_parts_by_whoever_may_see_the_film(on: On) {
    let program = Program::seeded_without_graph(on).await;
    let site = program.serve().await;
    let around = tempfile::tempdir().unwrap();
    let root = around.path().canonicalize().unwrap().join("library");
    // More than is read at a time.
    let bytes = put(&root, HEAT, 700_000);

    let before = "{ film(slug: \"heat-1995\") { playback { expiresAt } } }";
    let before = site.ask(before, json!({})).await;
    program
        .expect(&["scan", root.to_str().unwrap(), "--apply"])
        .await;
    let found = site.ask(PLAYBACK, json!({})).await;

    assert_eq!(before, json!({ "film": { "playback": null } }));
    let path = url(&found);
    let mut expected = source(&found).clone();
    expected["url"] = json!(path);
    assert_eq!(
        expected,
        json!({
            "kind": "PROGRESSIVE", "url": path, "mimeType": "video/x-matroska", "version": "2160p",
            "part": null, "host": null
        })
    );
    assert!(found["film"]["playback"]["expiresAt"].is_string());
    check_bytes(&site, &path, &bytes).await;
    check_addresses(&site, &path).await;
    check_that_a_log_out_ends_it(&site).await;

    let wanted = "{ film(slug: \"heat-1995\") {
        none: playback(input: { kinds: [DASH, EMBED] }) { sources { url } }
        file: playback(input: { kinds: [PROGRESSIVE], maxHeight: 720 }) { sources { kind } } } }";
    assert_eq!(
        site.ask(wanted, json!({})).await,
        json!({ "film": { "none": null, "file": { "sources": [{ "kind": "PROGRESSIVE" }] } } })
    );
    let wrong = "{ film(slug: \"heat-1995\") { playback(input: { maxHeight: 0 }) { expiresAt } } }";
    let wrong = site.send(wrong, json!({})).await;
    let extensions = &wrong["errors"][0]["extensions"];
    assert_eq!(extensions["code"], "OUT_OF_RANGE", "{wrong}");

    // Another file in its place is not what was asked for.
    fs::write(root.join(HEAT), "other").unwrap();
    assert_eq!(fetch(&site, &path).await.0, 404);
}

async fn captions_beside_a_file_are_shown_as_webvtt(on: On) {
    let program = Program::seeded_without_graph(on).await;
    let site = program.serve().await;
    let around = tempfile::tempdir().unwrap();
    let root = around.path().canonicalize().unwrap().join("library");
    put(&root, HEAT, 1_000);
    let beside = root.join(HEAT.replace(".mkv", ".de.forced.srt"));
    // As programs of Windows wrote it.
    let (text, _, _) = encoding_rs::WINDOWS_1252.encode(
        "1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>Grüße</i> aus München\r\n\r\n2\r\nwann --> jetzt\r\nnie\r\n",
    );
    fs::write(&beside, &text).unwrap();
    program
        .expect(&["scan", root.to_str().unwrap(), "--apply"])
        .await;

    let query = "{ film(slug: \"heat-1995\") { playback {
        subtitles { url language label default forced hearingImpaired } } } }";
    let found = site.ask(query, json!({})).await;

    let track = &found["film"]["playback"]["subtitles"][0];
    let path = track["url"].as_str().unwrap();
    let expected = json!([{
        "url": path, "language": "de", "label": null, "default": false, "forced": true,
        "hearingImpaired": false
    }]);
    assert_eq!(found["film"]["playback"]["subtitles"], expected);
    let (status, headers, body) = fetch(&site, path).await;
    assert_eq!(
        (status, &headers[CONTENT_TYPE]),
        (200, &HeaderValue::from_static("text/vtt; charset=utf-8"))
    );
    assert_eq!(headers["accept-ranges"], "none");
    assert_eq!(
        String::from_utf8_lossy(&body),
        "WEBVTT\n\nNOTE line 6: has no times that can be read\n\n00:00:01.000 --> 00:00:02.500\n<i>Grüße</i> aus München\n"
    );
    for wrong in [path.replace(".vtt", ".srt"), path.replace("/2-", "/1-")] {
        assert_eq!(fetch(&site, &wrong).await.0, 404, "{wrong}");
    }
    fs::write(&beside, "other").unwrap();
    assert_eq!(fetch(&site, path).await.0, 404);
}

/// Whether all of a file, and each part of it, is what lies on the disk.
async fn check_bytes(site: &Site, path: &str, bytes: &[u8]) {
    let (status, headers, whole) = fetch(site, path).await;
    assert_eq!((status, &whole[..]), (200, bytes));
    for (name, value) in [
        ("content-type", "video/x-matroska"),
        ("accept-ranges", "bytes"),
        ("x-content-type-options", "nosniff"),
        ("content-length", "700000"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("cache-control", "private, max-age=31536000, immutable"),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
    let tag = headers[ETAG].clone();
    for (range, part) in [
        ("bytes=0-3", 0..4),
        ("bytes=262140-262150", 262_140..262_151),
        ("bytes=699000-", 699_000..700_000),
        ("bytes=-10", 699_990..700_000),
    ] {
        let asked = site.get(path).header(RANGE, range);
        let asked = asked.header(ORIGIN, "https://player.example.org");
        let response = asked.send().await.unwrap();
        assert_eq!(response.status(), 206, "{range}");
        let headers = response.headers();
        assert_eq!(headers["access-control-allow-origin"], "*");
        let content_range = format!("bytes {}-{}/700000", part.start, part.end - 1);
        assert_eq!(headers["content-range"], content_range.as_str());
        assert_eq!(
            &response.bytes().await.unwrap()[..],
            &bytes[part],
            "{range}"
        );
    }
    let beyond = site.get(path).header(RANGE, "bytes=700000-").send().await;
    assert_eq!(beyond.unwrap().status(), 416);
    let same = site.get(path).header(IF_NONE_MATCH, tag).send().await;
    assert_eq!(same.unwrap().status(), 304);
}

/// Whether only what was given out leads to something.
async fn check_addresses(site: &Site, path: &str) {
    let parts: Vec<&str> = path.split('/').collect();
    let [_, _, grant, _, id, name] = parts[..] else {
        panic!("{path} has other parts");
    };
    let (_, ending) = name.split_once('.').unwrap();
    for (path, status) in [
        (format!("/media/{}/files/{id}/{name}", &grant[1..]), 403),
        (format!("/media/x/files/{id}/{name}"), 403),
        (format!("/media/{grant}/files/{id}/{}", "0".repeat(16)), 404),
        (
            format!("/media/{grant}/files/{id}/{}.{ending}", "0".repeat(16)),
            404,
        ),
        (format!("/media/{grant}/files/{id}/{name}x"), 404),
        (format!("/media/{grant}/files/{}/{name}", Uuid::nil()), 404),
        (
            format!("/media/{grant}/packages/{}/manifest.mpd", Uuid::nil()),
            404,
        ),
    ] {
        assert_eq!(fetch(site, &path).await.0, status, "{path}");
    }
}

/// Whether what somebody was given is gone with their log-in, and only that.
async fn check_that_a_log_out_ends_it(site: &Site) {
    let mut viewer = Visitor::of(site);
    viewer.register("viewer@example.org").await;
    let own = url(&viewer.ask(PLAYBACK).await);
    let anybodys = url(&site.ask(PLAYBACK, json!({})).await);
    assert_eq!(fetch(site, &own).await.0, 200);

    viewer.expect("logOut", json!({}), "").await;

    let (status, _, body) = fetch(site, &own).await;
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((status, &body["code"]), (403, &json!("EXPIRED")), "{body}");
    assert_eq!(fetch(site, &anybodys).await.0, 200);
}

/// Keeps a package with these files, as whoever prepares one does.
async fn keep(program: &Program, on: On, files: &[(&str, &'static [u8])]) -> PackageId {
    let blobs = FolderBlobs::new(program.data().join("blobs"));
    let mut kept = BTreeMap::new();
    for (name, bytes) in files {
        let file = PackageFile::of(bytes);
        let key = file.key();
        let stored = blobs.put(&key, Bytes::from_static(bytes));
        stored.await.unwrap();
        kept.insert((*name).to_owned(), file);
    }
    let store: Arc<dyn PackageStore> = if on == On::Embedded {
        let db = SqliteDb::open(&program.data().join("reelgraph.sqlite")).unwrap();
        Arc::new(SqliteVideo::new(db))
    } else {
        let uri = program.variable("MONGODB_URI").into();
        Arc::new(MongoVideo::new(MongoDb::open(&uri, PATIENT).await.unwrap()))
    };
    let rendition = |height, width, bitrate| Rendition {
        height,
        width,
        bitrate,
        codecs: "avc1.64001f".to_owned(),
    };
    let package = Package {
        id: PackageId(Uuid::from_u128(7)),
        item: WatchedItem::Film(TitleId::of_slug("heat-1995")),
        version: String::new(),
        files: kept,
        renditions: vec![
            rendition(360, 640, 800_000),
            rendition(720, 1_280, 2_500_000),
        ],
        audio: vec![AudioTrack {
            language: Some("en".to_owned()),
            channels: 2,
            codec: "mp4a.40.2".to_owned(),
        }],
        duration_seconds: 60.0,
        created: DateTime::UNIX_EPOCH,
    };
    store.put_package(&package).await.unwrap();
    package.id
}

async fn what_was_prepared_is_played_by_its_manifests(on: On) {
    let program = Program::seeded_without_graph(on).await;
    let site = program.serve().await;
    let files: [(&str, &[u8]); 4] = [
        (DASH_MANIFEST, b"<MPD/>"),
        (HLS_PLAYLIST, b"#EXTM3U\n"),
        ("720/1.m4s", b"0123456789"),
        ("page.html", b"<script>"),
    ];
    let id = keep(&program, on, &files).await;

    let query = "{ film(slug: \"heat-1995\") { playback(input: { maxHeight: 480 }) {
        sources { kind url mimeType duration renditions { height width bitrate codecs } audio { language channels codec } } } } }";
    let found = site.ask(query, json!({})).await;

    let sources = found["film"]["playback"]["sources"].as_array().unwrap();
    let kinds: Vec<&Value> = sources.iter().map(|source| &source["kind"]).collect();
    assert_eq!(kinds, ["DASH", "HLS"]);
    assert_eq!(sources[0]["mimeType"], "application/dash+xml");
    assert_eq!(sources[0]["duration"], 60.0);
    assert_eq!(
        sources[0]["renditions"],
        json!([{ "height": 360, "width": 640, "bitrate": 800_000.0, "codecs": "avc1.64001f" }])
    );
    assert_eq!(
        sources[0]["audio"],
        json!([{ "language": "en", "channels": 2, "codec": "mp4a.40.2" }])
    );
    let manifest = sources[0]["url"].as_str().unwrap();
    assert!(manifest.ends_with(&format!("/packages/{id}/manifest.mpd")));
    let (status, headers, body) = fetch(&site, manifest).await;
    assert_eq!((status, &body[..]), (200, &b"<MPD/>"[..]));
    assert_eq!(headers[CONTENT_TYPE], "application/dash+xml");
    // Relative addresses inside of a manifest have the grant as well.
    let base = manifest.strip_suffix(DASH_MANIFEST).unwrap();
    let (status, headers, body) = fetch(&site, &format!("{base}720/1.m4s")).await;
    assert_eq!((status, &body[..]), (200, &b"0123456789"[..]));
    assert_eq!(headers[CONTENT_TYPE], "video/iso.segment");
    for name in ["page.html", "720/2.m4s", "720"] {
        let (status, ..) = fetch(&site, &format!("{base}{name}")).await;
        assert_eq!(status, 404, "{name}");
    }
    // No size of it is as small.
    let other =
        "{ film(slug: \"heat-1995\") { playback(input: { maxHeight: 100 }) { expiresAt } } }";
    let other = site.ask(other, json!({})).await;
    assert_eq!(other, json!({ "film": { "playback": null } }));
}

/// Stands in for the hosts: it knows one video of YouTube, shows none of Vimeo, and leads elsewhere for Wistia.
async fn hosts() -> String {
    async fn youtube(Query(asked): Query<BTreeMap<String, String>>) -> Response {
        if asked["url"] == "https://www.youtube.com/watch?v=aqz-KE-bpKQ" {
            axum::Json(json!({ "type": "video", "title": "Big\u{1b}[2J", "duration": 634 }))
                .into_response()
        } else {
            StatusCode::NOT_FOUND.into_response()
        }
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let routes = Router::new()
        .route("/youtube", get(youtube))
        .route("/vimeo", get(|| async { StatusCode::FORBIDDEN }))
        .route(
            "/wistia",
            get(|| async { Redirect::temporary("http://localhost/") }),
        );
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    format!("http://127.0.0.1:{port}")
}

async fn videos_of_other_sites_are_said_by_curators_and_checked(on: On) {
    let program = Program::seeded_without_graph(on).await;
    program.create_user("curator@example.org", "curator").await;
    let site = program.serve().await;
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;
    let film = site.id_of("film", "heat-1995").await;
    let series = site.id_of("series", "breaking-bad-2008").await;
    let set = |videos: Value| json!({ "item": film, "videos": videos });
    let many: Vec<String> = (1..=21).map(|id| format!("vimeo:{id}")).collect();
    for (input, code, field) in [
        (json!({ "item": series, "videos": [] }), "NOT_FOUND", "item"),
        (set(json!([" "])), "BLANK", "videos"),
        (set(json!(["https://example.org/1"])), "INVALID", "videos"),
        (
            set(json!(["vimeo:7", "https://vimeo.com/7"])),
            "INVALID",
            "videos",
        ),
        (set(json!(many)), "OUT_OF_RANGE", "videos"),
    ] {
        let refused = curator.refused("setVideos", input).await;
        assert_eq!(refused, (code.to_owned(), field.to_owned()));
    }
    let hosts = hosts().await;
    let check = ["video", "check", "--through", &hosts];
    assert_eq!(program.expect(&check).await, "");

    let videos = json!(["https://youtu.be/aqz-KE-bpKQ"]);
    let fields = "playback { sources { kind url host } expiresAt }";
    let said = curator.expect("setVideos", set(videos), fields).await;

    let expected = json!({
        "sources": [{
            "kind": "EMBED", "url": "https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ", "host": "YOUTUBE"
        }],
        "expiresAt": null
    });
    assert_eq!(said["playback"], expected);
    let shown = format!("{{ film(slug: \"heat-1995\") {{ {fields} }} }}");
    let shown = curator.ask(&shown).await;
    assert_eq!(shown["film"]["playback"], expected);
    assert_eq!(program.expect(&check).await, "");
    let all = program.expect(&[&check[..], &["--all"]].concat()).await;
    let line = "heat-1995\tyoutube:aqz-KE-bpKQ\t\"Big\\u{1b}[2J\", 634 s\n";
    assert_eq!(all, line);

    let videos = json!([
        "youtube:00000000000",
        "youtube:aqz-KE-bpKQ",
        "vimeo:1084537/0123abcdef",
        "wistia:e4a27b971d"
    ]);
    curator.expect("setVideos", set(videos), fields).await;
    let checked = program.run(&check).await;
    assert_eq!(checked.status.code(), Some(1));
    let listed = String::from_utf8(checked.stdout).unwrap();
    let lines: Vec<&str> = listed.lines().collect();
    assert_eq!(
        lines,
        [
            "heat-1995\tyoutube:00000000000\tgone",
            "heat-1995\tvimeo:1084537/0123abcdef\tnot to be shown here",
            "heat-1995\twistia:e4a27b971d\tno answer: it is answered with 307 Temporary Redirect",
        ]
    );
    let emptied = curator.expect("setVideos", set(json!([])), fields).await;
    assert_eq!(emptied["playback"], Value::Null);
}
