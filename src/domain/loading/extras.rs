//! Videos about a title, as a record names them: by an address, or by an object.

use serde_json::Value;

use super::fields::{Fields, MAX_NAME, UNKNOWN, checked_text, is_placeholder, shown};
use super::problem::Problem;
use super::said::Said;
use super::texts::language;
use crate::domain::catalog::{Extra, ExtraHost, ExtraKind, Video};

/// How many videos a title may have.
pub(super) const MAX_EXTRAS: usize = 100;
/// The longest address, in characters.
const MAX_ADDRESS: usize = 2000;
/// The longest word for anything else, in characters.
const MAX_WORD: usize = 60;

/// What a record says of the videos about a title. An entry of either list may be of a kind of the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExtrasRecord {
    /// The trailers and teasers.
    pub trailers: Said<Vec<Extra>>,
    /// Videos of all other kinds.
    pub others: Said<Vec<Extra>>,
}

impl ExtrasRecord {
    /// What is there after the record, trailers first, where `stored` were there before. A list that is named replaces what
    /// is stored of its kinds, and so does an entry of a kind of the other list.
    pub(super) fn over(&self, stored: &[Extra]) -> Vec<Extra> {
        let lists = [&self.trailers, &self.others];
        let said = lists.into_iter().filter_map(Said::value).flatten();
        let (trailers, others): (Vec<&Extra>, Vec<&Extra>) = said.partition(|it| it.is_trailer());
        let kept = |list: &Said<Vec<Extra>>, named: Vec<&Extra>, are_trailers: bool| {
            if *list == Said::Nothing && named.is_empty() {
                of_list(stored, are_trailers).cloned().collect()
            } else {
                each_once(named)
            }
        };
        let mut extras: Vec<Extra> = kept(&self.trailers, trailers, true);
        extras.extend(kept(&self.others, others, false));
        extras
    }
}

/// Those of these videos that are trailers and teasers, or those of all other kinds.
pub(super) fn of_list(extras: &[Extra], are_trailers: bool) -> impl Iterator<Item = &Extra> {
    let extras = extras.iter();
    extras.filter(move |it| it.is_trailer() == are_trailers)
}

/// Of those that name one video as one kind the first.
fn each_once(named: Vec<&Extra>) -> Vec<Extra> {
    let mut each: Vec<Extra> = Vec::new();
    for extra in named {
        let is_same = |other: &Extra| other.kind == extra.kind && other.video == extra.video;
        if !each.iter().any(is_same) {
            each.push(extra.clone());
        }
    }
    each
}

/// Reads `trailers` and `extras`.
pub(super) fn read_extras(fields: &mut Fields) -> Result<ExtrasRecord, Problem> {
    Ok(ExtrasRecord {
        trailers: read_list(fields, "trailers", ExtraKind::Trailer)?,
        others: read_list(fields, "extras", ExtraKind::Other)?,
    })
}

fn read_list(
    fields: &mut Fields,
    name: &'static str,
    usual: ExtraKind,
) -> Result<Said<Vec<Extra>>, Problem> {
    let mut place = 0;
    fields.entries(name, MAX_EXTRAS, |fields, value| {
        place += 1;
        read_extra(fields, name, value, usual).map_err(|problem| {
            let reason = format!("{} (entry {place})", problem.reason);
            Problem::new(problem.field, reason)
        })
    })
}

fn read_extra(
    fields: &mut Fields,
    name: &'static str,
    value: &Value,
    usual: ExtraKind,
) -> Result<Option<Extra>, Problem> {
    if let Value::Object(map) = value {
        let mut object = Fields::new(map.clone());
        let extra = read_object(&mut object, usual)
            .map_err(|problem| Problem::new(format!("{name}.{}", problem.field), problem.reason))?;
        fields.absorb(name, object, "is not a field of a video; ignored");
        return Ok(Some(extra));
    }
    let address = checked_text(name, value, MAX_ADDRESS)?;
    if address.is_empty() {
        return Ok(None);
    }
    if is_placeholder(&address) {
        fields.warn_of(name, address, UNKNOWN);
        return Ok(None);
    }
    Ok(Some(Extra {
        kind: usual,
        video: at_address(name, &address)?,
        name: None,
        language: None,
    }))
}

