//! Whole pictures: what is on them, that they are well-formed, and which address they have.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::address::{PictureAddress, TAG};
use super::picture::Picture;
use crate::domain::catalog::{Episode, Title};
use crate::domain::language::LanguageTag;

fn with(mut value: Value, more: &Value) -> Value {
    let stamp = json!({ "created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z", "revision": 1 });
    value["stamp"] = stamp;
    for (key, own) in more.as_object().unwrap() {
        value[key] = own.clone();
    }
    value
}

fn title(more: &Value) -> Title {
    let value = json!({
        "id": 7, "kind": "film", "slug": "heat-1995", "name": "Heat", "year": 1995,
        "genres": [], "credits": [], "countries": [], "languages": [], "external_ids": [],
    });
    serde_json::from_value(with(value, more)).unwrap()
}

fn episode(more: &Value) -> Episode {
    let value = json!({ "id": 8, "series": 7, "season": 2, "number": 3, "directors": [] });
    serde_json::from_value(with(value, more)).unwrap()
}

fn tag(text: &str) -> LanguageTag {
    LanguageTag::parse(text).unwrap()
}

/// Checks that a text is well-formed XML of the kind that pictures are: elements that are closed in order, attributes
/// in quotation marks, and no reference but the five that every reader knows. Gives what stands between elements.
fn read_xml(svg: &str) -> Vec<String> {
    let mut open: Vec<&str> = Vec::new();
    let mut texts = Vec::new();
    let mut rest = svg;
    while let Some((text, after)) = rest.split_once('<') {
        let references = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"];
        let plain = references
            .iter()
            .fold(text.to_owned(), |text, it| text.replace(it, ""));
        assert!(!plain.contains(['&', '>']), "{text}");
        if !text.is_empty() {
            texts.push(text.to_owned());
        }
        let (element, after) = after.split_once('>').unwrap();
        rest = after;
        if let Some(name) = element.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
            continue;
        }
        let inside = element.strip_suffix('/').unwrap_or(element);
        let (name, mut attributes) = inside.split_once(' ').unwrap_or((inside, ""));
        while let Some((key, value)) = attributes.split_once("=\"") {
            let key = key.trim();
            assert!(
                key.chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-:".contains(c)),
                "{key}"
            );
            let (value, after) = value.split_once('"').unwrap();
            assert!(!value.contains(['<', '&']), "{value}");
            attributes = after;
        }
        assert_eq!(attributes, "", "{element}");
        if !element.ends_with('/') {
            open.push(name);
        }
    }
    assert_eq!((open, rest), (Vec::new(), ""));
    texts
}

const GENRES: [&str; 18] = [
    "Action",
    "Adventure",
    "Animation",
    "Comedy",
    "Crime",
    "Documentary",
    "Drama",
    "Family",
    "Fantasy",
    "Horror",
    "Music",
    "Mystery",
    "Romance",
    "Science Fiction",
    "Thriller",
    "War",
    "Western",
    "Telenovela",
];

#[test]
fn every_motif_is_a_graphic_of_its_own_in_every_shape() {
    let mut drawn = std::collections::HashSet::new();
    let episode = episode(&json!({ "name": "The Rift" }));
    for genre in GENRES {
        for slug in 0..12 {
            let title = title(&json!({ "slug": format!("title-{slug}") }));
            let genres = [genre];
            let poster = Picture::poster(&title, &genres, []);
            let backdrop = Picture::backdrop(&title, &genres);
            let still = Picture::still(&title, &genres, &episode, []);
            for picture in [poster, backdrop, still] {
                let svg = picture.draw(None);
                read_xml(&svg);
                assert!(svg.len() < 200_000, "{genre} {slug}: {}", svg.len());
                assert!(
                    !svg.contains("NaN") && !svg.contains("inf"),
                    "{genre} {slug}"
                );
                for harmful in ["<script", "<style", "href", "<image", "<foreignObject"] {
                    assert!(!svg.contains(harmful), "{harmful}");
                }
                assert!(drawn.insert(svg), "{genre} {slug} is drawn twice");
            }
        }
    }
}

