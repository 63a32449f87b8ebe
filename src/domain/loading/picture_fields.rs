//! Pictures, as a record names them: by a path from the folder of its file, or by an address on the web. None is read here.

use std::path::{Component, Path};

use serde_json::Value;
use url::Url;

use super::fields::{Fields, UNKNOWN, is_placeholder, shown};
use super::pictures::{MAX_PICTURES, Named, NamedPicture, PictureFrom, PicturesRecord, SaidOfKind};
use super::problem::Problem;
use super::said::Said;
use super::texts::language;
use crate::domain::catalog::PictureKind;
use crate::domain::language::LanguageTag;

/// The longest path or address, in characters.
const MAX_SOURCE: usize = 2000;
/// The longest word for a language, in characters.
const MAX_WORD: usize = 60;
/// The kinds that a title has.
const OF_TITLE: [PictureKind; 5] = [
    PictureKind::Poster,
    PictureKind::Backdrop,
    PictureKind::Logo,
    PictureKind::Banner,
    PictureKind::Thumb,
];
/// What is said of a path on the host of whoever else has written a record, which nobody can know.
const HOSTLESS: &str = "is a path on a host that is not said; left out: name the whole address in `pictures`, `still` or `portrait`";

/// Reads `pictures` of a title.
pub(super) fn read_pictures(fields: &mut Fields) -> Result<PicturesRecord, Problem> {
    pass_over(fields, "poster_path");
    pass_over(fields, "backdrop_path");
    let said = match fields.object("pictures")? {
        Said::Nothing => return Ok(PicturesRecord::default()),
        Said::Cleared => return Ok(cleared()),
        Said::Value(said) => said,
    };
    let mut kinds = Vec::new();
    for (key, value) in said {
        let field = format!("pictures.{key}");
        let kind = PictureKind::parse(&key).filter(|kind| OF_TITLE.contains(kind));
        let Some(kind) = kind else {
            let reason = "is none of poster, backdrop, logo, banner and thumb; ignored";
            fields.warn(field, reason);
            continue;
        };
        kinds.extend(read_kind(fields, field, kind, value)?);
    }
    let number: usize = kinds.iter().map(|said| said.pictures.len()).sum();
    if number > MAX_PICTURES {
        let reason = format!("has {number} pictures, more than {MAX_PICTURES}");
        return Err(Problem::new("pictures", reason));
    }
    Ok(PicturesRecord {
        is_cleared: false,
        kinds,
    })
}

/// Reads `still` of an episode.
pub(super) fn read_still(fields: &mut Fields) -> Result<PicturesRecord, Problem> {
    pass_over(fields, "still_path");
    read_field(fields, "still", PictureKind::Still)
}

/// Reads `portrait` of a person.
pub(super) fn read_portrait(fields: &mut Fields) -> Result<PicturesRecord, Problem> {
    pass_over(fields, "profile_path");
    read_field(fields, "portrait", PictureKind::Portrait)
}

fn read_field(
    fields: &mut Fields,
    name: &str,
    kind: PictureKind,
) -> Result<PicturesRecord, Problem> {
    let Some(value) = fields.raw(name) else {
        return Ok(PicturesRecord::default());
    };
    let said = read_kind(fields, name.to_owned(), kind, value)?;
    Ok(PicturesRecord {
        is_cleared: false,
        kinds: said.into_iter().collect(),
    })
}

fn cleared() -> PicturesRecord {
    PicturesRecord {
        is_cleared: true,
        kinds: Vec::new(),
    }
}

/// Takes a field that has a path without its host, as records of TMDB do.
fn pass_over(fields: &mut Fields, name: &'static str) {
    if let Some(value) = fields.take(name) {
        fields.warn_of(name, shown(&value), HOSTLESS);
    }
}

/// What is said of a kind: by one picture, or a list of them.
fn read_kind(
    fields: &mut Fields,
    field: String,
    kind: PictureKind,
    value: Value,
) -> Result<Option<SaidOfKind>, Problem> {
    let entries = match value {
        Value::Null => Vec::new(),
        Value::Array(entries) => entries,
        entry => {
            let picture = read_entry(fields, &field, &entry)?;
            return Ok(picture.map(|picture| SaidOfKind {
                field,
                kind,
                pictures: vec![picture],
            }));
        }
    };
    if entries.len() > MAX_PICTURES {
        let reason = format!("has {} entries, more than {MAX_PICTURES}", entries.len());
        return Err(Problem::new(field, reason));
    }
    let says_none = entries.is_empty();
    let mut pictures = Vec::with_capacity(entries.len());
    for (place, entry) in (1..).zip(&entries) {
        let read = read_entry(fields, &field, entry);
        pictures.extend(read.map_err(|problem| {
            let reason = format!("{} (entry {place})", problem.reason);
            Problem::new(problem.field, reason)
        })?);
    }
    // A list of which nothing is left says nothing: that its entries are blank is not that there are none.
    let says_something = says_none || !pictures.is_empty();
    Ok(says_something.then_some(SaidOfKind {
        field,
        kind,
        pictures,
    }))
}