fn read_object(fields: &mut Fields, usual: ExtraKind) -> Result<Extra, Problem> {
    let kind = match word(fields, ["kind", "type"], MAX_WORD)? {
        None => usual,
        Some(text) => ExtraKind::spelled(&text).ok_or_else(|| {
            let kinds = "trailer, teaser, clip, featurette, behind_the_scenes, interview or other";
            Problem::new("kind", format!("is “{text}”, not {kinds}"))
        })?,
    };
    let spoken = word(fields, ["language", "iso_639_1"], MAX_WORD)?;
    let tag = spoken.as_deref().and_then(language);
    if let (Some(spoken), None) = (spoken, tag) {
        let reason = "is no language of ISO 639, by code or name; left out";
        fields.warn_of("language", spoken, reason);
    }
    let video = read_video(fields)?;
    Ok(Extra {
        kind,
        video,
        name: word(fields, ["name", "title"], MAX_NAME)?,
        language: tag,
    })
}

/// By its address, or by its host and the host's id.
fn read_video(fields: &mut Fields) -> Result<Video, Problem> {
    let address = word(fields, ["url", "address"], MAX_ADDRESS)?;
    let host = word(fields, ["host", "site"], MAX_WORD)?;
    let id = word(fields, ["video_id", "key"], MAX_WORD)?;
    let hash = word(fields, ["hash", "h"], MAX_WORD)?;
    let host = match host {
        None => None,
        Some(text) => Some(ExtraHost::named(&text).ok_or_else(|| {
            let reason = format!("is “{text}”, not youtube, vimeo, wistia or file");
            Problem::new("host", reason)
        })?),
    };
    let by_id = match (host, id) {
        (Some(host), Some(id)) => {
            let video = Video::with_id(host, &id, hash.as_deref());
            Some(video.ok_or_else(|| {
                let reason = format!("is “{id}”, which has not the shape of an id of the host");
                Problem::new("video_id", reason)
            })?)
        }
        (None, Some(_)) => {
            let reason = "is missing: a video_id is one of youtube, vimeo or wistia";
            return Err(Problem::new("host", reason));
        }
        (_, None) => None,
    };
    let by_address = address.map(|address| at_address("url", &address));
    match (by_address.transpose()?, by_id) {
        (Some(video), by_id) => {
            let is_other = host.is_some_and(|host| host != video.host);
            if is_other || by_id.is_some_and(|by_id| by_id != video) {
                let reason = "leads to another video than host and video_id say";
                return Err(Problem::new("url", reason));
            }
            Ok(video)
        }
        (None, Some(video)) => Ok(video),
        (None, None) => {
            let reason = "is missing, and so is a video_id";
            Err(Problem::new("url", reason))
        }
    }
}

fn at_address(field: &'static str, address: &str) -> Result<Video, Problem> {
    Video::at_address(address).ok_or_else(|| {
        let shown = shown(&Value::from(address));
        let reason = format!("has {shown}, which is no address of a video on the web");
        Problem::new(field, reason)
    })
}

