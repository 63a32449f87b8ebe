//! Credits and people of IMDb's files: who is known by id, who is new, and which titles keep their own.

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::program::{On, Program};

both_ways!(titles_get_the_people_of_roles_in_which_they_have_nobody);

const OWN: &str = "{\"slug\": \"heat\", \"title\": \"Heat\", \"year\": 1995, \"directors\": [\"Michael Mann\"], \"ids\": {\"imdb\": \"tt0113277\"}}\n\
    {\"slug\": \"alien\", \"title\": \"Alien\", \"year\": 1979, \"cast\": [\"Sigourney Weaver\", {\"person\": \"val-kilmer\"}], \"ids\": {\"imdb\": \"tt0078748\"}}\n\
    {\"slug\": \"al\", \"name\": \"Al Pacino\", \"born\": \"1940-04-25\"}\n\
    {\"slug\": \"robert-de-niro\", \"name\": \"Robert De Niro\", \"born\": \"1999-01-01\"}\n\
    {\"slug\": \"val-kilmer\", \"name\": \"Val Kilmer\", \"ids\": {\"imdb\": \"nm9999999\"}}\n";
const BASICS: &str = "tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear\tendYear\truntimeMinutes\tgenres\n\
    tt0000010\tmovie\tWell Known\tWell Known\t0\t2000\t\\N\t90\t\\N\n\
    tt0000011\tmovie\tHardly Known\tHardly Known\t0\t2000\t\\N\t90\t\\N\n\
    tt0000012\tmovie\tUnrated\tUnrated\t0\t2000\t\\N\t90\t\\N\n";
const RATINGS: &str = "tconst\taverageRating\tnumVotes\n\
    tt0000010\t6.5\t100\ntt0000011\t6.5\t99\ntt0113277\t8.3\t5\n";
const CREW: &str = "tconst\tdirectors\twriters\n\
    tt0000010\tnm0000020,nm0000021\t\\N\n\
    tt0000011\tnm0000030\t\\N\n\
    tt0078748\tnm0000631\t\\N\n\
    tt0113277\tnm0000030\tnm0000520\n";
const PRINCIPALS: &str = "tconst\tordering\tnconst\tcategory\tjob\tcharacters\n\
    tt0000010\t1\tnm0000021\tdirector\t\\N\t\\N\n\
    tt0000011\t1\tnm0000030\tactor\t\\N\t\\N\n\
    tt0078748\t1\tnm0000244\tactress\t\\N\t[\"Ripley\"]\n\
    tt0078748\t2\tnm0000643\tactor\t\\N\t[\"Dallas\"]\n\
    tt0113277\t10\tnm0000174\tactor\t\\N\t[\"Chris\",\"\\\"The Kid\\\"\"]\n\
    tt0113277\t1\tnm0000199\tactor\t\\N\t[\"Lt. Vincent Hanna\"]\n\
    tt0113277\t2\tnm0000134\tactor\t\\N\t[\"Neil McCauley\"]\n\
    tt0113277\t3\tnm0000520\tdirector\t\\N\t\\N\n\
    tt0113277\t4\tnm0005883\tcinematographer\t\\N\t\\N\n\
    tt0113277\t5\tnm0006106\tcomposer\t\\N\t\\N\n";
const NAMES: &str = "nconst\tprimaryName\tbirthYear\tdeathYear\tprimaryProfession\tknownForTitles\n\
    nm0000020\tOne Director\t\\N\t\\N\tdirector\ttt0000010\n\
    nm0000021\tOther Director\t\\N\t\\N\tdirector\ttt0000010\n\
    nm0000030\tOf Nothing\t\\N\t\\N\tdirector\ttt0000011\n\
    nm0000134\tRobert De Niro\t1943\t\\N\tactor\ttt0113277\n\
    nm0000174\tVal Kilmer\t1959\t\\N\tactor\ttt0113277\n\
    nm0000199\tAl Pacino\t1940\t\\N\tactor\ttt0113277\n\
    nm0000244\tSigourney Weaver\t1949\t\\N\tactress\ttt0078748\n\
    nm0000520\tMichael Mann\t1943\t\\N\tdirector\ttt0113277\n\
    nm0000631\tRidley Scott\t1937\t\\N\tdirector\ttt0078748\n\
    nm0000643\tTom Skerritt\t1933\t\\N\tactor\ttt0078748\n\
    nm0000999\tAl Pacino\t\\N\t\\N\tactor\ttt7777777\n";
const PERSON_IDS: &str =
    "{\"adult\":false,\"id\":578,\"name\":\"Ridley Scott\",\"popularity\":1.0}\n";

