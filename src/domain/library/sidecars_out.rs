//! Records of the catalogue as sidecars, from which a scan reads the same values back: what `facts` reads, written.

use quick_xml::escape::escape;
use serde_json::Value;

use crate::domain::catalog::SITE_LANGUAGE;

/// The sort of a sidecar that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SidecarOf {
    Film,
    Series,
    Episode,
}

/// A sidecar of a record that an export has written. What a sidecar has no word for is left out.
pub fn sidecar_of(of: SidecarOf, record: &Value) -> String {
    let root = match of {
        SidecarOf::Film => "movie",
        SidecarOf::Series => "tvshow",
        SidecarOf::Episode => "episodedetails",
    };
    let mut out = Writer(format!("<{root}>\n"));
    for (element, field) in fields_of(of) {
        out.put(1, element, &record[*field]);
    }
    for (element, field) in [("plot", "overview"), ("tagline", "tagline")] {
        out.put(1, element, &record[field][SITE_LANGUAGE.as_str()]);
    }
    let directors = match of {
        SidecarOf::Series => ("creator", "creators"),
        SidecarOf::Film | SidecarOf::Episode => ("director", "directors"),
    };
    for (element, field) in [directors, ("credits", "writers"), ("producer", "producers")] {
        for credit in list(&record[field]) {
            out.put_with(1, element, &person_of(credit), name_of(credit));
        }
    }
    for (element, field) in [
        ("genre", "genres"),
        ("country", "countries"),
        ("studio", "studios"),
        ("tag", "tags"),
    ] {
        for word in list(&record[field]) {
            out.put(1, element, word);
        }
    }
    out.put_certifications(&record["certifications"]);
    out.put_scores(&record["scores"]);
    for (site, id) in entries(&record["ids"]) {
        out.put_with(
            1,
            "uniqueid",
            &format!(" type=\"{}\"", escape(site.as_str())),
            id,
        );
    }
    let name = &record["collection"]["name"];
    if !name.is_null() {
        out.0.push_str("  <set>\n");
        out.put(2, "name", name);
        out.0.push_str("  </set>\n");
    }
    let guests = list(&record["guests"]).map(|guest| (guest, true));
    let actors = list(&record["cast"]).map(|actor| (actor, false));
    for (order, (credit, is_guest)) in actors.chain(guests).enumerate() {
        for text in ["  <actor", person_of(credit).as_str(), ">\n"] {
            out.0.push_str(text);
        }
        out.put(2, "name", name_of(credit));
        out.put(2, "role", &credit["character"]);
        if is_guest {
            out.put(2, "type", &Value::from("GuestStar"));
        }
        out.put(2, "order", &Value::from(order));
        out.0.push_str("  </actor>\n");
    }
    for text in ["</", root, ">\n"] {
        out.0.push_str(text);
    }
    out.0
}

/// Elements and the fields that they are of, which are plain values.
fn fields_of(of: SidecarOf) -> &'static [(&'static str, &'static str)] {
    match of {
        SidecarOf::Film => &[
            ("title", "title"),
            ("originaltitle", "original_title"),
            ("year", "year"),
            ("premiered", "release_date"),
            ("runtime", "runtime_minutes"),
        ],
        SidecarOf::Series => &[
            ("title", "title"),
            ("originaltitle", "original_title"),
            ("year", "year"),
            ("premiered", "release_date"),
            ("runtime", "episode_runtime_minutes"),
            ("status", "status"),
        ],
        SidecarOf::Episode => &[
            ("title", "title"),
            ("originaltitle", "original_title"),
            ("season", "season"),
            ("episode", "episode"),
            ("aired", "air_date"),
            ("runtime", "runtime_minutes"),
            ("airsafter_season", "airs_after_season"),
            ("airsbefore_season", "airs_before_season"),
            ("airsbefore_episode", "airs_before_episode"),
        ],
    }
}

/// What is written so far.
struct Writer(String);

impl Writer {
    fn put(&mut self, depth: usize, element: &str, value: &Value) {
        self.put_with(depth, element, "", value);
    }

