//! Sidecars, pictures and names of files become titles: told first, brought in once, kept off locked fields, and written
//! back beside the files.

use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::time::{Duration, Instant};

use image::{DynamicImage, ImageFormat, RgbImage};
use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::SOON;
use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

both_ways!(a_folder_becomes_titles_that_are_made_once_and_written_back);

const FILM: &str = "Film/Moon Harbour (1999)";
const SEASON: &str = "TV/Paper Streets (2001)/Season 01";
const NFO: &str = "<movie><title>Moon Harbour</title><year>1999</year><plot>A boat &amp; a storm.</plot>\
    <tagline>One night</tagline><runtime>95</runtime><genre>Drama</genre><mpaa>US:PG-13</mpaa>\
    <uniqueid type=\"imdb\">tt9990001</uniqueid><director>Ines Okafor</director>\
    <actor><name>Tom Vale</name><role>Skipper</role><order>0</order></actor></movie>";
const FOUND: &str = "{ film(slug: \"moon-harbour-1999\") { id state overview tagline duration images(kind: [POSTER]) { isGenerated }
        revisions(first: 5) { nodes { source kind } } valueSources { field source } }
    series(slug: \"paper-streets-2001\") { state seasons(first: 1) { number image(kind: [POSTER]) { isGenerated } episodes { nodes { name overview } } } }
    bare: film(slug: \"tin-lantern-2003\") { state valueSources { field source } }
    files(first: 50, state: [MATCHED]) { totalCount } open: files(first: 50, state: [UNMATCHED]) { nodes { path } } }";

fn put(root: &Path, path: &str, bytes: &[u8]) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn picture(shade: u8) -> Vec<u8> {
    let image = RgbImage::from_pixel(20, 30, image::Rgb([shade, 80, 90]));
    let mut bytes = Cursor::new(Vec::new());
    let image = DynamicImage::ImageRgb8(image);
    image.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn build(root: &Path) {
    put(root, &format!("{FILM}/boat.mkv"), b"\x1aE\xdf\xa3 one");
    put(root, &format!("{FILM}/movie.nfo"), NFO.as_bytes());
    put(root, &format!("{FILM}/poster.png"), &picture(10));
    put(
        root,
        &format!("{SEASON}/Paper Streets S01E01.mkv"),
        b"\x1aE\xdf\xa3 two",
    );
    let nfo = "<episodedetails><title>Corners</title><season>1</season><episode>1</episode><plot>It begins.</plot></episodedetails>";
    put(
        root,
        &format!("{SEASON}/Paper Streets S01E01.nfo"),
        nfo.as_bytes(),
    );
    put(
        root,
        "TV/Paper Streets (2001)/season01-poster.png",
        &picture(20),
    );
    put(root, "Film/Tin Lantern (2003).mkv", b"\x1aE\xdf\xa3 three");
    put(root, "Film/Nobody Knows.mkv", b"\x1aE\xdf\xa3 four");
}

async fn a_folder_becomes_titles_that_are_made_once_and_written_back(on: On) {
    let program = match on {
        On::Embedded => Program::seeded(on).await,
        On::Servers => Program::seeded_without_graph(on).await,
    };
    program.create_user("curator@example.org", "curator").await;
    let site = program.serve().await;
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;
    let around = tempfile::tempdir().unwrap();
    let root = around.path().canonicalize().unwrap().join("library");
    build(&root);
    let folder = root.to_str().unwrap();
    let scan = ["scan", folder, "--apply", "--titles"];

    // Without --apply it is told what would become of it, and nothing is.
    let told = program.expect(&["scan", folder, "--titles"]).await;
    assert!(told.contains("would be: titles: 3 new"), "{told}");
    let nothing = curator.ask(FOUND).await;
    assert_eq!(nothing["film"], Value::Null);

    let brought = program.expect(&scan).await;
    let expected = "titles: 3 new, 0 changed; episodes: 1 new, 0 changed; 0 refused, 1 left out";
    assert!(brought.contains(expected), "{brought}");
    let is_brought = |found: &Value| {
        let season = &found["series"]["seasons"][0];
        found["film"] != Value::Null
            && found["bare"] != Value::Null
            && season["image"] != Value::Null
            && season["episodes"]["nodes"][0] != Value::Null
    };
    let found = found_when(&mut curator, is_brought).await;
    let film = &found["film"];
    assert_eq!(
        (&film["state"], &film["overview"], &film["duration"]),
        (&json!("DRAFT"), &json!("A boat & a storm."), &json!(5_700))
    );
    assert_eq!(film["images"][0]["isGenerated"], false);
    let made = json!([{ "source": "SCAN", "kind": "CREATED" }]);
    assert_eq!(film["revisions"]["nodes"], made);
    let sources = film["valueSources"].as_array().unwrap();
    assert!(sources.contains(&json!({ "field": "overview", "source": "SIDECAR" })));
    assert_eq!(found["bare"]["state"], "DRAFT");
    // Its name alone says what it is called; that it is a draft, the scan.
    let guessed = json!([
        { "field": "state", "source": "SIDECAR" },
        { "field": "title", "source": "GUESS" },
        { "field": "year", "source": "GUESS" },
    ]);
    assert_eq!(found["bare"]["valueSources"], guessed);
    let season = &found["series"]["seasons"][0];
    assert_eq!(season["image"]["isGenerated"], false);
    let episodes = json!([{ "name": "Corners", "overview": "It begins." }]);
    assert_eq!(season["episodes"]["nodes"], episodes);
    // Videos, sidecars and pictures, of which one alone is of nothing.
    assert_eq!(found["files"]["totalCount"], 7);
    let open = json!([{ "path": "Film/Nobody Knows.mkv" }]);
    assert_eq!(found["open"]["nodes"], open);

    // What is as it was is passed over; what has changed is brought, but for what is locked.
    let same = program.expect(&scan).await;
    let expected = "titles: 0 new, 0 changed; episodes: 0 new, 0 changed; 0 refused, 1 left out";
    assert!(same.contains(expected), "{same}");
    let lock = json!({ "ids": [film["id"]], "fields": ["tagline"], "locked": true });
    curator.expect("setLocks", lock, "results { nodeId }").await;
    let other = NFO
        .replace("One night", "Another night")
        .replace(">95<", ">96<");
    put(&root, &format!("{FILM}/movie.nfo"), other.as_bytes());
    let changed = program.expect(&scan).await;
    assert!(changed.contains("titles: 0 new, 1 changed"), "{changed}");
    let is_changed = |found: &Value| found["film"]["duration"] == 5_760;
    let film = &found_when(&mut curator, is_changed).await["film"];
    assert_eq!(
        (&film["tagline"], &film["duration"]),
        (&json!("One night"), &json!(5_760))
    );
    are_written_back(&program, &root).await;
}

/// What is found once the server has followed what a command has written.
async fn found_when(curator: &mut Visitor, is_there: impl Fn(&Value) -> bool) -> Value {
    let end = Instant::now() + SOON;
    loop {
        let found = curator.ask(FOUND).await;
        if is_there(&found) {
            return found;
        }
        assert!(Instant::now() < end, "{found}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// What is exported beside the files is what a scan reads back; one that says something else is left alone.
async fn are_written_back(program: &Program, root: &Path) {
    let folder = root.to_str().unwrap();
    let export = ["export", folder, "--nfo"];
    let kept = root.join(FILM).join("movie.nfo");
    let before = fs::read_to_string(&kept).unwrap();

    let refused = program.run(&export).await;

    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert_eq!(fs::read_to_string(&kept).unwrap(), before);
    let bare = fs::read_to_string(root.join("Film/Tin Lantern (2003).nfo")).unwrap();
    assert!(bare.contains("<title>Tin Lantern</title>"), "{bare}");
    let forced = [&export[..], &["--force"]].concat();
    program.expect(&forced).await;
    assert!(fs::read_to_string(&kept).unwrap().contains("One night"));
    let again = program
        .expect(&["scan", folder, "--apply", "--titles"])
        .await;
    let expected = "titles: 0 new, 0 changed; episodes: 0 new, 0 changed; 0 refused, 1 left out";
    assert!(again.contains(expected), "{again}");
    let same = program.expect(&export).await;
    assert!(same.contains("0 written"), "{same}");
    // A video that is away gets none, although its folder is there.
    let lantern = root.join("Film/Tin Lantern (2003).nfo");
    fs::remove_file(&lantern).unwrap();
    fs::remove_file(lantern.with_extension("mkv")).unwrap();
    let without = program.expect(&export).await;
    assert!(without.contains("0 written"), "{without}");
    assert!(!lantern.exists());
}