async fn titles_get_the_people_of_roles_in_which_they_have_nobody(on: On) {
    let program = match on {
        On::Embedded => Program::new(on).await,
        On::Servers => Program::without_graph(),
    };
    let folder = program.data().join("files");
    std::fs::create_dir(&folder).unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write("own.ndjson", OWN);
    write("title.basics.tsv", BASICS);
    write("title.ratings.tsv", RATINGS);
    write("title.crew.tsv", CREW);
    write("title.principals.tsv", PRINCIPALS);
    write("person_ids_05_15_2026.json", PERSON_IDS);
    let files = folder.to_str().unwrap();
    // A map that is asked for leaves those alone that are shipped.
    let arguments = ["load", files, "--map", "imdb", "--min-votes", "100"];

    let nameless = program.run(&arguments).await;
    write("name.basics.tsv", NAMES);
    let rehearsed = program
        .run(&[&arguments[..], &["--dry-run"]].concat())
        .await;
    let loaded = program.run(&arguments).await;
    let again = program.run(&arguments).await;

    let said = |output: std::process::Output| {
        let said = String::from_utf8(output.stdout).unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{said}{told}");
        said
    };
    let nameless = said(nameless);
    assert!(nameless.contains("films: 3 new"), "{nameless}");
    // Four of the crew; in the other file one of these directors, and of Heat three actors, who wrote it and a composer.
    assert!(nameless.contains("10 credits are left out"), "{nameless}");
    for said in [said(rehearsed), said(loaded)] {
        assert!(said.contains("people: 5 "), "{said}");
        assert!(said.contains("1 credits are left out"), "{said}");
    }
    let again = said(again);
    assert!(again.contains("people: 0 new, 0 changed"), "{again}");
    assert!(again.contains("films: 0 new, 0 changed"), "{again}");

    let site = program.serve().await;
    let credits = "credits(first: 20) { edges { role character node { slug } } }";
    let query = format!(
        "{{ heat: film(slug: \"heat\") {{ {credits} }} alien: film(slug: \"alien\") {{ {credits} }}
        known: film(slug: \"well-known-2000\") {{ {credits} }}
        hardly: film(slug: \"hardly-known-2000\") {{ slug }} unrated: film(slug: \"unrated-2000\") {{ slug }}
        al: person(slug: \"al\") {{ externalIds {{ value }} }}
        weaver: person(slug: \"sigourney-weaver\") {{ externalIds {{ value }} }}
        val: person(slug: \"val-kilmer\") {{ externalIds {{ value }} }}
        scott: person(slug: \"ridley-scott\") {{ externalIds {{ value }} }}
        nothing: person(slug: \"of-nothing\") {{ slug }} skerritt: person(slug: \"tom-skerritt\") {{ slug }} }}"
    );
    let found = site.ask(&query, json!({})).await;
    assert_eq!(
        listed(&found["heat"]),
        [
            ("DIRECTOR", "michael-mann", ""),
            ("ACTOR", "al", "Lt. Vincent Hanna"),
            ("ACTOR", "robert-de-niro-nm0000134", "Neil McCauley"),
            ("ACTOR", "val-kilmer-nm0000174", "Chris / \"The Kid\""),
            ("WRITER", "michael-mann", ""),
        ]
    );
    assert_eq!(
        listed(&found["alien"]),
        [
            ("DIRECTOR", "ridley-scott", ""),
            ("ACTOR", "sigourney-weaver", ""),
            ("ACTOR", "val-kilmer", ""),
        ]
    );
    assert_eq!(
        listed(&found["known"]),
        [
            ("DIRECTOR", "one-director", ""),
            ("DIRECTOR", "other-director", ""),
        ]
    );
    let ids = |of: &str| found[of]["externalIds"].clone();
    assert_eq!(ids("al"), json!([{ "value": "nm0000199" }]));
    assert_eq!(ids("weaver"), json!([{ "value": "nm0000244" }]));
    assert_eq!(ids("val"), json!([{ "value": "nm9999999" }]));
    let both = json!([{ "value": "nm0000631" }, { "value": "578" }]);
    assert_eq!(ids("scott"), both);
    for nobody in ["hardly", "unrated", "nothing", "skerritt"] {
        assert_eq!(found[nobody], Value::Null, "{nobody}");
    }
}

/// The credits of a title: role, person and character.
fn listed(title: &Value) -> Vec<(&str, &str, &str)> {
    let edges = title["credits"]["edges"].as_array().unwrap().iter();
    edges
        .map(|edge| {
            (
                edge["role"].as_str().unwrap(),
                edge["node"]["slug"].as_str().unwrap(),
                edge["character"].as_str().unwrap_or_default(),
            )
        })
        .collect()
}

#[tokio::test]
async fn titles_without_votes_are_no_measure_of_what_is_known() {
    let program = Program::new(On::Embedded).await;
    let basics = program.data().join("title.basics.tsv");
    std::fs::write(&basics, BASICS).unwrap();
    let basics = basics.to_str().unwrap();

    let loaded = program.run(&["load", basics, "--min-votes", "1"]).await;
    let both = ["load", basics, "--min-votes", "1", "--only-known"];
    let both = program.run(&both).await;

    assert_eq!(loaded.status.code(), Some(1));
    let told = String::from_utf8(loaded.stderr).unwrap();
    assert!(told.contains("no file says how many voted"), "{told}");
    assert!(!both.status.success());
}
