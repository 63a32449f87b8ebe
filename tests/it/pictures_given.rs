//! Pictures that records name: how they are loaded, from files and from the web, what the schema says of them, and what
//! lies at their addresses, on both ways of running.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use image::{DynamicImage, ImageFormat, RgbImage, Rgba, RgbaImage};
use reqwest::StatusCode;
use reqwest::header::{
    CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, IF_NONE_MATCH, RANGE,
};
use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::program::{On, Program, Site};

both_ways!(
    pictures_of_a_folder_are_loaded_and_shown,
    pictures_on_the_web_are_read_once_and_wrong_ones_are_told_of,
);

/// The fields of all pictures of a film, its episode and its director.
pub(crate) const PICTURES: &str = "{ film(slug: \"heat-1995\") { images(language: \"de-AT\") { ...I } en: images(kind: [POSTER], language: \"en\") { language }
        logos: images(kind: [LOGO]) { large: url(width: 300) jpeg: url(format: JPEG) png: url(format: PNG, height: 20) } }
    person(slug: \"michael-mann\") { images { ...I } none: images(kind: [POSTER]) { kind } }
    series(slug: \"dusk-2017\") { images { kind isGenerated } seasons { episodes { nodes { images { ...I } } } } } }
    fragment I on Image { kind width height language isGenerated mediaType dominantColor blurhash url(width: 300, format: WEBP) }";

async fn program(on: On) -> Program {
    match on {
        On::Embedded => Program::new(on).await,
        On::Servers => Program::without_graph(),
    }
}

/// A picture that fades from one colour to another.
fn photo(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let image = RgbImage::from_fn(width, height, |x, y| {
        let shade = |at: u32, of: u32| u8::try_from(at * 200 / of).unwrap();
        image::Rgb([220, shade(x, width), shade(y, height)])
    });
    written(&DynamicImage::ImageRgb8(image), format)
}

/// A square on nothing.
fn logo(side: u32) -> Vec<u8> {
    let image = RgbaImage::from_fn(side, side, |x, _| {
        Rgba(if x < side / 2 {
            [0; 4]
        } else {
            [10, 20, 30, 255]
        })
    });
    written(&DynamicImage::ImageRgba8(image), ImageFormat::Png)
}

fn written(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

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

/// Writes a file of records, one a line; its path.
pub(crate) fn write_records(folder: &Path, records: &[Value]) -> PathBuf {
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    let file = folder.join("records.ndjson");
    std::fs::write(&file, lines.join("\n")).unwrap();
    file
}

/// What a load prints, its messages, and whether it found nothing wrong.
pub(crate) async fn load(program: &Program, file: &Path, more: &[&str]) -> (String, String, bool) {
    let arguments = [&["load", file.to_str().unwrap()], more].concat();
    let output = program.run(&arguments).await;
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let is_clean = output.status.success();
    (text(output.stdout), text(output.stderr), is_clean)
}

/// What lies at an address of the site.
pub(crate) struct Found {
    pub(crate) status: StatusCode,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Found {
    fn header(&self, name: HeaderName) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }
}

pub(crate) async fn fetch(site: &Site, url: &Value, headers: &[(HeaderName, &str)]) -> Found {
    // The same server has another port when it is started again.
    let url = url.as_str().unwrap();
    let path = &url[url.find("/images/").unwrap()..];
    let mut request = site.get(path);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    let answer = request.send().await.unwrap();
    Found {
        status: answer.status(),
        headers: answer.headers().clone(),
        bytes: answer.bytes().await.unwrap().to_vec(),
    }
}

/// A picture as the schema shows it, without what is computed of its bytes and its address, which only must be there.
fn facts(image: &Value) -> Value {
    let mut image = image.clone();
    let fields = image.as_object_mut().unwrap();
    for (field, least) in [("blurhash", 6), ("url", 20)] {
        let text = fields.remove(field).unwrap();
        assert!(text.as_str().unwrap().len() >= least, "{field} {text}");
    }
    let color = fields.remove("dominantColor").unwrap();
    let color = color.as_str().unwrap();
    assert!(color.len() == 7 && color.starts_with('#'), "{color}");
    image
}

fn given(kind: &str, size: (u32, u32), language: Option<&str>) -> Value {
    json!({
        "kind": kind, "width": size.0, "height": size.1, "language": language, "isGenerated": false,
        "mediaType": "image/webp",
    })
}

fn drawn(kind: &str, size: (u32, u32), language: Option<&str>) -> Value {
    json!({
        "kind": kind, "width": size.0, "height": size.1, "language": language, "isGenerated": true,
        "mediaType": "image/svg+xml",
    })
}

fn all_facts(images: &Value) -> Vec<Value> {
    images.as_array().unwrap().iter().map(facts).collect()
}

/// A folder with pictures, and the records that name them: of a film, its director, a series and an episode.
pub(crate) fn folder_with_pictures(program: &Program) -> (PathBuf, [Value; 4]) {
    let folder = program.data().join("records");
    std::fs::create_dir_all(folder.join("posters")).unwrap();
    for (name, bytes) in [
        ("posters/heat.jpg", photo(600, 900, ImageFormat::Jpeg)),
        ("posters/hitze.png", photo(400, 600, ImageFormat::Png)),
        ("logo.png", logo(80)),
        ("mann.jpg", photo(200, 300, ImageFormat::Jpeg)),
        ("rift.jpg", photo(320, 180, ImageFormat::Jpeg)),
    ] {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    let german = json!({ "from": "posters/hitze.png", "language": "de" });
    let heat = json!({
        "slug": "heat-1995", "title": "Heat", "directors": ["Michael Mann"],
        "pictures": { "poster": ["posters/heat.jpg", german], "logo": "logo.png" },
    });
    let records = [
        heat,
        json!({ "kind": "person", "slug": "michael-mann", "name": "Michael Mann", "portrait": "mann.jpg" }),
        json!({ "kind": "series", "slug": "dusk-2017", "title": "Dusk" }),
        json!({ "series": "dusk-2017", "season": 1, "episode": 1, "title": "The Rift", "still": "rift.jpg" }),
    ];
    (folder, records)
}

/// A poster of 600 by 900 pixels lies there 300 pixels wide, whole and in parts, and is not sent to whoever has it.
async fn assert_served_in_parts(site: &Site, poster: &Value) {
    let whole = fetch(site, poster, &[]).await;
    assert_eq!(
        (whole.status, whole.header(CONTENT_TYPE)),
        (StatusCode::OK, "image/webp")
    );
    let shown = image::load_from_memory_with_format(&whole.bytes, ImageFormat::WebP).unwrap();
    assert_eq!((shown.width(), shown.height()), (300, 450));
    let tag = whole.header(ETAG).to_owned();
    let known = fetch(site, poster, &[(IF_NONE_MATCH, &*tag)]).await;
    assert_eq!(
        (known.status, known.bytes.len()),
        (StatusCode::NOT_MODIFIED, 0)
    );
    let part = fetch(site, poster, &[(RANGE, "bytes=4-13")]).await;
    assert_eq!(
        (part.status, &*part.bytes),
        (StatusCode::PARTIAL_CONTENT, &whole.bytes[4..14])
    );
    let range = format!("bytes 4-13/{}", whole.bytes.len());
    assert_eq!(part.header(CONTENT_RANGE), range);
    let beyond = fetch(site, poster, &[(RANGE, "bytes=9999999-")]).await;
    assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
}

/// Nothing is made larger than it is; what can be seen through stays so but in a JPEG.
async fn assert_shown_as_it_is(site: &Site, logos: &Value) {
    for (url, side, media_type) in [
        (&logos["large"], 80, "image/webp"),
        (&logos["jpeg"], 80, "image/jpeg"),
        (&logos["png"], 80, "image/png"),
    ] {
        let found = fetch(site, url, &[]).await;
        assert_eq!(
            (found.status, found.header(CONTENT_TYPE)),
            (StatusCode::OK, media_type)
        );
        let shown = image::load_from_memory(&found.bytes).unwrap();
        assert_eq!(shown.width(), side, "{url}");
        let is_clear = shown.to_rgba8().get_pixel(4, 4).0[3] == 0;
        assert_eq!(is_clear, media_type != "image/jpeg", "{url}");
    }
}

async fn pictures_of_a_folder_are_loaded_and_shown(on: On) {
    let program = program(on).await;
    let (folder, records) = folder_with_pictures(&program);
    let file = write_records(&folder, &records);

    let (dry, warned, _) = load(&program, &file, &["--dry-run"]).await;
    let (first, messages, is_clean) = load(&program, &file, &[]).await;
    let (again, ..) = load(&program, &file, &[]).await;

    assert!(!dry.contains("pictures:"), "{dry}");
    assert!(warned.contains("is not read by a dry run"), "{warned}");
    assert!(is_clean, "{messages}");
    assert!(first.contains("pictures: 5 new"), "{first}");
    let unchanged = "pictures: 0 new, 0 changed, 5 unchanged";
    assert!(again.contains(unchanged), "{again}");
    assert!(
        again.contains("films: 0 new, 0 changed, 1 unchanged"),
        "{again}"
    );

    let mut site = program.serve().await;
    let data = site.ask(PICTURES, json!({})).await;
    let film = &data["film"];
    assert_eq!(
        all_facts(&film["images"]),
        [
            given("POSTER", (400, 600), Some("de")),
            given("POSTER", (600, 900), None),
            drawn("BACKDROP", (1280, 720), None),
            given("LOGO", (80, 80), None),
        ]
    );
    assert_eq!(
        film["en"],
        json!([{ "language": null }, { "language": "de" }])
    );
    let portrait = given("PORTRAIT", (200, 300), None);
    assert_eq!(all_facts(&data["person"]["images"]), [portrait]);
    assert_eq!(data["person"]["none"], json!([]));
    let series = &data["series"];
    assert_eq!(
        series["images"][0],
        json!({ "kind": "POSTER", "isGenerated": true })
    );
    let episode = &series["seasons"][0]["episodes"]["nodes"][0];
    assert_eq!(
        all_facts(&episode["images"]),
        [given("STILL", (320, 180), None)]
    );

    let poster = &film["images"][1]["url"];
    assert!(poster.as_str().unwrap().starts_with(&site.address));
    assert_served_in_parts(&site, poster).await;
    assert_shown_as_it_is(&site, &film["logos"][0]).await;
    for of_others in [
        &data["person"]["images"][0]["url"],
        &episode["images"][0]["url"],
    ] {
        assert_eq!(fetch(&site, of_others, &[]).await.status, StatusCode::OK);
    }
    site.kill().await;

    // A language that is taken away takes no other with it; what may not be seen has no picture.
    let [mut hidden, ..] = records;
    hidden["state"] = json!("hidden");
    hidden["pictures"] = json!({ "poster": { "from": null, "language": "de" }, "logo": null });
    let gone = json!({ "kind": "person", "slug": "michael-mann", "name": "Michael Mann", "portrait": null });
    let (summary, ..) = load(&program, &write_records(&folder, &[hidden, gone]), &[]).await;
    assert!(summary.contains("(pictures 1, state 1)"), "{summary}");
    assert!(summary.contains("(portrait 1)"), "{summary}");
    let site = program.serve().await;
    assert_eq!(
        fetch(&site, poster, &[]).await.status,
        StatusCode::NOT_FOUND
    );
    let person = "{ person(slug: \"michael-mann\") { images { kind } } }";
    assert_eq!(
        site.ask(person, json!({})).await["person"]["images"],
        json!([])
    );
    let portrait = &data["person"]["images"][0]["url"];
    assert_eq!(
        fetch(&site, portrait, &[]).await.status,
        StatusCode::NOT_FOUND
    );
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
        format!("{address}/none.png"),
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
    assert!(messages.contains("warning: poster_path"), "{messages}");
    assert!(summary.contains("6 pictures refused"), "{summary}");
    assert!(summary.contains("films: 1 new"), "{summary}");
    let site = program.serve().await;
    let query = "{ film(slug: \"dusk-2017\") { images { kind isGenerated } }
        heat: film(slug: \"heat-1995\") { images(kind: [POSTER]) { width isGenerated } } }";
    let data = site.ask(query, json!({})).await;
    let kinds = [("POSTER", true), ("BACKDROP", true), ("THUMB", false)];
    let kinds = kinds.map(|(kind, drawn)| json!({ "kind": kind, "isGenerated": drawn }));
    assert_eq!(data["film"]["images"], json!(kinds));
    let poster = json!([{ "width": 300, "isGenerated": false }]);
    assert_eq!(data["heat"]["images"], poster);
}
