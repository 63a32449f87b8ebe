//! Files that a map of columns reads: those of IMDb and TMDB as they come, and one's own.

use std::path::Path;

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::program::{On, Program};

both_ways!(rows_complete_the_titles_that_they_are_of_and_nothing_is_guessed);

const BASICS: &str = "tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear\tendYear\truntimeMinutes\tgenres\n\
    tt0113277\tmovie\tHEAT!\tHeat\t0\t1995\t\\N\t170\tCrime,Drama\n\
    tt0000001\tmovie\tShown Never\tShown Never\t1\t1999\t\\N\t60\t\\N\n\
    tt0903747\ttvSeries\tBreaking \"Bad\tBreaking Bad\t0\t2008\t2013\t45\tCrime\n\
    tt0959621\ttvEpisode\tPilot\tPilot\t0\t2008\t\\N\t58\tCrime\n\
    tt0000002\tmovie\tTwins\tTwins\t0\t2000\t\\N\t90\t\\N\n\
    tt0000003\tmovie\tTwins\tTwins\t0\t2000\t\\N\t91\t\\N\n\
    tt0000004\tmovie\tBad Year\tBad Year\t0\t3000\t\\N\t91\t\\N\n";
const RATINGS: &str = "tconst\taverageRating\tnumVotes\n\
    tt0113277\t8.3\t700000\ntt0903747\t9.5\t2000000\ntt9999999\t1.0\t5\n";
const AKAS: &str = "titleId\tordering\ttitle\tregion\tlanguage\ttypes\tattributes\tisOriginalTitle\n\
    tt0113277\t1\tHeat\t\\N\t\\N\toriginal\t\\N\t1\n\
    tt0113277\t2\tHitze\tDE\tde\timdbDisplay\t\\N\t0\n\
    tt0113277\t3\tChaleur\tFR\tfr\timdbDisplay\t\\N\t0\n";
const EPISODES: &str = "tconst\tparentTconst\tseasonNumber\tepisodeNumber\n\
    tt0959621\ttt0903747\t1\t1\ntt1000000\ttt0903747\t\\N\t\\N\ntt1000001\ttt7777777\t1\t1\n";
const MOVIE_IDS: &str = "{\"adult\":false,\"id\":949,\"original_title\":\"Heat\",\"popularity\":9.5,\"video\":false}\n\
    {\"adult\":false,\"id\":593,\"original_title\":\"Solaris\",\"popularity\":1.0,\"video\":false}\n\
    {\"adult\":false,\"id\":1,\"original_title\":\"Nobody Has This\",\"popularity\":1.0,\"video\":false}\n";
const SERIES_IDS: &str = "{\"id\":949,\"original_name\":\"Breaking Bad\",\"popularity\":9.5}\n";
const OWN: &str = "{\"slug\": \"heat\", \"title\": \"Heat\", \"year\": 1995}\n\
    {\"slug\": \"solaris-1972\", \"title\": \"Solaris\", \"year\": 1972}\n\
    {\"slug\": \"solaris-2002\", \"title\": \"Solaris\", \"year\": 2002}\n\
    {\"slug\": \"twins\", \"title\": \"Twins\", \"year\": 2000}\n";