/// A text or a whole number, by either name; `None` if nothing is said.
fn word(
    fields: &mut Fields,
    names: [&'static str; 2],
    max: usize,
) -> Result<Option<String>, Problem> {
    for name in names {
        let text = match fields.take(name) {
            None => continue,
            Some(Value::Number(number)) if number.is_u64() => number.to_string(),
            Some(value) => checked_text(name, &value, max)?,
        };
        if !text.is_empty() && !is_placeholder(&text) {
            return Ok(Some(text));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read_of(record: Value) -> Result<ExtrasRecord, Problem> {
        let Value::Object(map) = record else {
            unreachable!("it is an object");
        };
        read_extras(&mut Fields::new(map))
    }

    /// The kind, host, address, name and language of each.
    fn shown_of(extras: &[Extra]) -> Vec<Value> {
        let extras = extras.iter();
        extras
            .map(|it| {
                json!([
                    it.kind,
                    it.video.host,
                    it.video.address(),
                    it.name,
                    it.language
                ])
            })
            .collect()
    }

    fn after(record: Value, stored: &[Extra]) -> Vec<Extra> {
        read_of(record).unwrap().over(stored)
    }

    #[test]
    fn a_video_is_an_address_or_an_object() {
        let extras = after(
            json!({
                "trailers": [
                    "https://youtu.be/2GfZl4kuVNI",
                    { "name": "First look", "site": "YouTube", "key": "14oNcFxiVaQ", "type": "Teaser", "iso_639_1": "en" },
                    " ",
                    "https://www.youtube.com/watch?v=2GfZl4kuVNI",
                ],
                "extras": [
                    { "kind": "Behind the Scenes", "host": "vimeo", "video_id": 76_979_871, "hash": "8272103f6e" },
                    { "url": "https://example.org/a.mp4", "name": "", "language": "German" },
                ],
            }),
            &[],
        );

        let youtube = |id: &str| format!("https://www.youtube.com/watch?v={id}");
        assert_eq!(
            shown_of(&extras),
            [
                json!(["trailer", "youtube", youtube("2GfZl4kuVNI"), null, null]),
                json!([
                    "teaser",
                    "youtube",
                    youtube("14oNcFxiVaQ"),
                    "First look",
                    "en"
                ]),
                json!([
                    "behind_the_scenes",
                    "vimeo",
                    "https://vimeo.com/76979871/8272103f6e",
                    null,
                    null
                ]),
                json!(["other", "file", "https://example.org/a.mp4", null, "de"]),
            ]
        );
    }

    #[test]
    fn a_list_replaces_what_is_stored_of_its_kinds() {
        let address = |id: u32| format!("https://vimeo.com/{id}");
        let ids = |extras: &[Extra]| -> Vec<String> {
            let ids = extras.iter().filter_map(|it| it.video.id());
            ids.map(str::to_owned).collect()
        };
        let stored = after(
            json!({ "trailers": [address(1)], "extras": [address(2)] }),
            &[],
        );

        assert_eq!(after(json!({}), &stored), stored);
        let trailers = json!({ "trailers": [address(3)] });
        assert_eq!(ids(&after(trailers, &stored)), ["3", "2"]);
        assert_eq!(ids(&after(json!({ "trailers": [] }), &stored)), ["2"]);
        assert_eq!(ids(&after(json!({ "extras": null }), &stored)), ["1"]);
        let mixed = json!({ "extras": [{ "url": address(4), "type": "Trailer" }, address(5)] });
        assert_eq!(ids(&after(mixed, &stored)), ["4", "5"]);
    }

    #[test]
    fn what_leads_to_no_video_is_refused_by_its_field() {
        let youtube = |id: &str| json!({ "host": "youtube", "video_id": id });
        for (entry, field, reason) in [
            (json!(7), "trailers", "is 7, not a text (entry 1)"),
            (
                json!("2GfZl4kuVNI"),
                "trailers",
                "no address of a video on the web (entry 1)",
            ),
            (
                json!("https://youtu.be/short"),
                "trailers",
                "no address of a video",
            ),
            (
                youtube("short"),
                "trailers.video_id",
                "is “short”, which has not the shape",
            ),
            (
                json!({ "video_id": "2GfZl4kuVNI" }),
                "trailers.host",
                "is missing",
            ),
            (
                json!({ "host": "netflix", "video_id": "1" }),
                "trailers.host",
                "is “netflix”",
            ),
            (
                json!({ "kind": "song", "url": "https://a.org/b" }),
                "trailers.kind",
                "is “song”",
            ),
            (json!({ "name": "A" }), "trailers.url", "is missing"),
            (
                json!({ "host": "file", "video_id": "1" }),
                "trailers.video_id",
                "shape",
            ),
            (
                json!({ "url": "https://vimeo.com/1", "host": "youtube" }),
                "trailers.url",
                "leads to another video",
            ),
            (
                json!({ "url": "https://vimeo.com/1", "host": "vimeo", "video_id": 2 }),
                "trailers.url",
                "leads to another video",
            ),
        ] {
            let problem = read_of(json!({ "trailers": [entry] })).unwrap_err();
            assert_eq!(problem.field, field);
            assert!(problem.reason.contains(reason), "{}", problem.reason);
        }
        let many = vec!["https://vimeo.com/1"; MAX_EXTRAS + 1];
        let problem = read_of(json!({ "extras": many })).unwrap_err();
        assert!(problem.reason.contains("more than 100"), "{problem:?}");
    }
}