/// A picture as a path, an address, or an object that has one.
fn read_entry(
    fields: &mut Fields,
    field: &str,
    entry: &Value,
) -> Result<Option<NamedPicture>, Problem> {
    let (from, language) = match entry {
        Value::Object(map) => {
            let mut object = Fields::new(map.clone());
            let language = read_language(&mut object, field)?;
            let Some(from) = object.raw("from").or_else(|| object.raw("url")) else {
                return Err(Problem::new(format!("{field}.from"), "is missing"));
            };
            fields.absorb(field, object, "is not a field of a picture; ignored");
            (from, language)
        }
        entry => (entry.clone(), None),
    };
    let named = match &from {
        Value::Null if entry.is_object() => Named::Nothing,
        Value::String(text) => {
            let text = text.trim();
            if text.is_empty() {
                return Ok(None);
            }
            if is_placeholder(text) {
                fields.warn_of(field, text, UNKNOWN);
                return Ok(None);
            }
            match source(text) {
                Ok(from) => Named::At(from),
                Err(reason) => Named::Wrong {
                    text: text.chars().take(MAX_SOURCE).collect(),
                    reason,
                },
            }
        }
        other => {
            let reason = format!("is {}, neither a path nor an address", shown(other));
            return Err(Problem::new(field, reason));
        }
    };
    Ok(Some(NamedPicture {
        language,
        named,
        read: None,
    }))
}

/// The language of what is written on a picture. `zxx` (ISO 639-2), and what TMDB writes for it, says that nothing is.
fn read_language(object: &mut Fields, field: &str) -> Result<Option<LanguageTag>, Problem> {
    let within = |problem: Problem| Problem::new(format!("{field}.language"), problem.reason);
    let said = object.optional_text("language", MAX_WORD).map_err(within)?;
    let said = match said {
        Said::Nothing => object
            .optional_text("iso_639_1", MAX_WORD)
            .map_err(within)?,
        said => said,
    };
    let Said::Value(word) = said else {
        return Ok(None);
    };
    if matches!(word.as_str(), "zxx" | "xx") {
        return Ok(None);
    }
    let tag = language(&word);
    if tag.is_none() {
        let reason = "is no language of ISO 639, by code or name; left out";
        object.warn_of("language", word, reason);
    }
    Ok(tag)
}

/// Where a text says that a picture is; or what is wrong with it, as the rest of a sentence.
fn source(text: &str) -> Result<PictureFrom, String> {
    if text.contains("://") || text.starts_with("data:") {
        return on_the_web(text).map(PictureFrom::Web);
    }
    check_length(text)?;
    if text.starts_with('/') {
        let reason = "is a path from a root: name the whole address of what is on the web, and a file by its path from the folder of the file that names it";
        return Err(reason.to_owned());
    }
    if text.contains('\\') || text.contains('\0') {
        return Err("is no path, whose parts are joined by “/”".to_owned());
    }
    let mut parts = Path::new(text).components();
    if !parts.all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err("leads out of the folder of the file that names it".to_owned());
    }
    Ok(PictureFrom::File(text.to_owned()))
}

/// The address that a text says; or what is wrong with it, as the rest of a sentence.
pub(super) fn on_the_web(text: &str) -> Result<Url, String> {
    check_length(text)?;
    address(text)
}

fn check_length(text: &str) -> Result<(), String> {
    let length = text.chars().count();
    if length > MAX_SOURCE {
        return Err(format!("has {length} characters, more than {MAX_SOURCE}"));
    }
    Ok(())
}

