//! Pictures of collections: drawn at first, loaded by records, set by curators, exported, and kept from sweeps.

use image::ImageFormat;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::folder::fetch;
use super::{load, photo, program, write_records};
use crate::both_ways::both_ways;
use crate::support::SOON;
use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

both_ways!(
    collections_have_pictures_of_their_own,
    pictures_of_a_collection_may_lie_beside_a_film,
);

const SHOWN: &str = "{ collection(slug: \"mann-films\") { id name image { isGenerated url }
    images { kind width isGenerated language pictureId url(width: 300) } } }";
const SOURCES: &str = "{ collection(slug: \"mann-films\") { revision valueSources { field source }
    revisions { nodes { source kind changes { field } } } } }";

async fn collections_have_pictures_of_their_own(on: On) {
    let program = program(on).await;
    let folder = program.data().join("records");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, width) in [("first.jpg", 600), ("second.jpg", 300)] {
        let bytes = photo(width, width * 3 / 2, ImageFormat::Jpeg);
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    let film = json!({ "slug": "heat-1995", "title": "Heat", "collection": { "name": "Mann Films", "part": 1 } });
    let file = write_records(&folder, std::slice::from_ref(&film));
    load(&program, &file, &[]).await;
    program.create_user("curator@example.org", "curator").await;
    let site = program.serve().await;

    one_without_has_a_drawn_poster(&site).await;
    let record = |poster: &str| json!({ "kind": "collection", "slug": "mann-films", "name": "Mann Films", "pictures": { "poster": poster } });
    let file = write_records(&folder, &[film.clone(), record("first.jpg")]);
    let (summary, messages, is_clean) = load(&program, &file, &[]).await;
    assert!(is_clean, "{messages}");
    assert!(
        summary.contains("collections: 0 new, 1 changed (pictures 1)"),
        "{summary}"
    );
    let (again, ..) = load(&program, &file, &[]).await;
    assert!(
        again.contains("collections: 0 new, 0 changed, 1 unchanged"),
        "{again}"
    );
    let given = shown(&site, |images| images[0]["isGenerated"] == false).await;
    let images = &given["images"];
    assert_eq!(images.as_array().unwrap().len(), 1, "{images}");
    let found = fetch(&site, &images[0]["url"], &[]).await;
    assert_eq!(found.status, StatusCode::OK);

    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;
    a_curator_takes_it_away_and_no_load_brings_it_back(&program, &mut curator, &given).await;
    let file = write_records(&folder, &[record("second.jpg")]);
    let (_, said, _) = load(&program, &file, &[]).await;
    assert!(said.contains("LOWER_SOURCE"), "{said}");
    assert_eq!(
        shown(&site, |_| true).await["images"][0]["isGenerated"],
        true
    );
    it_comes_back_and_is_exported(&program, &mut curator, &given).await;
}

async fn pictures_of_a_collection_may_lie_beside_a_film(on: On) {
    let program = program(on).await;
    let library = tempfile::tempdir().unwrap();
    let root = library.path().canonicalize().unwrap();
    let film = root.join("Film/Thief (1981)");
    std::fs::create_dir_all(&film).unwrap();
    let nfo =
        "<movie><title>Thief</title><year>1981</year><set><name>Mann Films</name></set></movie>";
    for (name, bytes) in [
        ("Thief (1981).mkv", b"\x1aE\xdf\xa3 one".to_vec()),
        ("movie.nfo", nfo.as_bytes().to_vec()),
        ("poster.jpg", photo(200, 300, ImageFormat::Jpeg)),
        ("movieset-poster.jpg", photo(400, 600, ImageFormat::Jpeg)),
    ] {
        std::fs::write(film.join(name), bytes).unwrap();
    }
    let site = program.serve().await;

    let scan = [
        "scan",
        root.to_str().unwrap(),
        "--apply",
        "--titles",
        "--publish",
    ];
    let told = program.expect(&scan).await;

    assert!(told.contains("titles: 1 new, 0 changed"), "{told}");
    let given = shown(&site, |images| images[0]["width"] == 400).await;
    assert_eq!(given["name"], "Mann Films");
    let query = "{ film(slug: \"thief-1981\") { images(kind: [POSTER]) { width } } }";
    let own = json!([{ "width": 200 }]);
    site.wait_for(SOON, query, |seen| seen["film"]["images"] == own)
        .await;
    let again = program.expect(&scan).await;
    assert!(again.contains("titles: 0 new, 0 changed"), "{again}");
}

