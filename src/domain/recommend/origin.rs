//! Where titles come from: countries and languages. They say little where it is known who watched what, and more than
//! nothing where it is not.

use crate::domain::catalog::Title;

/// Where a title comes from.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Origin<'a> {
    /// Codes of countries, as titles have them.
    pub(super) countries: &'a [String],
    /// Codes of languages, as titles have them.
    pub(super) languages: &'a [String],
}

impl<'a> From<&'a Title> for Origin<'a> {
    fn from(title: &'a Title) -> Self {
        Self {
            countries: &title.countries,
            languages: &title.languages,
        }
    }
}

impl Origin<'_> {
    /// How much two titles have in common, 0 to 1: half the cosine of their countries, and half that of their languages.
    pub(super) fn shared_with(&self, other: &Origin<'_>) -> f64 {
        f64::midpoint(
            cosine(self.countries, other.countries),
            cosine(self.languages, other.languages),
        )
    }
}

#[expect(clippy::cast_precision_loss, reason = "a handful of codes")]
fn cosine(ours: &[String], theirs: &[String]) -> f64 {
    let common = ours.iter().filter(|code| theirs.contains(code)).count();
    if common == 0 {
        return 0.0;
    }
    common as f64 / ((ours.len() * theirs.len()) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(codes: &[&str]) -> Vec<String> {
        codes.iter().map(|code| (*code).to_owned()).collect()
    }

    #[test]
    fn countries_and_languages_count_half_each() {
        for (ours, theirs, expected) in [
            ((&["KR"][..], &["ko"][..]), (&["KR"][..], &["ko"][..]), 1.0),
            ((&["KR"], &["ko"]), (&["KR"], &["en"]), 0.5),
            ((&["KR"], &["ko"]), (&["US"], &["ko"]), 0.5),
            ((&["KR", "FR", "US", "GB"], &[]), (&["FR"], &[]), 0.25),
            ((&["KR"], &["ko"]), (&["US"], &["en"]), 0.0),
            ((&[], &[]), (&[], &[]), 0.0),
        ] {
            let (a, b) = (codes(ours.0), codes(ours.1));
            let (c, d) = (codes(theirs.0), codes(theirs.1));
            let ours = Origin {
                countries: &a,
                languages: &b,
            };
            let theirs = Origin {
                countries: &c,
                languages: &d,
            };

            let shared = (ours.shared_with(&theirs), theirs.shared_with(&ours));

            assert!((shared.0 - expected).abs() < 1e-12, "{ours:?}, {theirs:?}");
            assert_eq!(shared.0.to_bits(), shared.1.to_bits());
        }
    }
}