fn address(text: &str) -> Result<Url, String> {
    let mut url = Url::parse(text).map_err(|error| format!("is no address: {error}"))?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err("is an address that begins with something else than https://".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("is an address with a name or a password in it".to_owned());
    }
    url.set_fragment(None);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What is read of a title, and the fields that warnings are about.
    fn read(record: Value) -> Result<(PicturesRecord, Vec<String>), Problem> {
        let Value::Object(map) = record else {
            unreachable!("it is an object");
        };
        let mut fields = Fields::new(map);
        let record = read_pictures(&mut fields)?;
        let (unknown, warnings) = fields.finish();
        let warned = warnings.into_iter().map(|warning| warning.field);
        Ok((record, unknown.into_iter().chain(warned).collect()))
    }

    /// The kind, language and place of each that is named; what is wrong with it instead of its place.
    fn shown_of(record: &mut PicturesRecord) -> Vec<Value> {
        let each = record.each_mut().map(|(field, kind, picture)| {
            assert!(field.ends_with(kind.as_str()), "{field}");
            let place = match &picture.named {
                Named::Nothing => json!(null),
                Named::At(from) => json!(from.shown()),
                Named::Wrong { reason, .. } => json!([reason]),
            };
            json!([kind.as_str(), picture.language, place])
        });
        each.collect()
    }

    #[test]
    fn a_picture_is_a_path_an_address_or_an_object() {
        let (mut record, noticed) = read(json!({
            "pictures": {
                "backdrop": ["./a/b.jpg", { "url": "https://example.org/b.jpg#c", "iso_639_1": "xx" }, " "],
                "poster": { "from": "heat.jpg", "language": "German" },
                "logo": [{ "from": null, "language": "pt-BR" }, "N/A"],
                "banner": null,
                "cover": "c.jpg",
            },
            "poster_path": "/abc.jpg", "backdrop_path": null,
        }))
        .unwrap();

        assert!(record.names_any());
        let mut shown = shown_of(&mut record);
        shown.sort_by_key(Value::to_string);
        assert_eq!(
            shown,
            [
                json!(["backdrop", null, "./a/b.jpg"]),
                json!(["backdrop", null, "https://example.org/b.jpg"]),
                json!(["logo", "pt-BR", null]),
                json!(["poster", "de", "heat.jpg"]),
            ]
        );
        assert!(record.kinds.iter().any(|said| said.pictures.is_empty()));
        let mut noticed = noticed;
        noticed.sort();
        assert_eq!(noticed, ["pictures.cover", "pictures.logo", "poster_path"]);
        for nothing in [
            json!({}),
            json!({ "pictures": {} }),
            json!({ "pictures": { "logo": [""] } }),
        ] {
            assert_eq!(read(nothing).unwrap().0, PicturesRecord::default());
        }
        for none in [json!({ "pictures": null }), json!({ "pictures": [] })] {
            assert!(read(none).unwrap().0.is_cleared);
        }
    }

    #[test]
    fn what_leads_elsewhere_is_wrong_and_refuses_nothing_else() {
        let long = "a".repeat(2001);
        for (path, reason) in [
            ("../secret.jpg", "leads out of the folder"),
            ("a/../../secret.jpg", "leads out of the folder"),
            ("a/../b.jpg", "leads out of the folder"),
            ("/etc/passwd", "is a path from a root"),
            ("//example.org/a.jpg", "is a path from a root"),
            ("a\\b.jpg", "is no path"),
            (
                "file:///etc/passwd",
                "begins with something else than https://",
            ),
            (
                "data:image/png;base64,AAAA",
                "begins with something else than https://",
            ),
            (
                "https://ada:secret@example.org/a.jpg",
                "a name or a password",
            ),
            ("https://", "is no address"),
            (long.as_str(), "has 2001 characters"),
        ] {
            let pictures = json!({ "pictures": { "poster": path, "logo": "a.png" } });
            let (mut record, noticed) = read(pictures).unwrap();

            assert_eq!(noticed, [""; 0]);
            assert!(record.names_any());
            let shown = shown_of(&mut record);
            let wrong = shown.iter().find(|it| it[0] == "poster").unwrap();
            let said = wrong[2][0].as_str().unwrap();
            assert!(said.contains(reason), "{path}: {said}");
            assert!(shown.contains(&json!(["logo", null, "a.png"])));
        }
    }

    #[test]
    fn what_is_no_picture_at_all_is_refused_by_its_field() {
        for (pictures, field, reason) in [
            (json!("a.jpg"), "pictures", "not an object"),
            (
                json!({ "poster": 7 }),
                "pictures.poster",
                "neither a path nor an address",
            ),
            (
                json!({ "poster": ["a.jpg", null] }),
                "pictures.poster",
                "(entry 2)",
            ),
            (
                json!({ "poster": { "language": "de" } }),
                "pictures.poster.from",
                "is missing",
            ),
            (
                json!({ "poster": { "from": "a", "language": 7 } }),
                "pictures.poster.language",
                "not a text",
            ),
            (
                json!({ "poster": vec!["a.jpg"; 21] }),
                "pictures.poster",
                "more than 20",
            ),
            (
                json!({ "poster": vec!["a.jpg"; 11], "logo": vec!["a.jpg"; 10] }),
                "pictures",
                "has 21 pictures",
            ),
        ] {
            let problem = read(json!({ "pictures": pictures })).unwrap_err();
            assert_eq!(problem.field, field);
            assert!(problem.reason.contains(reason), "{}", problem.reason);
        }
    }

    #[test]
    fn a_still_and_a_portrait_are_fields_of_their_own() {
        let of = |record: Value| {
            let Value::Object(map) = record else {
                unreachable!("it is an object");
            };
            Fields::new(map)
        };

        let mut still = read_still(&mut of(json!({ "still": "s.jpg" }))).unwrap();
        let portrait = json!({ "portrait": [{ "from": "p.jpg", "language": "de" }] });
        let mut portrait = read_portrait(&mut of(portrait)).unwrap();

        assert_eq!(shown_of(&mut still), [json!(["still", null, "s.jpg"])]);
        assert_eq!(
            shown_of(&mut portrait),
            [json!(["portrait", "de", "p.jpg"])]
        );
        let none = read_still(&mut of(json!({ "still": null }))).unwrap();
        assert!(none.kinds[0].pictures.is_empty() && !none.names_any());
    }
}
