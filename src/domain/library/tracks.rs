//! What names of subtitles and of tracks of sound say beside the name of their video: language, flags and a title.

use super::guess::Track;
use crate::domain::catalog::language_code;
use crate::domain::language::LanguageTag;

/// Reads what stands between the name of the video and the ending: `.en.forced`, `.English Commentary.en`, `2_English`.
/// `hi` alone is Hindi; beside another language it says that sounds are told of.
pub(super) fn read_track(rest: &str) -> Track {
    // The numbers by which releases sort their files.
    let numbered = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let rest = numbered.strip_prefix('_').unwrap_or(rest);
    let words: Vec<&str> = rest
        .split('.')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .collect();
    let mut track = Track::default();
    let is_flag = |word: &str| matches!(word.to_lowercase().as_str(), "hi" | "cc" | "sdh");
    // The one nearest to the ending, as a title may begin with the name of one.
    let mut spoken = (0..words.len()).rev();
    let spoken = spoken
        .find(|at| !is_flag(words[*at]) && language(words[*at]).is_some())
        .or_else(|| {
            words
                .iter()
                .position(|word| word.eq_ignore_ascii_case("hi"))
        });
    track.language = spoken.and_then(|at| language(words[at]));
    let mut title = Vec::new();
    for (at, word) in words.iter().enumerate() {
        match word.to_lowercase().as_str() {
            _ if spoken == Some(at) => {}
            "default" => track.is_default = true,
            "forced" | "foreign" => track.is_forced = true,
            "sdh" | "cc" | "hi" => track.is_for_hearing_impaired = true,
            _ => title.push(*word),
        }
    }
    if !title.is_empty() {
        track.title = Some(title.join(" "));
    }
    track
}

/// The language of a code or of a name in English, if there is one.
fn language(word: &str) -> Option<LanguageTag> {
    if let Some(tag) = LanguageTag::parse(word).filter(LanguageTag::is_known) {
        return Some(tag);
    }
    LanguageTag::parse(language_code(word)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_and_flags_are_read() {
        for (rest, language, flags, title) in [
            (".en", Some("en"), "", None),
            (".pt-BR", Some("pt-BR"), "", None),
            (".pt_BR", Some("pt-BR"), "", None),
            (".en.forced", Some("en"), "forced", None),
            (".en.sdh", Some("en"), "hearing", None),
            (".default.de", Some("de"), "default", None),
            (".default.en.forced", Some("en"), "default forced", None),
            (".hi", Some("hi"), "", None),
            (".en.hi", Some("en"), "hearing", None),
            (
                ".English Commentary.en",
                Some("en"),
                "",
                Some("English Commentary"),
            ),
            ("2_English", Some("en"), "", None),
            (".xx", None, "", Some("xx")),
            ("", None, "", None),
        ] {
            let track = read_track(rest);
            let found = track.language.map(|tag| tag.to_string());
            assert_eq!(found.as_deref(), language, "{rest}");
            let found = [
                (track.is_default, "default"),
                (track.is_forced, "forced"),
                (track.is_for_hearing_impaired, "hearing"),
            ];
            let found: Vec<&str> = found
                .into_iter()
                .filter_map(|(is_set, flag)| is_set.then_some(flag))
                .collect();
            assert_eq!(found.join(" "), flags, "{rest}");
            assert_eq!(track.title.as_deref(), title, "{rest}");
        }
    }
}
