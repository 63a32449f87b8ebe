//! The tastes: which traits make a title more or less likely to be watched, and by how much.

/// What a sort of viewer is drawn to.
pub(crate) struct Taste {
    /// Its name, which the keys of its viewers begin with.
    pub(crate) name: &'static str,
    /// How many viewers have it as their first taste, compared with the others.
    pub(crate) share: u32,
    /// The tastes that go well with it.
    pub(crate) near: &'static [&'static str],
    /// How much fame counts: at 1 a title is chosen in proportion to it, at 0 the unknown are as likely as the famous.
    pub(crate) fame: f64,
    /// Traits (see [`crate::catalogue::Title::traits`]) and the factor of each.
    pub(crate) traits: &'static [(&'static str, f64)],
}

impl Taste {
    /// A title's fame as this taste sees it.
    pub(crate) fn fame_counts(&self, fame: f64) -> f64 {
        self.fame * fame + (1.0 - self.fame) * fame.min(1.0)
    }
}

/// All tastes. Factors above 10 are for the titles at the heart of a taste, below 1 for what its viewers pass over.
#[rustfmt::skip]
pub(crate) const TASTES: &[Taste] = &[
    // Gangsters, detectives, robberies: Mann, Scorsese, Coppola, De Palma.
    Taste { name: "crime", share: 10, fame: 0.8, near: &["tarantino", "mystery", "drama", "western"], traits: &[
        ("Crime", 6.0), ("by Michael Mann", 6.0), ("by Martin Scorsese", 2.5), ("by Brian De Palma", 3.0),
        ("by Sidney Lumet", 2.0), ("by Francis Ford Coppola", 2.0), ("with Al Pacino", 2.0),
        ("with Robert De Niro", 1.8), ("with Joe Pesci", 1.5), ("american-gangster-2007", 4.0), ("sicario-2015", 2.0),
        ("point-break-1991", 3.0), ("the-untouchables-1987", 1.5), ("breaking-bad-2008", 2.5), ("Comedy", 0.4),
        ("Superhero", 0.2), ("Romance", 0.3), ("Fantasy", 0.2), ("Science Fiction", 0.3), ("Animation", 0.1),
        ("Family", 0.1), ("not in English", 0.15), ("1930s", 0.3), ("1940s", 0.5), ("1950s", 0.5), ("Mystery", 0.6),
    ] },
    // Space, time and machines that think.
    Taste { name: "space", share: 9, fame: 0.7, near: &["blockbuster", "mystery", "arthouse", "fantasy"], traits: &[
        ("Science Fiction", 14.0), ("by Denis Villeneuve", 2.5), ("interstellar-2014", 2.0), ("gravity-2013", 2.0),
        ("the-martian-2015", 2.0), ("inception-2010", 1.5), ("solaris-1972", 2.5), ("stalker-1979", 2.0),
        ("metropolis-1927", 2.0), ("alien-1979", 2.0), ("blade-runner-1982", 2.5), ("dark-2017", 2.0),
        ("children-of-men-2006", 1.5), ("close-encounters-of-the-third-kind-1977", 2.5), ("Family", 0.3),
        ("Comedy", 0.3), ("Romance", 0.3), ("Crime", 0.5), ("Superhero", 0.5), ("snowpiercer-2013", 0.6),
    ] },
    // Action on the big screen: robots, dinosaurs, superheroes.
    Taste { name: "blockbuster", share: 10, fame: 1.0, near: &["fantasy", "space", "family", "war"], traits: &[
        ("Action", 5.0), ("Superhero", 3.0), ("Adventure", 1.4), ("Science Fiction", 3.0), ("Family", 0.15),
        ("by James Cameron", 2.0), ("titanic-1997", 0.5), ("star-wars-1977", 3.0),
        ("the-empire-strikes-back-1980", 2.0), ("gladiator-2000", 2.5), ("by Christopher Nolan", 2.0),
        ("with Arnold Schwarzenegger", 1.5), ("the-matrix-1999", 1.5), ("jurassic-park-1993", 2.0),
        ("the-fifth-element-1997", 1.5), ("Drama", 0.5), ("Romance", 0.3), ("not in English", 0.15), ("1920s", 0.1),
        ("1930s", 0.1), ("1940s", 0.1), ("1950s", 0.1), ("1960s", 0.2), ("1970s", 0.5), ("Biography", 0.4),
        ("Comedy", 0.7), ("Crime", 0.8),
    ] },
    // Rings, dragons, spirits.
    Taste { name: "fantasy", share: 8, fame: 0.8, near: &["blockbuster", "animation", "family", "series"], traits: &[
        ("Fantasy", 9.0), ("Adventure", 3.0), ("by Peter Jackson", 2.5), ("game-of-thrones-2011", 2.0),
        ("princess-mononoke-1997", 1.2), ("star-wars-1977", 2.5), ("the-empire-strikes-back-1980", 3.0),
        ("pans-labyrinth-2006", 2.0), ("doctor-who-2005", 3.0), ("dune-2021", 2.0), ("Western", 0.2),
        ("crouching-tiger-hidden-dragon-2000", 2.0), ("by Ingmar Bergman", 0.1), ("by Federico Fellini", 0.1),
        ("Crime", 0.5), ("Biography", 0.2), ("War", 0.8), ("barbie-2023", 0.25), ("in es", 0.6),
        ("the-bridge-on-the-river-kwai-1957", 0.3), ("thelma-and-louise-1991", 0.3), ("y-tu-mama-tambien-2001", 0.1),
    ] },
    // Ghibli, Pixar and other drawn films.
    Taste { name: "animation", share: 7, fame: 0.4, near: &["fantasy", "family", "asia"], traits: &[
        ("Animation", 40.0), ("by Hayao Miyazaki", 1.8), ("spirited-away-2001", 1.2), ("by Brad Bird", 1.4),
        ("Fantasy", 1.3), ("Family", 1.5), ("pans-labyrinth-2006", 3.0), ("in ja", 1.3), ("Crime", 0.5), ("War", 0.5),
        ("amelie-2001", 2.0), ("the-grand-budapest-hotel-2014", 2.5), ("moonrise-kingdom-2012", 3.0),
    ] },
    // For all ages on a Sunday afternoon: Spielberg, Zemeckis, Pixar.
    Taste { name: "family", share: 9, fame: 0.9, near: &["animation", "blockbuster", "comedy", "fantasy"], traits: &[
        ("Family", 7.0), ("Adventure", 2.5), ("Animation", 2.0), ("Comedy", 1.5), ("by Robert Zemeckis", 5.0),
        ("by Steven Spielberg", 2.5), ("with Tom Hanks", 2.0), ("star-wars-1977", 2.0), ("jurassic-park-1993", 1.5),
        ("the-empire-strikes-back-1980", 2.0), ("with Aamir Khan", 9.0), ("lagaan-2001", 4.0), ("barbie-2023", 2.0),
        ("Crime", 0.2), ("War", 0.2), ("Western", 0.3), ("Horror", 0.4), ("Thriller", 0.5), ("not in English", 0.5),
        ("raiders-of-the-lost-ark-1981", 2.0), ("the-bridge-on-the-river-kwai-1957", 0.4), ("in es", 0.1),
        ("catch-me-if-you-can-2002", 6.0), ("doctor-who-2005", 2.0), ("modern-times-1936", 2.0), ("in ja", 1.5),
    ] },
    // Hitchcock, Wilder, Bogart, Chaplin.
    Taste { name: "classics", share: 10, fame: 0.3, near: &["arthouse", "mystery", "comedy", "romance"], traits: &[
        ("1920s", 10.0), ("by Charlie Chaplin", 1.6), ("1930s", 14.0), ("1940s", 22.0), ("1950s", 16.0), ("1960s", 3.0),
        ("Film Noir", 1.5), ("by Alfred Hitchcock", 1.6), ("by Billy Wilder", 1.5), ("with Humphrey Bogart", 1.3),
        ("with Ingrid Bergman", 1.2), ("12-angry-men-1957", 2.0), ("psycho-1960", 4.0), ("the-apartment-1960", 5.0),
        ("the-conversation-1974", 2.0), ("lawrence-of-arabia-1962", 3.0), ("blade-runner-1982", 0.7), ("in ja", 0.3),
        ("in sv", 0.3), ("in fr", 0.5), ("series", 0.3), ("2010s", 0.5), ("2020s", 0.5),
    ] },
    // Tarantino and the Coens: talk, blood and laughter.
    Taste { name: "tarantino", share: 10, fame: 0.7, near: &["crime", "western", "drama", "asia"], traits: &[
        ("by Quentin Tarantino", 16.0), ("by Joel Coen", 16.0), ("with Steve Buscemi", 1.3), ("oldboy-2003", 3.0),
        ("fight-club-1999", 3.0), ("boogie-nights-1997", 4.0), ("parasite-2019", 1.5), ("snowpiercer-2013", 1.5),
        ("goodfellas-1990", 2.0), ("the-wolf-of-wall-street-2013", 3.0), ("there-will-be-blood-2007", 1.8),
        ("the-good-the-bad-and-the-ugly-1966", 3.0), ("breaking-bad-2008", 2.5), ("birdman-2014", 1.8),
        ("thelma-and-louise-1991", 2.0), ("Romance", 0.4), ("Family", 0.2), ("Fantasy", 0.3), ("scarface-1983", 1.8),
    ] },
    // Soldiers, courts and history.
    Taste { name: "war", share: 9, fame: 0.6, near: &["western", "drama", "family", "crime"], traits: &[
        ("War", 16.0), ("History", 9.0), ("by David Lean", 1.5), ("Biography", 2.0), ("saving-private-ryan-1998", 1.3),
        ("dunkirk-2017", 0.5), ("lawrence-of-arabia-1962", 0.8), ("schindlers-list-1993", 0.4), ("Romance", 0.4),
        ("good-bye-lenin-2003", 5.0), ("the-hurt-locker-2008", 1.4), ("gladiator-2000", 3.0), ("hero-2002", 0.3),
        ("Fantasy", 0.3), ("Musical", 0.3), ("Martial Arts", 0.4), ("american-gangster-2007", 0.2),
        ("game-of-thrones-2011", 2.5), ("little-women-2019", 0.3), ("casablanca-1942", 0.6), ("the-revenant-2015", 3.0),
        ("titanic-1997", 0.5), ("Comedy", 0.6), ("Science Fiction", 0.2), ("Family", 0.3),
    ] },
    // Love, growing up and pastel colours: Anderson, Coppola, Gerwig.
    Taste { name: "romance", share: 11, fame: 0.6, near: &["comedy", "drama", "europe", "spanish"], traits: &[
        ("Romance", 5.0), ("by Wes Anderson", 7.0), ("by Sofia Coppola", 9.0), ("by Greta Gerwig", 7.0),
        ("by Damien Chazelle", 2.0), ("with Bill Murray", 1.3), ("amelie-2001", 2.0),
        ("in-the-mood-for-love-2000", 2.0), ("la-la-land-2016", 1.5), ("the-piano-1993", 5.0), ("casablanca-1942", 3.0),
        ("Comedy", 1.4), ("Action", 0.2), ("Crime", 0.3), ("War", 0.4), ("Thriller", 0.3), ("Horror", 0.2),
        ("Science Fiction", 0.4), ("Western", 0.2), ("titanic-1997", 2.2), ("1930s", 0.15), ("1940s", 0.5),
        ("1950s", 0.5), ("Adventure", 0.7), ("Superhero", 0.3), ("a-very-long-engagement-2004", 2.5),
    ] },
    // Riddles and nightmares of the mind: Fincher, Nolan, Lynch.
    Taste { name: "mystery", share: 10, fame: 0.7, near: &["crime", "horror", "space", "asia"], traits: &[
        ("Mystery", 7.0), ("Thriller", 3.0), ("by David Fincher", 4.0), ("by Christopher Nolan", 2.0),
        ("by David Lynch", 2.0), ("seven-1995", 0.5), ("the-silence-of-the-lambs-1991", 4.0), ("Adventure", 0.4),
        ("dark-2017", 2.0), ("inception-2010", 3.0), ("fight-club-1999", 2.0), ("oldboy-2003", 0.6),
        ("memories-of-murder-2003", 1.2), ("the-conversation-1974", 1.2), ("1930s", 0.3), ("1940s", 0.25),
        ("1950s", 0.35), ("Comedy", 0.4), ("Family", 0.2), ("Biography", 0.5), ("in fr", 0.2), ("in sv", 0.4),
        ("the-curious-case-of-benjamin-button-2008", 0.5), ("Western", 0.4),
    ] },
    // Things that come at night.
    Taste { name: "horror", share: 9, fame: 0.6, near: &["mystery", "space", "asia", "blockbuster"], traits: &[
        ("Horror", 30.0), ("get-out-2017", 1.6), ("the-silence-of-the-lambs-1991", 0.8), ("seven-1995", 4.0),
        ("pans-labyrinth-2006", 8.0), ("shutter-island-2010", 4.0), ("Thriller", 1.8), ("Mystery", 1.3),
        ("the-terminator-1984", 3.0), ("m-1931", 3.0), ("mulholland-drive-2001", 3.0), ("blue-velvet-1986", 3.0),
        ("oldboy-2003", 2.5), ("parasite-2019", 5.0), ("dark-2017", 2.5), ("snowpiercer-2013", 2.0), ("Romance", 0.3),
        ("Biography", 0.3), ("Musical", 0.2),
    ] },
    // Old masters of Europe: Bergman, Fellini, Tarkovsky, Truffaut.
    Taste { name: "arthouse", share: 8, fame: 0.0, near: &["classics", "europe", "asia", "spanish"], traits: &[
        ("not in English", 8.0), ("by Ingmar Bergman", 8.0), ("by Federico Fellini", 6.0),
        ("by François Truffaut", 6.0), ("by Andrei Tarkovsky", 8.0), ("by Fritz Lang", 4.0), ("by Akira Kurosawa", 1.6),
        ("by Michael Haneke", 2.0), ("by Orson Welles", 8.0), ("by Wong Kar-wai", 1.6), ("mulholland-drive-2001", 8.0),
        ("the-third-man-1949", 4.0), ("by Charlie Chaplin", 5.0), ("vertigo-1958", 3.0), ("Animation", 0.2),
        ("in hi", 0.05), ("in es", 0.3), ("Martial Arts", 0.2), ("in ko", 0.3), ("2000s", 0.5), ("2010s", 0.5),
        ("series", 0.2), ("by Pedro Almodóvar", 0.6),
    ] },
    // European films of today, and Farhadi's.
    Taste { name: "europe", share: 8, fame: 0.1, near: &["arthouse", "romance", "spanish", "drama"], traits: &[
        ("in fr", 8.0), ("in de", 8.0), ("in da", 14.0), ("in fa", 14.0), ("from FR", 1.4), ("by Michael Haneke", 1.3),
        ("by Jean-Pierre Jeunet", 2.0), ("la-haine-1995", 1.5), ("amelie-2001", 1.2), ("1920s", 0.2), ("1930s", 0.2),
        ("1950s", 0.5), ("1960s", 0.6), ("by Pedro Almodóvar", 2.5), ("the-piano-1993", 4.0), ("Action", 0.4),
        ("Superhero", 0.3), ("dark-2017", 0.7), ("lost-in-translation-2003", 2.0),
    ] },
    // Spanish and Latin American films, and their directors abroad.
    Taste { name: "spanish", share: 8, fame: 0.1, near: &["europe", "romance", "arthouse", "drama"], traits: &[
        ("in es", 18.0), ("by Pedro Almodóvar", 1.6), ("by Alfonso Cuarón", 3.0), ("with Gael García Bernal", 1.3),
        ("by Alejandro González Iñárritu", 4.0), ("by Guillermo del Toro", 1.3), ("Superhero", 0.3), ("Action", 0.5),
    ] },
    // Seoul and Hong Kong: Bong, Park, Wong.
    Taste { name: "asia", share: 8, fame: 0.2, near: &["mystery", "arthouse", "tarantino", "animation"], traits: &[
        ("in ko", 20.0), ("in yue", 18.0), ("in cmn", 14.0), ("snowpiercer-2013", 14.0), ("in ja", 4.0),
        ("parasite-2019", 0.7), ("by Wong Kar-wai", 1.3), ("by Hayao Miyazaki", 0.6), ("rashomon-1950", 1.5),
        ("kill-bill-volume-1-2003", 4.0), ("lost-in-translation-2003", 4.0), ("with Aamir Khan", 3.0),
        ("Animation", 0.7),
    ] },
    // Lonely men with swords or revolvers: Kurosawa, Leone, Eastwood.
    Taste { name: "western", share: 10, fame: 0.3, near: &["war", "tarantino", "drama", "asia"], traits: &[
        ("Western", 20.0), ("by Sergio Leone", 2.0), ("by Akira Kurosawa", 12.0), ("seven-samurai-1954", 2.5),
        ("hero-2002", 1.6), ("ikiru-1952", 0.5), ("Martial Arts", 7.0), ("by Clint Eastwood", 2.5),
        ("kill-bill-volume-1-2003", 0.8), ("lawrence-of-arabia-1962", 3.0), ("django-unchained-2012", 0.8),
        ("the-revenant-2015", 0.8), ("there-will-be-blood-2007", 4.0), ("no-country-for-old-men-2007", 0.8),
        ("gladiator-2000", 5.0), ("the-bridge-on-the-river-kwai-1957", 3.0), ("apocalypse-now-1979", 2.0),
        ("Romance", 0.5), ("Family", 0.3), ("series", 0.5),
    ] },
    // American drama: Anderson, Eastwood, Darabont, lives of the great and the broken.
    Taste { name: "drama", share: 11, fame: 0.6, near: &["crime", "war", "romance", "mystery"], traits: &[
        ("Drama", 2.0), ("Biography", 2.5), ("Crime", 0.7), ("by Paul Thomas Anderson", 10.0),
        ("by Frank Darabont", 8.0), ("by Clint Eastwood", 4.0), ("Sport", 1.4), ("whiplash-2014", 4.0),
        ("thelma-and-louise-1991", 3.0), ("the-social-network-2010", 2.0), ("birdman-2014", 4.0),
        ("by Sidney Lumet", 2.5), ("12-angry-men-1957", 1.5), ("babel-2006", 3.0), ("million-dollar-baby-2004", 1.6),
        ("with Leonardo DiCaprio", 1.5), ("with Tom Hanks", 1.4), ("the-insider-1999", 1.5), ("not in English", 0.2),
        ("Science Fiction", 0.2), ("Fantasy", 0.7), ("Adventure", 0.5), ("Action", 0.4), ("Superhero", 0.2),
        ("War", 0.6), ("Western", 0.6), ("1930s", 0.3), ("1940s", 0.4), ("1950s", 0.6), ("Horror", 0.3),
    ] },
    // Films to laugh with.
    Taste { name: "comedy", share: 8, fame: 0.9, near: &["romance", "family", "series", "tarantino"], traits: &[
        ("Comedy", 9.0), ("by Wes Anderson", 1.2), ("by Joel Coen", 1.6), ("some-like-it-hot-1959", 2.5),
        ("the-apartment-1960", 1.5), ("1930s", 0.3), ("the-office-us-2005", 1.4), ("friends-1994", 1.4),
        ("back-to-the-future-1985", 1.5), ("the-big-lebowski-1998", 1.6), ("Crime", 0.7), ("Thriller", 0.4),
        ("in es", 0.5), ("in it", 0.4), ("War", 0.4), ("barbie-2023", 1.3), ("with Aamir Khan", 3.0),
        ("lagaan-2001", 9.0), ("Drama", 0.8), ("the-wolf-of-wall-street-2013", 1.3), ("catch-me-if-you-can-2002", 1.3),
    ] },
    // Series above all.
    Taste { name: "series", share: 11, fame: 1.0, near: &["comedy", "fantasy", "crime", "space"], traits: &[
        ("series", 30.0), ("breaking-bad-2008", 0.8), ("friends-1994", 0.8), ("1930s", 0.2), ("1940s", 0.2),
        ("1950s", 0.2), ("1960s", 0.3), ("not in English", 0.5), ("dark-2017", 2.0), ("2010s", 1.5), ("2020s", 1.5),
    ] },
];
