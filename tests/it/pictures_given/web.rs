//! Pictures on the web are read once; what is wrong with others is told, and what does not answer is given up.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use image::codecs::png::PngEncoder;
use image::{DynamicImage, ImageEncoder, ImageFormat, RgbImage};
use reqwest::StatusCode;
use reqwest::header::{ETAG, HeaderMap, IF_NONE_MATCH};
use serde_json::json;

use super::{load, logo, photo, program, write_records};
use crate::both_ways::both_ways;
use crate::support::program::{On, Program, free_address};

both_ways!(pictures_on_the_web_are_read_once_and_wrong_ones_are_told_of);

/// A PNG of some bytes that says that it has 900 million pixels.
fn bomb() -> Vec<u8> {
    let chunk = |name: &[u8], content: &[u8]| {
        let named = [name, content].concat();
        let mut sum = flate2::Crc::new();
        sum.update(&named);
        let length = u32::try_from(content.len()).unwrap().to_be_bytes();
        [&length[..], &named, &sum.sum().to_be_bytes()].concat()
    };
    let side = 30_000_u32.to_be_bytes();
    let header = [&side[..], &side, &[8, 2, 0, 0, 0]].concat();
    let empty = [0x78, 0x9c, 0x03, 0, 0, 0, 0, 1];
    let chunks = [
        chunk(b"IHDR", &header),
        chunk(b"IDAT", &empty),
        chunk(b"IEND", &[]),
    ];
    [&b"\x89PNG\r\n\x1a\n"[..], &chunks.concat()].concat()
}

/// A site that has pictures, and counts how often it gives one out, and how often it says that it is as before.
#[derive(Clone, Default)]
struct Host {
    given: Arc<AtomicUsize>,
    known: Arc<AtomicUsize>,
}

impl Host {
    /// Starts it; its address.
    async fn start(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        // By another name it is another host.
        let elsewhere = Redirect::temporary(&format!("http://localhost:{port}/poster.png"));
        let routes = Router::new()
            .route("/poster.png", get(Self::poster))
            .route(
                "/moved.png",
                get(|| async { Redirect::temporary("/poster.png") }),
            )
            .route("/elsewhere.png", get(move || async move { elsewhere }))
            .with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        format!("http://127.0.0.1:{port}")
    }

    #[expect(clippy::unused_async, reason = "a handler of axum is one")]
    async fn poster(State(host): State<Self>, headers: HeaderMap) -> Response {
        let tag = [(ETAG, "\"1\"")];
        if headers.get(IF_NONE_MATCH).is_some_and(|it| it == "\"1\"") {
            host.known.fetch_add(1, Ordering::Relaxed);
            return (StatusCode::NOT_MODIFIED, tag).into_response();
        }
        host.given.fetch_add(1, Ordering::Relaxed);
        (tag, photo(300, 450, ImageFormat::Png)).into_response()
    }

    fn counts(&self) -> (usize, usize) {
        let counts = [&self.given, &self.known];
        let [given, known] = counts.map(|count| count.load(Ordering::Relaxed));
        (given, known)
    }
}

