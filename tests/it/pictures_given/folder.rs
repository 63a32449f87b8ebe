//! Pictures in a folder are loaded, said by the schema, and shown whole and in parts.

use std::path::PathBuf;

use image::ImageFormat;
use reqwest::StatusCode;
use reqwest::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, HeaderName,
    IF_NONE_MATCH, RANGE,
};
use serde_json::{Value, json};

use super::{load, logo, photo, program, write_records};
use crate::both_ways::both_ways;
use crate::support::program::{On, Program, Site};

both_ways!(pictures_of_a_folder_are_loaded_and_shown);

const KEPT: &str = "public, max-age=31536000, s-maxage=300, immutable";

/// The fields of all pictures of a film, its episode and its director.
pub(super) const PICTURES: &str = "{ film(slug: \"heat-1995\") { images(language: \"de-AT\") { ...I } en: images(kind: [POSTER], language: \"en\") { language }
        whole: images(kind: [POSTER], language: \"en\") { url(format: PNG) } logos: images(kind: [LOGO]) { large: url(width: 300) jpeg: url(format: JPEG) png: url(format: PNG, height: 20) } }
    person(slug: \"michael-mann\") { images { ...I } none: images(kind: [POSTER]) { kind } }
    series(slug: \"dusk-2017\") { images { kind isGenerated } seasons(first: 1) { images { ...I } first: image(kind: [LOGO, THUMB]) { kind } banner: image(kind: [BANNER]) { kind } episodes { nodes { images { ...I } } } } } }
    fragment I on Image { kind width height language isGenerated mediaType dominantColor blurhash url(width: 300, format: WEBP) }";

/// What lies at an address of the site.
pub(super) struct Found {
    pub(super) status: StatusCode,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Found {
    fn header(&self, name: HeaderName) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }
}

pub(super) async fn fetch(site: &Site, url: &Value, headers: &[(HeaderName, &str)]) -> Found {
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
pub(super) fn folder_with_pictures(program: &Program) -> (PathBuf, [Value; 4]) {
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
        json!({ "kind": "series", "slug": "dusk-2017", "title": "Dusk", "seasons": [
            { "number": 1, "pictures": { "poster": "posters/hitze.png", "thumb": "rift.jpg" } },
        ] }),
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
    // For good as it says how it was made; as addresses were before they did, for a minute.
    let address = poster.as_str().unwrap();
    let (before, _) = address.split_once("?v=").unwrap();
    for (address, kept) in [
        (address.to_owned(), KEPT),
        (before.to_owned(), "public, max-age=60"),
        (format!("{before}?v=1"), "public, max-age=60"),
    ] {
        let found = fetch(site, &json!(address), &[]).await;
        assert_eq!(found.header(CACHE_CONTROL), kept, "{address}");
        assert!(found.bytes == whole.bytes, "{address}");
    }
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
    // Who asks for no bytes is told of all that there are.
    let asked = reqwest::Client::new().head(address);
    let asked = asked.header(RANGE, "bytes=4-13").send().await.unwrap();
    let length = asked.headers().get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok());
    assert_eq!(
        (asked.status(), length),
        (StatusCode::OK, Some(&*whole.bytes.len().to_string()))
    );
}

/// Parts of a picture are those of the whole, from either end, and there is none beyond.
async fn assert_parted(site: &Site, url: &Value) {
    let last = fetch(site, url, &[(RANGE, "bytes=-10")]).await;
    let whole = fetch(site, url, &[]).await;
    assert_eq!(
        (last.status, whole.status),
        (StatusCode::PARTIAL_CONTENT, StatusCode::OK)
    );
    let length = whole.bytes.len();
    assert_eq!(last.bytes, whole.bytes[length - 10..]);
    let range = format!("bytes {}-{}/{length}", length - 10, length - 1);
    assert_eq!(last.header(CONTENT_RANGE), range);
    let beyond = format!("bytes={length}-");
    let beyond = fetch(site, url, &[(RANGE, &*beyond)]).await;
    assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(beyond.header(CONTENT_RANGE), format!("bytes */{length}"));
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
    assert!(first.contains("pictures: 7 new"), "{first}");
    let unchanged = "pictures: 0 new, 0 changed, 7 unchanged";
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
    let season = &series["seasons"][0];
    assert_eq!(
        all_facts(&season["images"]),
        [
            given("POSTER", (400, 600), None),
            given("THUMB", (320, 180), None)
        ]
    );
    assert_eq!(season["first"], json!({ "kind": "THUMB" }));
    assert_eq!(season["banner"], json!(null));
    let episode = &season["episodes"]["nodes"][0];
    assert_eq!(
        all_facts(&episode["images"]),
        [given("STILL", (320, 180), None)]
    );

    let poster = &film["images"][1]["url"];
    assert!(poster.as_str().unwrap().starts_with(&site.address));
    assert_served_in_parts(&site, poster).await;
    // It is large enough to be read in parts, once it was made.
    let whole = &film["whole"][0]["url"];
    for _ in 0..2 {
        assert_parted(&site, whole).await;
    }
    assert_shown_as_it_is(&site, &film["logos"][0]).await;
    for of_others in [
        &data["person"]["images"][0]["url"],
        &season["images"][0]["url"],
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
    // He has another film, or he would be there no more than what is hidden.
    let thief = json!({ "slug": "thief-1981", "title": "Thief", "directors": ["Michael Mann"] });
    let records = [hidden, gone, thief];
    let (summary, ..) = load(&program, &write_records(&folder, &records), &[]).await;
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
