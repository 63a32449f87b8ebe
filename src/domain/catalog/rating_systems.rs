//! The rating systems of the world: which labels each has, and the age that each label stands for.
//!
//! The ages are those that the body itself names: from which it admits or recommends. Where a label only asks for a
//! parent's guidance and the body names no age, it counts from 10, but never from more than the next label. The facts were
//! compared with the classification scheme `ParentalGuidanceCode` of the European Broadcasting Union and Wikipedia's
//! "Motion picture content rating system".

/// A country's rating system.
pub(super) struct RatingSystem {
    /// The country's ISO 3166-1 code.
    pub(super) country: &'static str,
    /// What else it is called, in records and in front of labels: those who rate, mostly.
    pub(super) names: &'static [&'static str],
    /// Labels with their ages and other spellings, older labels among them; the youngest age first.
    pub(super) labels: &'static [(&'static str, u8, &'static [&'static str])],
    /// Labels that name no age, besides [`UNRATED`].
    pub(super) unrated: &'static [&'static str],
}

/// What says in every system that there is no rating.
pub(super) const UNRATED: &[&str] = &["NR", "UR", "Not Rated", "Unrated", "No Rating"];

/// In the order of the countries' codes.
#[rustfmt::skip]
pub(super) const RATING_SYSTEMS: &[RatingSystem] = &[
    // Jugendmedienkommission (bmb.gv.at/jmk), which recommends ages; discs carry the label of the German FSK.
    RatingSystem {
        country: "AT", names: &["JMK", "AUT"],
        labels: &[
            ("0", 0, &["unrestricted", "uneingeschränkt", "ohne Altersbeschränkung"]), ("6", 6, &["ab 6"]), ("8", 8, &["ab 8"]),
            ("10", 10, &["ab 10"]), ("12", 12, &["ab 12"]), ("14", 14, &["ab 14"]), ("16", 16, &["ab 16"]), ("18", 18, &["ab 18"]),
        ],
        unrated: &[],
    },
    // Australian Classification (classification.gov.au); P, C and AV of television by ACMA (acma.gov.au).
    RatingSystem {
        country: "AU", names: &["ACB", "OFLC", "AUS"],
        labels: &[
            ("G", 0, &[]), ("P", 0, &[]), ("C", 0, &[]), ("PG", 10, &[]), ("M", 15, &["M15+"]), ("MA15+", 15, &["MA"]),
            ("AV15+", 15, &["AV"]), ("R18+", 18, &["R"]), ("X18+", 18, &["X"]), ("RC", 18, &["Refused Classification"]),
        ],
        unrated: &["E", "Exempt", "CTC"],
    },
    // Since 2020 Kijkwijzer, as in the Netherlands (kijkwijzer.be); before it KT/EA for all, KNT/ENA from 16.
    RatingSystem {
        country: "BE", names: &["BEL"],
        labels: &[
            ("AL", 0, &["0", "KT", "KT/EA", "TP", "A"]), ("6", 6, &[]), ("9", 9, &[]), ("12", 12, &[]), ("14", 14, &[]),
            ("16", 16, &["KNT", "KNT/ENA", "E"]), ("18", 18, &[]),
        ],
        unrated: &[],
    },
    // Classificação Indicativa of the Ministry of Justice (gov.br/mj); A… are rated by who shows them. Since 2025 also 6.
    RatingSystem {
        country: "BR", names: &["ClassInd", "DJCTQ", "DEJUS", "BRA"],
        labels: &[
            ("L", 0, &["AL", "Livre", "0", "ER"]), ("6", 6, &["A6"]), ("10", 10, &["A10"]), ("12", 12, &["A12"]),
            ("14", 14, &["A14"]), ("16", 16, &["A16"]), ("18", 18, &["A18"]),
        ],
        unrated: &[],
    },
    // Canadian Home Video Rating System (mpa-canada.org) and the provinces; C… and …+ of television by the Canadian
    // Broadcast Standards Council (cbsc.ca); 13+, 16+ and 18+ of films in Québec (Classification du cinéma).
    RatingSystem {
        country: "CA", names: &["CHVRS", "CAN"],
        labels: &[
            ("G", 0, &["General"]), ("C", 0, &[]), ("C8", 8, &[]), ("PG", 10, &["Parental Guidance"]), ("13+", 13, &[]),
            ("14A", 14, &["14 Accompaniment"]), ("14+", 14, &[]), ("16+", 16, &[]), ("18A", 18, &["18 Accompaniment"]),
            ("18+", 18, &[]), ("R", 18, &["Restricted"]), ("A", 18, &["Adult"]),
        ],
        unrated: &["E", "Exempt"],
    },
    // Schweizerische Kommission Jugendschutz im Film (filmrating.ch).
    RatingSystem {
        country: "CH", names: &["JIF", "CHE"],
        labels: &[
            ("0", 0, &[]), ("6", 6, &["ab 6"]), ("7", 7, &["ab 7"]), ("8", 8, &["ab 8"]), ("10", 10, &["ab 10"]),
            ("12", 12, &["ab 12"]), ("14", 14, &["ab 14"]), ("16", 16, &["ab 16"]), ("18", 18, &["ab 18"]),
        ],
        unrated: &[],
    },
    // Freiwillige Selbstkontrolle der Filmwirtschaft (fsk.de).
    RatingSystem {
        country: "DE", names: &["FSK", "DEU", "GER"],
        labels: &[
            ("0", 0, &["ab 0", "ohne Altersbeschränkung", "o.A."]), ("6", 6, &["ab 6"]), ("12", 12, &["ab 12"]),
            ("16", 16, &["ab 16"]), ("18", 18, &["ab 18", "keine Jugendfreigabe", "KJ"]),
        ],
        unrated: &["ungeprüft"],
    },
    // Medierådet for Børn og Unge (medieraadet.dk); F is exempt.
    RatingSystem {
        country: "DK", names: &["Medierådet", "DNK"],
        labels: &[("A", 0, &["Tilladt for alle"]), ("7", 7, &[]), ("11", 11, &[]), ("15", 15, &[])],
        unrated: &["F"],
    },
    // Instituto de la Cinematografía y de las Artes Audiovisuales (cultura.gob.es); /i is for equality, /fig for infancy.
    RatingSystem {
        country: "ES", names: &["ICAA", "ESP"],
        labels: &[
            ("A", 0, &["APTA", "TP", "0", "A/i", "A/fig", "ERI", "Todos los públicos"]), ("7", 7, &["7/i", "7/fig"]),
            ("10", 10, &[]), ("12", 12, &["12/fig"]), ("13", 13, &[]), ("16", 16, &["16/fig"]), ("18", 18, &["18/fig"]),
            ("X", 18, &["PX"]),
        ],
        unrated: &[],
    },
    // Kansallinen audiovisuaalinen instituutti (kavi.fi; ikärajat.fi); S is for all; before 2012 also 3, 11, 13 and 15.
    RatingSystem {
        country: "FI", names: &["KAVI", "MEKU", "VET", "FIN"],
        labels: &[
            ("S", 0, &["Sallittu"]), ("K-3", 3, &["3"]), ("K-7", 7, &["7"]), ("K-11", 11, &["11"]), ("K-12", 12, &["12"]),
            ("K-13", 13, &["13"]), ("K-15", 15, &["15"]), ("K-16", 16, &["16"]), ("K-18", 18, &["18"]),
        ],
        unrated: &[],
    },
    // Centre national du cinéma (cnc.fr); 10 of television by Arcom (arcom.fr).
    RatingSystem {
        country: "FR", names: &["CNC", "CSA", "FRA"],
        labels: &[
            ("TP", 0, &["U", "Tous publics", "0"]), ("10", 10, &[]), ("12", 12, &[]), ("16", 16, &[]), ("18", 18, &["X"]),
        ],
        unrated: &[],
    },
    // British Board of Film Classification (bbfc.co.uk), which says that PG should not unsettle a child of about eight.
    RatingSystem {
        country: "GB", names: &["UK", "BBFC", "GBR"],
        labels: &[
            ("U", 0, &["Uc"]), ("PG", 8, &["A"]), ("12A", 12, &[]), ("12", 12, &[]), ("15", 15, &["AA"]), ("18", 18, &["X"]),
            ("R18", 18, &[]),
        ],
        unrated: &["E", "Exempt"],
    },
    // Office for Film, Newspaper and Article Administration (ofnaa.gov.hk). IIA is not suitable for children, IIB not for
    // young persons and children; neither names an age.
    RatingSystem {
        country: "HK", names: &["OFNAA", "HKG"],
        labels: &[("I", 0, &[]), ("IIA", 12, &[]), ("IIB", 16, &[]), ("III", 18, &[])],
        unrated: &[],
    },
    // Irish Film Classification Office (ifco.ie): PG from about eight.
    RatingSystem {
        country: "IE", names: &["IFCO", "IRL"],
        labels: &[
            ("G", 0, &["Gen"]), ("PG", 8, &[]), ("12A", 12, &["12PG"]), ("12", 12, &[]), ("15A", 15, &["15PG"]), ("15", 15, &[]),
            ("16", 16, &[]), ("18", 18, &[]),
        ],
        unrated: &[],
    },
    // Central Board of Film Certification (cbfcindia.gov.in). UA is for children under 12 with guidance; since 2024 it has
    // an age. S is for members of a profession.
    RatingSystem {
        country: "IN", names: &["CBFC", "IND"],
        labels: &[
            ("U", 0, &[]), ("UA 7+", 7, &[]), ("UA", 12, &[]), ("UA 13+", 13, &[]), ("UA 16+", 16, &[]), ("A", 18, &["18"]),
            ("S", 18, &[]),
        ],
        unrated: &[],
    },
    // Direzione generale Cinema e audiovisivo (cinema.cultura.gov.it): since 2021 6+, 14+ and 18+, before it VM ("forbidden
    // to those under").
    RatingSystem {
        country: "IT", names: &["MiC", "MiBACT", "ITA"],
        labels: &[
            ("T", 0, &["Per tutti", "BA", "0+"]), ("6+", 6, &["VM6"]), ("10+", 10, &[]), ("VM12", 12, &["12"]),
            ("VM14", 14, &["14"]), ("VM16", 16, &["16"]), ("VM18", 18, &["18"]),
        ],
        unrated: &[],
    },
    // Film Classification and Rating Organization, Eirin (eirin.jp).
    RatingSystem {
        country: "JP", names: &["Eirin", "映倫", "JPN"],
        labels: &[("G", 0, &["一般"]), ("PG12", 12, &[]), ("R15+", 15, &[]), ("R18+", 18, &[])],
        unrated: &[],
    },
    // Korea Media Rating Board (kmrb.or.kr).
    RatingSystem {
        country: "KR", names: &["KMRB", "KOR"],
        labels: &[
            ("ALL", 0, &["전체관람가", "0"]), ("7", 7, &[]), ("12", 12, &["12세이상관람가"]), ("15", 15, &["15세이상관람가"]),
            ("18", 18, &["청소년관람불가"]), ("19", 19, &[]), ("Restricted Screening", 19, &["제한상영가", "R"]),
        ],
        unrated: &["Exempt"],
    },
    // Dirección General de Radio, Televisión y Cinematografía (rtc.segob.gob.mx).
    RatingSystem {
        country: "MX", names: &["RTC", "MEX"],
        labels: &[("AA", 0, &[]), ("A", 0, &[]), ("B", 12, &[]), ("B-15", 15, &[]), ("C", 18, &[]), ("D", 18, &[])],
        unrated: &[],
    },
    // Kijkwijzer of the NICAM (kijkwijzer.nl); MG was its guidance by parents.
    RatingSystem {
        country: "NL", names: &["Kijkwijzer", "NICAM", "NLD"],
        labels: &[
            ("AL", 0, &["0"]), ("6", 6, &["MG6"]), ("9", 9, &[]), ("12", 12, &[]), ("14", 14, &[]), ("16", 16, &[]), ("18", 18, &[]),
        ],
        unrated: &[],
    },
    // Medietilsynet (medietilsynet.no); before 2015 other ages.
    RatingSystem {
        country: "NO", names: &["Medietilsynet", "NOR"],
        labels: &[
            ("A", 0, &["Tillatt for alle", "0"]), ("5", 5, &[]), ("6", 6, &[]), ("7", 7, &[]), ("9", 9, &[]), ("10", 10, &[]),
            ("11", 11, &[]), ("12", 12, &[]), ("15", 15, &[]), ("16", 16, &[]), ("18", 18, &[]),
        ],
        unrated: &[],
    },
    // Te Mana Whakaatu, Classification Office (classificationoffice.govt.nz): M is suitable from 16, R… is the law.
    RatingSystem {
        country: "NZ", names: &["OFLC NZ", "NZL"],
        labels: &[
            ("G", 0, &[]), ("PG", 10, &[]), ("13", 13, &[]), ("RP13", 13, &[]), ("R13", 13, &[]), ("R15", 15, &[]), ("M", 16, &[]),
            ("16", 16, &[]), ("RP16", 16, &[]), ("R16", 16, &[]), ("18", 18, &[]), ("RP18", 18, &[]), ("R18", 18, &[]), ("R", 18, &[]),
        ],
        unrated: &["E", "Exempt"],
    },
    // Krajowa Rada Radiofonii i Telewizji (gov.pl/krrit) for television; cinemas and discs say ages of their own.
    RatingSystem {
        country: "PL", names: &["KRRiT", "POL"],
        labels: &[
            ("BO", 0, &["bez ograniczeń", "0"]), ("7", 7, &[]), ("10", 10, &[]), ("12", 12, &[]), ("13", 13, &[]),
            ("15", 15, &[]), ("16", 16, &[]), ("18", 18, &[]),
        ],
        unrated: &[],
    },
    // Inspeção-Geral das Atividades Culturais (igac.gov.pt); P is pornography.
    RatingSystem {
        country: "PT", names: &["IGAC", "CCE", "PRT"],
        labels: &[
            ("Públicos", 0, &["Para todos os públicos", "M/0", "0"]), ("M/3", 3, &["3"]), ("M/4", 4, &["4"]), ("M/6", 6, &["6"]),
            ("M/12", 12, &["12"]), ("M/14", 14, &["14"]), ("M/16", 16, &["16"]), ("M/18", 18, &["18"]), ("P", 18, &[]),
        ],
        unrated: &[],
    },
    // Federal law 436-FZ (2010), article 6.
    RatingSystem {
        country: "RU", names: &["RUS"],
        labels: &[("0+", 0, &[]), ("6+", 6, &[]), ("12+", 12, &[]), ("16+", 16, &[]), ("18+", 18, &[])],
        unrated: &[],
    },
    // Statens medieråd, now Mediemyndigheten (mediemyndigheten.se).
    RatingSystem {
        country: "SE", names: &["Mediemyndigheten", "Medierådet SE", "SWE"],
        labels: &[("Btl", 0, &["Barntillåten", "Alla", "0"]), ("7", 7, &[]), ("11", 11, &[]), ("15", 15, &[])],
        unrated: &[],
    },
    // Infocomm Media Development Authority (imda.gov.sg).
    RatingSystem {
        country: "SG", names: &["IMDA", "MDA", "SGP"],
        labels: &[
            ("G", 0, &[]), ("PG", 10, &[]), ("PG13", 13, &[]), ("NC16", 16, &[]), ("M18", 18, &[]), ("R21", 21, &["R(A)"]),
        ],
        unrated: &["NAR"],
    },
    // Films by the Classification and Rating Administration of the Motion Picture Association (filmratings.com): under 17 R
    // needs a parent, NC-17 admits nobody of 17 and under; GP and M are what PG was called first, X what NC-17 was. Series
    // by the TV Parental Guidelines (tvguidelines.org). What the Production Code approved before 1968 got no age.
    RatingSystem {
        country: "US", names: &["MPA", "MPAA", "CARA", "Rated", "USA"],
        labels: &[
            ("G", 0, &[]), ("TV-Y", 0, &[]), ("TV-G", 0, &[]), ("TV-Y7", 7, &["TV-Y7-FV"]), ("PG", 10, &["GP", "M", "M/PG"]),
            ("TV-PG", 10, &[
                "TV-PG-D", "TV-PG-L", "TV-PG-S", "TV-PG-V", "TV-PG-DL", "TV-PG-DS", "TV-PG-DV", "TV-PG-LS", "TV-PG-LV",
                "TV-PG-SV", "TV-PG-DLS", "TV-PG-DLV", "TV-PG-DSV", "TV-PG-LSV", "TV-PG-DLSV",
            ]),
            ("PG-13", 13, &[]),
            ("TV-14", 14, &[
                "TV-14-D", "TV-14-L", "TV-14-S", "TV-14-V", "TV-14-DL", "TV-14-DS", "TV-14-DV", "TV-14-LS", "TV-14-LV",
                "TV-14-SV", "TV-14-DLS", "TV-14-DLV", "TV-14-DSV", "TV-14-LSV", "TV-14-DLSV",
            ]),
            ("R", 17, &[]),
            ("TV-MA", 17, &["TV-MA-L", "TV-MA-S", "TV-MA-V", "TV-MA-LS", "TV-MA-LV", "TV-MA-SV", "TV-MA-LSV"]),
            ("NC-17", 18, &["X"]),
        ],
        unrated: &["TV-NR", "Approved", "Passed"],
    },
    // Film and Publication Board (fpb.org.za).
    RatingSystem {
        country: "ZA", names: &["FPB", "ZAF"],
        labels: &[
            ("A", 0, &["All"]), ("PG", 7, &[]), ("7-9PG", 7, &["7"]), ("10-12PG", 10, &["10"]), ("13", 13, &[]), ("16", 16, &[]),
            ("18", 18, &[]), ("X18", 18, &[]), ("XX", 18, &[]),
        ],
        unrated: &[],
    },
];
