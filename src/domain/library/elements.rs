//! The elements of a sidecar, for who wants all that it says. It is read as it is for matching, within the same bounds, and
//! once more, so that of the many that are only matched nothing of this is in memory.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::nfo::{MOST_DEPTH, SaidOf, character, decode, read_sidecar, root_of};
use crate::domain::catalog::ExternalId;
use crate::domain::text;

/// So many elements it may have: more than a cast of five thousand has.
const MOST_ELEMENTS: usize = 50_000;

/// An element of a sidecar.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Element {
    /// Without a prefix, in small letters.
    pub(super) name: String,
    /// Its attributes, their names in small letters.
    attributes: Vec<(String, String)>,
    /// What stands right in it.
    text: String,
    children: Vec<Element>,
}

/// A root of a sidecar that is believed, with the ids that it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Root {
    pub(super) of: SaidOf,
    pub(super) element: Element,
    pub(super) ids: Vec<ExternalId>,
    pub(super) season: Option<u32>,
    pub(super) episode: Option<u32>,
}

impl Element {
    fn of(start: &BytesStart<'_>) -> Self {
        let small = |bytes: &[u8]| String::from_utf8_lossy(bytes).to_lowercase();
        let attributes = start.attributes().filter_map(Result::ok);
        let attributes = attributes.map(|attribute| {
            let value = String::from_utf8_lossy(&attribute.value).into_owned();
            (small(attribute.key.local_name().as_ref()), value)
        });
        Self {
            name: small(start.local_name().as_ref()),
            attributes: attributes.collect(),
            text: String::new(),
            children: Vec::new(),
        }
    }

    /// The elements right in it that are called so, in their order.
    pub(super) fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// What the elements right in it say that are called so, without those that say nothing.
    pub(super) fn texts<'e>(&'e self, name: &'e str) -> impl Iterator<Item = String> {
        let texts = self.all(name).map(Self::text);
        texts.filter(|text| !text.is_empty())
    }

    /// What the last of them says.
    pub(super) fn last(&self, name: &str) -> Option<String> {
        self.texts(name).last()
    }

    /// What stands right in it, on one line.
    pub(super) fn text(&self) -> String {
        text::compose(&text::tidy(&self.text))
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        attributes
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The roots of a sidecar. Fails with why nothing of it is believed.
pub(super) fn read_whole(bytes: &[u8]) -> Result<Vec<Root>, String> {
    // What must not be in it has been refused when this has read it.
    let sidecar = read_sidecar(bytes)?;
    let text = decode(bytes, &mut Vec::new());
    let elements = if text.contains('<') {
        read_elements(&text)?
    } else {
        Vec::new()
    };
    let known = elements.into_iter().filter_map(|element| {
        let of = root_of(&element.name)?;
        Some((of, element))
    });
    let roots = known.zip(sidecar.roots).map(|((of, element), said)| Root {
        of,
        element,
        ids: said.ids,
        season: said.season,
        episode: said.episode,
    });
    Ok(roots.collect())
}

fn read_elements(text: &str) -> Result<Vec<Element>, String> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().allow_dangling_amp = true;
    let mut open: Vec<Element> = Vec::new();
    let (mut roots, mut number) = (Vec::new(), 0_usize);
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        let mut more = String::new();
        let mut closed = None;
        match event {
            Event::DocType(_) => return Err("has a DOCTYPE, which is refused".to_owned()),
            Event::Start(start) => {
                number += 1;
                if open.len() >= MOST_DEPTH {
                    return Err(format!("has elements more than {MOST_DEPTH} deep"));
                }
                open.push(Element::of(&start));
            }
            Event::Empty(_) => number += 1,
            Event::End(_) => closed = open.pop(),
            Event::Text(text) => {
                more.push_str(&text.decode().map_err(|error| error.to_string())?);
            }
            Event::CData(text) => {
                more.push_str(&text.decode().map_err(|error| error.to_string())?);
            }
            Event::GeneralRef(reference) => more.push(character(&reference)?),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            Event::Eof => return Ok(roots),
        }
        if number > MOST_ELEMENTS {
            return Err(format!("has more than {MOST_ELEMENTS} elements"));
        }
        if let Some(around) = open.last_mut() {
            around.text.push_str(&more);
        }
        match (closed, open.last_mut()) {
            (Some(closed), Some(around)) => around.children.push(closed),
            (Some(closed), None) => roots.push(closed),
            (None, _) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_a_sidecar_says_is_read_and_nothing_of_what_is_refused() {
        let text = "<movie><Title>Heat</Title><plot>A &amp; B\n c</plot><actor><name>Al</name></actor>\
            <rating name=\"imdb\" max='10'><value>8.3</value></rating><set/></movie>\nhttps://www.imdb.com/title/tt0113277";

        let [root] = <[Root; 1]>::try_from(read_whole(text.as_bytes()).unwrap()).unwrap();

        assert_eq!(root.of, SaidOf::Film);
        assert_eq!(root.element.last("title").as_deref(), Some("Heat"));
        assert_eq!(root.element.last("plot").as_deref(), Some("A & B c"));
        let actor = root.element.all("actor").next().unwrap();
        assert_eq!(actor.last("name").as_deref(), Some("Al"));
        let rating = root.element.all("rating").next().unwrap();
        assert_eq!(
            (rating.attribute("name"), rating.attribute("max")),
            (Some("imdb"), Some("10"))
        );
        assert_eq!(root.element.last("set"), None);
        let many = format!("<movie>{}</movie>", "<a/>".repeat(MOST_ELEMENTS));
        assert!(
            read_whole(many.as_bytes())
                .unwrap_err()
                .contains("more than")
        );
        let entity = "<!DOCTYPE movie [<!ENTITY a 'b'>]><movie><title>&a;</title></movie>";
        assert!(
            read_whole(entity.as_bytes())
                .unwrap_err()
                .contains("DOCTYPE")
        );
        let address = "https://www.imdb.com/title/tt0113277";
        assert_eq!(read_whole(address.as_bytes()), Ok(Vec::new()));
    }
}
