//! How well known titles are, by hand, and which follow which. What is not named here has a fame of 1.

/// The films that nobody has watched yet, so that suggestions from facts alone can be seen.
pub(crate) const UNWATCHED: &[&str] = &[
    "city-of-god-2002",
    "nosferatu-1922",
    "pather-panchali-1955",
    "singin-in-the-rain-1952",
];

/// Parts that are watched in order.
pub(crate) const SEQUELS: &[&[&str]] = &[
    &["the-godfather-1972", "the-godfather-part-ii-1974"],
    &["star-wars-1977", "the-empire-strikes-back-1980"],
    &["the-terminator-1984", "terminator-2-judgment-day-1991"],
    &["blade-runner-1982", "blade-runner-2049-2017"],
    &[
        "the-lord-of-the-rings-the-fellowship-of-the-ring-2001",
        "the-lord-of-the-rings-the-two-towers-2002",
        "the-lord-of-the-rings-the-return-of-the-king-2003",
    ],
];

/// Fame, and the titles that have it.
pub(crate) const FAME: &[(f64, &[&str])] = &[
    // Nearly everybody has seen these.
    (
        4.0,
        &[
            "back-to-the-future-1985",
            "breaking-bad-2008",
            "forrest-gump-1994",
            "friends-1994",
            "game-of-thrones-2011",
            "inception-2010",
            "jurassic-park-1993",
            "pulp-fiction-1994",
            "star-wars-1977",
            "the-dark-knight-2008",
            "the-godfather-1972",
            "the-lord-of-the-rings-the-fellowship-of-the-ring-2001",
            "the-matrix-1999",
            "the-office-us-2005",
            "the-shawshank-redemption-1994",
            "titanic-1997",
        ],
    ),
    // Most have heard of these.
    (
        2.2,
        &[
            "alien-1979",
            "amelie-2001",
            "barbie-2023",
            "blade-runner-1982",
            "casablanca-1942",
            "dark-2017",
            "django-unchained-2012",
            "doctor-who-2005",
            "dune-2021",
            "et-the-extra-terrestrial-1982",
            "fight-club-1999",
            "gladiator-2000",
            "goodfellas-1990",
            "inglourious-basterds-2009",
            "interstellar-2014",
            "jaws-1975",
            "kill-bill-volume-1-2003",
            "la-la-land-2016",
            "oppenheimer-2023",
            "parasite-2019",
            "psycho-1960",
            "raiders-of-the-lost-ark-1981",
            "saving-private-ryan-1998",
            "schindlers-list-1993",
            "seven-1995",
            "spirited-away-2001",
            "stranger-things-2016",
            "terminator-2-judgment-day-1991",
            "the-departed-2006",
            "the-empire-strikes-back-1980",
            "the-green-mile-1999",
            "the-lord-of-the-rings-the-return-of-the-king-2003",
            "the-lord-of-the-rings-the-two-towers-2002",
            "the-silence-of-the-lambs-1991",
            "the-terminator-1984",
            "the-wolf-of-wall-street-2013",
            "toy-story-1995",
        ],
    ),
    // Known to those who look for them.
    (
        0.6,
        &[
            "a-very-long-engagement-2004",
            "amour-2012",
            "close-encounters-of-the-third-kind-1977",
            "dog-day-afternoon-1975",
            "ikiru-1952",
            "jules-and-jim-1962",
            "mean-streets-1973",
            "pain-and-glory-2019",
            "persona-1966",
            "rushmore-1998",
            "solaris-1972",
            "stalker-1979",
            "the-conversation-1974",
            "the-insider-1999",
            "the-master-2012",
            "the-piano-1993",
            "the-piano-teacher-2001",
            "the-salesman-2016",
        ],
    ),
];