async fn pictures_on_the_web_are_read_once_and_wrong_ones_are_told_of(on: On) {
    let mut program = program(on).await;
    program.set("REELGRAPH_PICTURE_URLS", "any");
    let host = Host::default();
    let address = host.start().await;
    let folder = program.data().join("records");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("text.jpg"), "This is no picture.").unwrap();
    std::fs::write(folder.join("bomb.png"), bomb()).unwrap();
    std::fs::write(program.data().join("secret.png"), logo(8)).unwrap();
    let poster = format!("{address}/poster.png");
    let heat = json!({ "slug": "heat-1995", "title": "Heat", "pictures": { "poster": poster } });
    let file = write_records(&folder, std::slice::from_ref(&heat));

    let (first, messages, is_clean) = load(&program, &file, &[]).await;
    assert!(
        is_clean && first.contains("pictures: 1 new"),
        "{first}{messages}"
    );
    assert_eq!(host.counts(), (1, 0));
    let (again, messages, is_clean) = load(&program, &file, &[]).await;
    assert!(
        is_clean && again.contains("1 unchanged"),
        "{again}{messages}"
    );
    assert_eq!(host.counts(), (1, 1));
    // Off, it is passed over, and what was read before stays; by default an address of this machine is refused.
    let (off, messages, is_clean) = load(&program, &file, &["--picture-urls", "off"]).await;
    assert!(
        is_clean && messages.contains("passed over"),
        "{off}{messages}"
    );
    let (public, messages, is_clean) = load(&program, &file, &["--picture-urls", "public"]).await;
    assert!(
        !is_clean && messages.contains("is no https address"),
        "{public}{messages}"
    );
    assert_eq!(host.counts(), (1, 1));

    let backdrop = [
        "text.jpg".to_owned(),
        "bomb.png".to_owned(),
        "../secret.png".to_owned(),
        "missing.png".to_owned(),
        format!("{address}/none.png?key=hidden"),
        format!("{address}/elsewhere.png"),
    ];
    let dusk = json!({
        "slug": "dusk-2017", "title": "Dusk", "poster_path": "/abc.jpg",
        "pictures": { "backdrop": backdrop, "thumb": format!("{address}/moved.png") },
    });
    let (summary, messages, is_clean) =
        load(&program, &write_records(&folder, &[heat, dusk]), &[]).await;

    assert!(!is_clean);
    let path = folder.join("records.ndjson");
    for (place, reason) in [
        ("text.jpg", "must be a JPEG, PNG, WebP or GIF"),
        ("bomb.png", "30000 by 30000 pixels"),
        ("../secret.png", "leads out of the folder"),
        ("missing.png", "cannot be read"),
        ("none.png", "is answered with 404"),
        ("elsewhere.png", "leads on to another host"),
    ] {
        let begins = format!("{}:2: refused: pictures.backdrop “", path.display());
        let is_told = messages
            .lines()
            .any(|line| line.starts_with(&begins) && line.contains(place) && line.contains(reason));
        assert!(is_told, "{place} {reason}: {messages}");
    }
    assert!(!messages.contains("hidden"), "{messages}");
    assert!(messages.contains("warning: poster_path"), "{messages}");
    let refused = "\n0 records and 6 pictures refused (";
    assert!(summary.contains(refused), "{summary}");
    assert!(summary.contains("films: 1 new"), "{summary}");
    let mut site = program.serve().await;
    let query = "{ film(slug: \"dusk-2017\") { images { kind isGenerated } }
        heat: film(slug: \"heat-1995\") { images(kind: [POSTER]) { width isGenerated } } }";
    let data = site.ask(query, json!({})).await;
    let kinds = [("POSTER", true), ("BACKDROP", true), ("THUMB", false)];
    let kinds = kinds.map(|(kind, drawn)| json!({ "kind": kind, "isGenerated": drawn }));
    assert_eq!(data["film"]["images"], json!(kinds));
    let poster = json!([{ "width": 300, "isGenerated": false }]);
    assert_eq!(data["heat"]["images"], poster);
    site.kill().await;

    a_load_gives_up_on_what_does_not_answer(&mut program, &folder).await;
}

/// First on a host, then on the store; what is read from elsewhere is not passed over for the one.
async fn a_load_gives_up_on_what_does_not_answer(program: &mut Program, folder: &Path) {
    let mut logo = Vec::new();
    let mut encoder = PngEncoder::new(&mut logo);
    encoder.set_icc_profile(b"no profile".to_vec()).unwrap();
    let black = DynamicImage::ImageRgb8(RgbImage::new(8, 8));
    black.write_with_encoder(encoder).unwrap();
    std::fs::write(folder.join("logo.png"), logo).unwrap();
    let nobody = free_address();
    let films = |poster: &str| {
        let films = (0..20).map(|number| {
            let slug = format!("film-{number}");
            json!({ "slug": slug, "title": "Film", "year": 1990, "pictures": { "poster": poster } })
        });
        films.collect::<Vec<_>>()
    };
    let mut records = films(&format!("http://{nobody}/poster.png"));
    records.push(json!({ "slug": "last", "title": "Last", "pictures": { "logo": "logo.png" } }));

    let (summary, messages, is_clean) = load(program, &write_records(folder, &records), &[]).await;

    // Those that are under way when it is given up are told of too.
    assert!(!is_clean, "{summary}");
    let told = format!("pictures are given up from here on: {nobody} failed 8 times in a row");
    assert_eq!(messages.matches(&told).count(), 1, "{messages}");
    assert!(summary.contains("11 pictures refused"), "{summary}");
    let passed_over = format!("9 pictures not read, because {nobody} failed again and again");
    assert!(summary.contains(&passed_over), "{summary}");
    assert!(summary.contains("pictures: 1 new"), "{summary}");
    let warned = "“logo.png” has a colour profile that cannot be used";
    assert!(messages.contains(warned), "{messages}");
    assert!(summary.contains("films: 21 new"), "{summary}");

    let file = folder.join("text.jpg");
    program.set("REELGRAPH_BLOBS", file.to_str().unwrap());
    let records = write_records(folder, &films("logo.png"));
    let (summary, messages, is_clean) = load(program, &records, &[]).await;

    assert!(!is_clean, "{summary}");
    let told = "the store of pictures failed 8 times in a row";
    assert_eq!(messages.matches(told).count(), 1, "{messages}");
    let passed_over = "9 pictures not read, because the store of pictures failed again and again";
    assert!(summary.contains(passed_over), "{summary}");
    assert!(
        summary.contains("films: 0 new, 0 changed, 20 unchanged"),
        "{summary}"
    );
}
