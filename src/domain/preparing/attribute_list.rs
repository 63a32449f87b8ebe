//! The attributes of a line of a playlist, as RFC 8216 writes them (4.2): `NAME=value,NAME="value"`.

/// An attribute of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ListedAttribute<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
    pub(super) quotes: Quotes,
}

/// Whether a value stands in quotation marks, which addresses must.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    Quoted,
    Bare,
}

/// The attributes of a tag, in their order; none of one that has no list; `None`: they are not written as they must be, and
/// players may each read something else.
pub(super) fn attributes_of(line: &str) -> Option<Vec<ListedAttribute<'_>>> {
    let mut found = Vec::new();
    let listed = line
        .strip_prefix("#EXT-X-")
        .and_then(|it| it.split_once(':'));
    let Some((_, mut rest)) = listed.filter(|(_, listed)| listed.contains('=')) else {
        return Some(found);
    };
    loop {
        let (name, after) = rest.split_once('=')?;
        let name = name.trim();
        let is_of_names =
            |it: u8| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'-' || it == b'_';
        if name.is_empty() || !name.bytes().all(is_of_names) {
            return None;
        }
        let (value, quotes, after) = if let Some(quoted) = after.strip_prefix('"') {
            let (value, after) = quoted.split_once('"')?;
            (value, Quotes::Quoted, after)
        } else {
            let (value, after) = after.split_at(after.find(',').unwrap_or(after.len()));
            (value, Quotes::Bare, after)
        };
        if quotes == Quotes::Bare && value.contains('"') {
            return None;
        }
        found.push(ListedAttribute {
            name,
            value,
            quotes,
        });
        if after.trim().is_empty() {
            return Some(found);
        }
        rest = after.trim_start().strip_prefix(',')?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_attribute_of_a_line_is_read() {
        let of = |line| {
            let found: Option<Vec<ListedAttribute<'_>>> = attributes_of(line);
            let found = found?.into_iter();
            Some(found.map(|it| (it.name, it.value)).collect::<Vec<_>>())
        };

        let line = "#EXT-X-MEDIA:TYPE=AUDIO,NAME=\"a, URI=b\",X-URI=\"1\" , URI=\"2\"";
        let expected = vec![
            ("TYPE", "AUDIO"),
            ("NAME", "a, URI=b"),
            ("X-URI", "1"),
            ("URI", "2"),
        ];
        assert_eq!(of(line), Some(expected));
        for without in [
            "#EXT-X-ENDLIST",
            "#EXT-X-VERSION:7",
            "#EXTINF:2,URI=\"1\"",
            "# A=B",
        ] {
            assert_eq!(of(without), Some(vec![]), "{without}");
        }
        for wrong in [
            "#EXT-X-MAP:URI=\"1",
            "#EXT-X-MAP:URI=\"1\"2",
            "#EXT-X-MAP:URI=\"1\",",
            "#EXT-X-MAP:A=b\"URI=\"1\"",
            "#EXT-X-MAP:=\"1\"",
            "#EXT-X-MAP:uri=\"1\"",
        ] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }
}