#[test]
fn a_poster_says_what_a_title_is_called_and_a_backdrop_nothing() {
    let more = json!({ "names": { "de": "Tom & <Jerry> \"J.\"" }, "end_year": 1999 });
    let title = title(&more);

    let poster = Picture::poster(&title, &["Crime", "Drama"], [tag("de-AT")]);
    let backdrop = Picture::backdrop(&title, &["Crime"]);

    assert_eq!(poster.language(), Some(tag("de")));
    let texts = read_xml(&poster.draw(None));
    assert_eq!(texts.last().unwrap(), "1995–1999 · Crime · Drama");
    assert_eq!(
        texts[..texts.len() - 1].join(" "),
        "Tom &amp; &lt;Jerry&gt; &quot;J.&quot;"
    );
    assert_eq!(backdrop.language(), None);
    assert_eq!(read_xml(&backdrop.draw(None)), [""; 0]);
    assert_eq!(poster.dominant_color(), backdrop.dominant_color());
}

#[test]
fn a_still_says_which_episode_it_is_of() {
    let series = title(&json!({ "name": "Dusk", "names": { "de": "Zwielicht" } }));
    let named = episode(&json!({ "name": "The Rift", "names": { "de": "Der Riss" } }));
    let unnamed = episode(&json!({ "number": 4 }));
    let still = |episode, wanted: &str| {
        let still = Picture::still(&series, &["Drama"], episode, [tag(wanted)]);
        let texts = read_xml(&still.draw(None));
        (texts, still.language().unwrap())
    };

    let two = |one: &str, other: &str| vec![one.to_owned(), other.to_owned()];
    assert_eq!(
        still(&named, "de"),
        (two("Der Riss", "Zwielicht · S2 E3"), tag("de"))
    );
    assert_eq!(
        still(&named, "fr"),
        (two("The Rift", "Dusk · S2 E3"), tag("en"))
    );
    assert_eq!(
        still(&unnamed, "de"),
        (two("Zwielicht", "S2 E4"), tag("de"))
    );
}

#[test]
fn another_picture_has_another_address_and_the_same_has_the_same() {
    let heat = title(&json!({}));
    let address = |title: &Title, genres: &[&str]| {
        let poster = Picture::poster(title, genres, []);
        poster.address(Some(342))
    };

    let usual = address(&heat, &["Crime"]);

    assert_eq!(
        usual,
        address(&title(&json!({ "watchers": 9 })), &["Crime"])
    );
    assert_eq!(usual.width, Some(342));
    assert_eq!(usual.tag.len(), TAG);
    for more in [
        json!({ "name": "Heat!" }),
        json!({ "year": 1996 }),
        json!({ "slug": "heat-1996" }),
    ] {
        assert_ne!(usual.tag, address(&title(&more), &["Crime"]).tag, "{more}");
    }
    assert_ne!(usual.tag, address(&heat, &["Crime", "Drama"]).tag);
    assert_ne!(
        usual.tag,
        Picture::backdrop(&heat, &["Crime"]).address(None).tag
    );
    let parts = usual.path();
    let parts: Vec<&str> = parts.split('/').collect();
    let [_, _, subject, tag, language, file] = parts[..] else {
        panic!("{parts:?}");
    };
    let read = PictureAddress::parse(subject, tag, language, file);
    assert_eq!(read, Some(usual));
}

#[test]
fn a_picture_is_shown_in_the_size_that_is_wanted() {
    let title = title(&json!({}));
    let poster = Picture::poster(&title, &[], []);

    let small = poster.draw(Some(154));

    assert!(small.contains("width=\"154\" height=\"231\" viewBox=\"0 0 600 900\""));
    let own = small.replace(
        "width=\"154\" height=\"231\"",
        "width=\"600\" height=\"900\"",
    );
    assert_eq!(poster.draw(None), own);
}

proptest! {
    #[test]
    fn any_name_gives_a_graphic_that_can_be_read(name in "\\PC{1,80}|[\\x00-\\x7f]{1,80}") {
        let title = title(&json!({ "name": name }));
        let svg = Picture::poster(&title, &["Drama"], []).draw(None);
        read_xml(&svg);
    }
}
