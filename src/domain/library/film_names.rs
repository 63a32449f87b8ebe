//! What names of videos say besides the title: extras, parts, versions and how a film in 3D is packed.

use std::sync::LazyLock;

use regex::Regex;

use super::guess::TakenFor;
use super::naming::pattern;
use crate::domain::catalog::ExtraKind;

static TRAILER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(?:(.*?)[\s._-]+)?(trailer|sample|teaser)[\s._-]*[0-9]{0,2}$"));
static SUFFIX: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(.+)-(scene|clip|interview|behindthescenes|deleted|deletedscene|featurette|short|other|extra)[0-9]{0,2}$",
    )
});
static PART: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^(.*?)[\s._(\[-]+(?:cd|dvd|part|pt|disc|disk)[\s._-]*([0-9]{1,2}|[a-d])[)\]]?$")
});
static STEREO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[\s._(\[-])(?:3d[\s._-]+(h-?sbs|f-?sbs|h-?tab|f-?tab|mvc)|(h-?sbs|f-?sbs|h-?tab|f-?tab|mvc)[\s._-]+3d)(?:$|[\s._)\]-])",
    )
});
static PICTURE_LINES: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(?:^|[\s._(\[-])([0-9]{3,4}[pi]|4k)(?:$|[\s._)\]-])"));

/// What lies in a folder that is called so, beside a film or series.
pub(super) fn extras_folder(name: &str) -> Option<TakenFor> {
    Some(match name.trim().to_lowercase().as_str() {
        "behind the scenes" => TakenFor::Extra(ExtraKind::BehindTheScenes),
        "deleted scenes" | "scenes" | "clips" => TakenFor::Extra(ExtraKind::Clip),
        "interviews" => TakenFor::Extra(ExtraKind::Interview),
        "featurettes" => TakenFor::Extra(ExtraKind::Featurette),
        "trailers" => TakenFor::Extra(ExtraKind::Trailer),
        "shorts" | "other" | "extras" => TakenFor::Extra(ExtraKind::Other),
        "sample" | "samples" => TakenFor::Sample,
        _ => return None,
    })
}

/// The extra that a name says by how it ends, and what it is of; empty: of whatever lies beside it.
pub(super) fn extra(stem: &str) -> Option<(&str, TakenFor)> {
    if let Some(found) = TRAILER.captures(stem) {
        let base = found.get(1).map_or("", |base| base.as_str());
        let taken_for = match found[2].to_lowercase().as_str() {
            "sample" => TakenFor::Sample,
            "teaser" => TakenFor::Extra(ExtraKind::Teaser),
            _ => TakenFor::Extra(ExtraKind::Trailer),
        };
        return Some((base, taken_for));
    }
    let found = SUFFIX.captures(stem)?;
    let base = found.get(1)?.as_str();
    let kind = match found[2].to_lowercase().as_str() {
        "scene" | "clip" | "deleted" | "deletedscene" => ExtraKind::Clip,
        "interview" => ExtraKind::Interview,
        "behindthescenes" => ExtraKind::BehindTheScenes,
        "featurette" => ExtraKind::Featurette,
        _ => ExtraKind::Other,
    };
    Some((base.trim_end(), TakenFor::Extra(kind)))
}

/// The name of the whole, and which part of it this would be, from 1. It is one only beside others of the same name.
pub(super) fn part(stem: &str) -> Option<(&str, u32)> {
    let found = PART.captures(stem)?;
    let base = found.get(1)?.as_str();
    let number = match found[2].to_lowercase().as_str() {
        "a" => 1,
        "b" => 2,
        "c" => 3,
        "d" => 4,
        digits => digits.parse().ok().filter(|number| *number > 0)?,
    };
    (!base.is_empty()).then_some((base, number))
}

/// The label of a version: what stands behind the exact name of its folder, a space, a hyphen and a space.
pub(super) fn version<'a>(stem: &'a str, folder: &str) -> Option<&'a str> {
    if folder.is_empty() {
        return None;
    }
    let label = stem.strip_prefix(folder)?.strip_prefix(" - ")?.trim();
    let label = label
        .strip_prefix('[')
        .and_then(|label| label.strip_suffix(']'))
        .unwrap_or(label);
    (!label.is_empty()).then_some(label)
}

/// How many lines a picture has, as a name says: `1080p`.
pub(super) fn picture_lines(text: &str) -> Option<&str> {
    let found = PICTURE_LINES.captures(text)?;
    Some(found.get(1)?.as_str())
}

/// How a film in 3D has its two pictures, in small letters without hyphens.
pub(super) fn stereo(stem: &str) -> Option<String> {
    let found = STEREO.captures(stem)?;
    let packing = found.get(1).or_else(|| found.get(2))?;
    Some(packing.as_str().to_lowercase().replace('-', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extras_are_told_by_how_names_end() {
        let trailer = TakenFor::Extra(ExtraKind::Trailer);
        for (stem, expected) in [
            ("Heat (1995)-trailer", Some(("Heat (1995)", trailer))),
            ("Heat (1995).trailer", Some(("Heat (1995)", trailer))),
            ("Heat (1995) trailer2", Some(("Heat (1995)", trailer))),
            ("trailer", Some(("", trailer))),
            ("sample", Some(("", TakenFor::Sample))),
            (
                "Heat-deletedscene",
                Some(("Heat", TakenFor::Extra(ExtraKind::Clip))),
            ),
            ("Heat (1995)", None),
            ("The Short", None),
            ("Retrailer", None),
        ] {
            assert_eq!(extra(stem), expected, "{stem}");
        }
        assert_eq!(extras_folder("Trailers"), Some(trailer));
        assert_eq!(extras_folder("Film"), None);
    }

    #[test]
    fn parts_versions_and_3d_are_read() {
        assert_eq!(part("Heat (1995)-cd1"), Some(("Heat (1995)", 1)));
        assert_eq!(part("Heat.part.b"), Some(("Heat", 2)));
        assert_eq!(part("Heat (1995)"), None);
        assert_eq!(part("Heat (1995)-cd0"), None);
        assert_eq!(part("cd1"), None);
        let label = |stem| version(stem, "Heat (1995)");
        assert_eq!(label("Heat (1995) - 1080p"), Some("1080p"));
        assert_eq!(
            label("Heat (1995) - [Directors Cut]"),
            Some("Directors Cut")
        );
        assert_eq!(label("Heat (1995)-1080p"), None);
        assert_eq!(label("Heat"), None);
        assert_eq!(stereo("Avatar (2009).3D.HSBS"), Some("hsbs".to_owned()));
        assert_eq!(stereo("Saw 3D (2010)"), None);
        assert_eq!(picture_lines("Heat.1995.2160p.x265"), Some("2160p"));
    }
}