    /// An element with attributes, unless there is no value.
    fn put_with(&mut self, depth: usize, element: &str, attributes: &str, value: &Value) {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return,
        };
        // What XML cannot have in any way.
        let text: String = text
            .chars()
            .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
            .collect();
        let (indent, text) = ("  ".repeat(depth), escape(text.as_str()));
        let line = format!("{indent}<{element}{attributes}>{text}</{element}>\n");
        self.0.push_str(&line);
    }

    fn put_certifications(&mut self, certifications: &Value) {
        let labels = entries(certifications);
        let labels =
            labels.filter_map(|(system, label)| Some(format!("{system}:{}", label.as_str()?)));
        let labels: Vec<String> = labels.collect();
        if !labels.is_empty() {
            self.put(1, "mpaa", &Value::from(labels.join(" / ")));
        }
    }

    fn put_scores(&mut self, scores: &Value) {
        if entries(scores).next().is_none() {
            return;
        }
        self.0.push_str("  <ratings>\n");
        for (site, score) in entries(scores) {
            let (site, max) = (escape(site.as_str()), &score["max"]);
            let begin = format!("    <rating name=\"{site}\" max=\"{max}\">\n");
            self.0.push_str(&begin);
            self.put(3, "value", &score["value"]);
            self.put(3, "votes", &score["votes"]);
            self.0.push_str("    </rating>\n");
        }
        self.0.push_str("  </ratings>\n");
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// Who is credited: a name, or an object with it.
fn name_of(credit: &Value) -> &Value {
    if credit.is_object() {
        &credit["name"]
    } else {
        credit
    }
}

/// The key of somebody whom the name does not tell, as an attribute that other programs pass over.
fn person_of(credit: &Value) -> String {
    let key = credit["person"].as_str();
    key.map_or_else(String::new, |key| format!(" person=\"{}\"", escape(key)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::library::elements::{Root, read_whole};
    use crate::domain::library::facts::{Fields, episode_fields, title_fields};

    fn back(of: SidecarOf, record: &Value, read: fn(&Root) -> Fields) -> Value {
        let roots = read_whole(sidecar_of(of, record).as_bytes()).unwrap();
        Value::Object(read(&roots[0]))
    }

    #[test]
    fn what_is_written_is_read_back() {
        let film = json!({
            "title": "Tom & <Jerry>", "original_title": "T", "year": 1995, "release_date": "1995-12-15",
            "tagline": "A saga", "overview": "A \"heist\".\n\nIt fails.\nTwice.", "runtime_minutes": 170,
            "genres": ["Crime"], "studios": ["Regency"], "tags": ["LA"], "countries": ["US"],
            "certifications": { "US": "R", "DE": "16" },
            "directors": [{ "person": "mann-2", "name": "Michael Mann" }], "writers": ["X"],
            "producers": ["P"], "collection": "Heists", "ids": { "imdb": "tt0113277" },
            "scores": { "imdb": { "value": 8.3, "max": 10.0, "votes": 700_000 } },
            "cast": ["A", { "person": "b-2", "name": "B", "character": "Vincent" }], "guests": ["G"],
        });
        let mut exported = film.clone();
        exported["overview"] = json!({ "en": film["overview"], "de": "Ein Raub." });
        exported["tagline"] = json!({ "en": film["tagline"] });
        exported["collection"] = json!({ "name": "Heists", "slug": "heists", "part": 1 });
        exported["languages"] = json!(["en"]);
        assert_eq!(back(SidecarOf::Film, &exported, title_fields), film);
        let series = json!({ "title": "Dark", "status": "ended", "creators": ["C"], "episode_runtime_minutes": 50 });
        assert_eq!(back(SidecarOf::Series, &series, title_fields), series);
        let episode = json!({ "title": "One", "air_date": "2017-12-01", "airs_after_season": 1 });
        let mut exported = episode.clone();
        exported["season"] = json!(0);
        exported["episode"] = json!(1);
        assert_eq!(back(SidecarOf::Episode, &exported, episode_fields), episode);
    }
}