/// The collection as everybody sees it, once its pictures are as they are to be.
async fn shown(site: &Site, are_so: impl Fn(&Value) -> bool) -> Value {
    let seen = site
        .wait_for(SOON, SHOWN, |seen| are_so(&seen["collection"]["images"]))
        .await;
    seen["collection"].clone()
}

async fn one_without_has_a_drawn_poster(site: &Site) {
    let collection = shown(site, Value::is_array).await;
    let images = collection["images"].as_array().unwrap();
    assert_eq!(images.len(), 1, "{images:?}");
    let poster = &images[0];
    assert_eq!(
        (&poster["kind"], &poster["isGenerated"], &poster["language"]),
        (&json!("POSTER"), &json!(true), &json!("en"))
    );
    let found = fetch(site, &poster["url"], &[]).await;
    assert_eq!(found.status, StatusCode::OK);
    let found = fetch(site, &collection["image"]["url"], &[]).await;
    assert_eq!(found.status, StatusCode::OK);
}

async fn a_curator_takes_it_away_and_no_load_brings_it_back(
    program: &Program,
    curator: &mut Visitor,
    given: &Value,
) {
    let picture = &given["images"][0]["pictureId"];
    let still = json!({ "of": given["id"], "kind": "STILL", "upload": picture });
    let refused = curator.refused("addPicture", still).await;
    assert_eq!(refused, ("INVALID".to_owned(), "kind".to_owned()));
    // What refers to it keeps it from a sweep.
    let swept = program.expect(&["pictures", "sweep", "--dry-run"]).await;
    assert!(swept.contains(" 0 are younger than a day"), "{swept}");

    let gone = json!({ "of": given["id"], "kind": "POSTER", "picture": picture });
    let fields = "images { kind } changes { field } run";
    let gone = curator.expect("removePicture", gone, fields).await;

    assert_eq!(gone["images"], json!([]));
    assert_eq!(gone["changes"], json!([{ "field": "pictures" }]));
    let told = curator.ask(SOURCES).await["collection"].take();
    let sources = json!([
        { "field": "name", "source": "RECORD" },
        { "field": "pictures", "source": "CURATOR" },
    ]);
    assert_eq!(told["valueSources"], sources);
    let latest = &told["revisions"]["nodes"][0];
    assert_eq!(
        (&latest["source"], &latest["changes"]),
        (&json!("EDIT"), &json!([{ "field": "pictures" }]))
    );
}

async fn it_comes_back_and_is_exported(program: &Program, curator: &mut Visitor, given: &Value) {
    let picture = &given["images"][0]["pictureId"];
    let back = json!({ "of": given["id"], "kind": "POSTER", "upload": picture });
    let back = curator
        .expect("addPicture", back, "images { pictureId } run")
        .await;
    assert_eq!(back["images"], json!([{ "pictureId": picture }]));
    let run = json!({ "run": back["run"] });
    curator.expect("revertRevisions", run, "run").await;
    let again = json!({ "of": given["id"], "kind": "POSTER", "upload": picture });
    curator.expect("addPicture", again, "run").await;

    let out = program.data().join("exported").join("all.ndjson");
    std::fs::create_dir_all(out.parent().unwrap()).unwrap();
    let told = program.expect(&["export", out.to_str().unwrap()]).await;
    assert!(told.contains("1 collections"), "{told}");
    let exported = std::fs::read_to_string(&out).unwrap();
    let hash = picture.as_str().unwrap();
    let line = exported
        .lines()
        .find(|line| line.contains("\"collection\",\"slug\""));
    assert!(line.is_some_and(|line| line.contains(hash)), "{exported}");
}