async fn rows_complete_the_titles_that_they_are_of_and_nothing_is_guessed(on: On) {
    let program = match on {
        On::Embedded => Program::new(on).await,
        On::Servers => Program::without_graph(),
    };
    let folder = program.data().join("files");
    std::fs::create_dir(&folder).unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write("title.akas.tsv", AKAS);
    write("title.basics.tsv", BASICS);
    write("title.episode.tsv", EPISODES);
    write("title.ratings.tsv", RATINGS);
    write("movie_ids_05_15_2026.json", MOVIE_IDS);
    write("tv_series_ids_05_15_2026.json", SERIES_IDS);
    write("own.ndjson", OWN);
    let (files, report) = (folder.to_str().unwrap(), program.data().join("report"));
    let arguments = ["load", files, "--report", report.to_str().unwrap()];

    let first = program.run(&arguments).await;
    let reported = lines(&report);
    let again = program.run(&arguments).await;

    let said = String::from_utf8(first.stdout).unwrap();
    assert_eq!(
        first.status.code(),
        Some(1),
        "of a year that cannot be: {said}"
    );
    for part in [
        "episodes: 1 new",
        "series: 1 new",
        "1 refused",
        "4 rows match no title or person",
        "3 rows are of titles that are not there",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let again = String::from_utf8(again.stdout).unwrap();
    assert!(again.contains(" 0 new, 0 changed, "), "{again}");
    assert!(
        !again.contains(" 1 new") && !again.contains(" 1 changed"),
        "{again}"
    );
    let unmatched: Vec<&Value> = reported
        .iter()
        .filter(|line| line["sort"] == "unmatched")
        .map(|line| &line["value"])
        .collect();
    assert_eq!(unmatched, ["tt0000002", "tt0000003", "593", "1"]);
    let refused = reported.iter().find(|line| line["sort"] == "refused");
    let refused = refused.unwrap();
    assert_eq!(
        (&refused["line"], &refused["field"]),
        (&json!(8), &json!("year"))
    );

    let site = program.serve().await;
    let query = "{ film(slug: \"heat\") { name german: name(language: \"de\") duration genres { name }
            externalIds { provider value } }
        series(slug: \"breaking-bad-2008\") { name endYear seasons(first: 2) { episodes(first: 2) { nodes { number } } } }
        sameId: film(externalId: { provider: \"tmdb\", value: \"949\" }) { slug }
        sameIdOfSeries: series(externalId: { provider: \"tmdb\", value: \"949\" }) { slug }
        titles(first: 10, orderBy: NAME) { nodes { slug } } }";
    let found = site.ask(query, json!({})).await;
    assert_eq!(
        found["film"],
        json!({
            "name": "Heat", "german": "Hitze", "duration": 10200,
            "genres": [{ "name": "Crime" }, { "name": "Drama" }],
            "externalIds": [
                { "provider": "imdb", "value": "tt0113277" }, { "provider": "tmdb", "value": "949" },
            ],
        })
    );
    assert_eq!(found["series"]["name"], "Breaking \"Bad");
    assert_eq!(found["series"]["endYear"], 2013);
    assert_eq!(found["sameId"]["slug"], "heat");
    assert_eq!(found["sameIdOfSeries"]["slug"], "breaking-bad-2008");
    let episodes = &found["series"]["seasons"][0]["episodes"];
    assert_eq!(episodes["nodes"], json!([{ "number": 1 }]));
    let mut slugs: Vec<&str> = found["titles"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|title| title["slug"].as_str().unwrap())
        .collect();
    slugs.sort_unstable();
    assert_eq!(
        slugs,
        [
            "breaking-bad-2008",
            "heat",
            "solaris-1972",
            "solaris-2002",
            "twins"
        ]
    );
}

/// The lines of a report.
fn lines(report: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(report).unwrap();
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn a_map_of_ones_own_says_what_the_columns_are() {
    let program = Program::new(On::Embedded).await;
    let at = |name: &str| program.data().join(name).to_str().unwrap().to_owned();
    let map = json!({ "provider": "tmdb", "files": [{
        "format": "csv", "rows": "titles", "key": "TMDB ID", "kind": { "is": "film" },
        "columns": [{ "column": "Name", "field": "title" }, { "column": "Year", "field": "year" }],
    }] });
    let (own, mine, other) = (at("map.json"), at("mine.csv"), at("other.csv"));
    std::fs::write(&own, map.to_string()).unwrap();
    std::fs::write(&mine, "TMDB ID,Name,Year\n949,Heat,1995\n").unwrap();
    std::fs::write(&other, "TMDB ID,Name\n949,Heat\n").unwrap();

    let arguments = ["load", &mine, &other, "--map", &own];
    let loaded = program.run(&arguments).await;
    let known = ["load", &mine, "--only-known", "--map", &own];
    let known = program.run(&known).await;
    let line = "{\"adult\":false,\"id\":949,\"original_title\":\"Heat\",\"popularity\":9.5,\"video\":false}";
    let piped = program
        .run_with_input(&["load", "-", "--map", "tmdb"], line)
        .await;
    std::fs::write(&own, "{}").unwrap();
    let refused = program.run(&arguments).await;

    let said = String::from_utf8(loaded.stdout).unwrap();
    assert!(said.starts_with("films: 1 new"), "{said}");
    let told = String::from_utf8(loaded.stderr).unwrap();
    assert!(
        told.contains("other.csv:1: refused: has no column “Year”"),
        "{told}"
    );
    for same in [known, piped] {
        let said = String::from_utf8(same.stdout).unwrap();
        let unchanged = "films: 0 new, 0 changed, 1 unchanged";
        assert!(said.starts_with(unchanged), "{said}");
    }
    assert_eq!(refused.status.code(), Some(1));
    let why = String::from_utf8(refused.stderr).unwrap();
    assert!(why.contains("is no map of columns"), "{why}");
}
