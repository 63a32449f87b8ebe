//! What the sites are called that titles and people have ids and ratings of.

/// Names as the sites spell them, by what the catalogue calls them.
const NAMES: &[(&str, &str)] = &[
    ("allocine", "AlloCiné"),
    ("anidb", "AniDB"),
    ("anilist", "AniList"),
    ("douban", "Douban"),
    ("facebook", "Facebook"),
    ("filmaffinity", "FilmAffinity"),
    ("imdb", "IMDb"),
    ("instagram", "Instagram"),
    ("kinopoisk", "Kinopoisk"),
    ("letterboxd", "Letterboxd"),
    ("metacritic", "Metacritic"),
    ("myanimelist", "MyAnimeList"),
    ("rogerebert", "RogerEbert.com"),
    ("rottentomatoes", "Rotten Tomatoes"),
    ("tmdb", "TMDB"),
    ("trakt", "Trakt"),
    ("tvdb", "TheTVDB"),
    ("tvmaze", "TVmaze"),
    ("twitter", "X"),
    ("wikidata", "Wikidata"),
];

/// The English and all other Wikipedias: `wikipedia_en`.
const WIKIPEDIA: &str = "wikipedia";

/// What people call a provider of ids or ratings; as the catalogue does where no name is known.
pub(super) fn provider_name(provider: &str) -> &str {
    let mut names = NAMES.iter();
    if let Some((_, name)) = names.find(|(known, _)| *known == provider) {
        return name;
    }
    let of = provider.split_once('_').map_or(provider, |(of, _)| of);
    if of == WIKIPEDIA {
        "Wikipedia"
    } else {
        provider
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_have_the_names_that_they_give_themselves() {
        let names = ["imdb", "rottentomatoes", "wikipedia_en", "elsewhere"].map(provider_name);

        assert_eq!(names, ["IMDb", "Rotten Tomatoes", "Wikipedia", "elsewhere"]);
    }
}
