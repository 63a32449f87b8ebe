//! What viewers write of titles, and what moderators do with it, as they meet it.

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::SOON;
use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

const SEEN: &str = "{ film(slug: \"heat-1995\") { commentCount comments(orderBy: OLDEST) {
    nodes { body state authorName isSpoiler at likeCount viewerLiked viewerIsAuthor replyCount
        replies { nodes { body } } } } } }";

const WRITTEN: &str = "{ viewer { profile { comments { nodes { id state body titleId } } } } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn viewers_talk_about_a_film_embedded() {
    viewers_talk_about_a_film(On::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn viewers_talk_about_a_film_on_the_servers() {
    viewers_talk_about_a_film(On::Servers).await;
}

async fn viewers_talk_about_a_film(on: On) {
    let (_program, site) = site(on, "open").await;
    let [mut ada, mut ben] = ["ada", "ben"].map(|_| Visitor::of(&site));
    ada.register("ada@example.org").await;
    ben.register("ben@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;

    let script = "<script>alert(1)</script>\n$heat";
    let said = json!({ "title": heat, "body": script, "isSpoiler": true, "at": 60 });
    let payload = ada.expect("addComment", said.clone(), "comment { id state }");
    let comment = payload.await["comment"].take();
    assert_eq!(comment["state"], "SHOWN");
    let id = comment["id"].clone();
    let again = ada.refused("addComment", said).await;
    assert_eq!(again, ("CONFLICT".to_owned(), "body".to_owned()));
    let reply = json!({ "title": heat, "replyTo": id, "body": "So it is" });
    let payload = ben.expect("addComment", reply, "comment { id rootId }");
    let reply = payload.await["comment"].take();
    assert_eq!(reply["rootId"], id);
    let under_reply = json!({ "title": heat, "replyTo": reply["id"], "body": "Indeed" });
    let payload = ada.expect("addComment", under_reply, "comment { rootId }");
    assert_eq!(payload.await["comment"]["rootId"], id);
    for _ in 0..2 {
        let liked = json!({ "comment": id, "liked": true });
        let payload = ben.expect("setCommentLiked", liked, "comment { viewerLiked }");
        assert_eq!(payload.await["comment"]["viewerLiked"], true);
    }

    let thread = json!({
        "body": script, "state": "SHOWN", "authorName": null, "isSpoiler": true, "at": 60, "likeCount": 1,
        "viewerLiked": null, "viewerIsAuthor": false, "replyCount": 2,
        "replies": { "nodes": [{ "body": "So it is" }, { "body": "Indeed" }] },
    });
    let mut expected = json!({ "film": { "commentCount": 3, "comments": { "nodes": [thread] } } });
    let name = ada.ask("{ viewer { profile { name } } }").await["viewer"]["profile"]["name"].take();
    expected["film"]["comments"]["nodes"][0]["authorName"] = name;
    site.wait_for(SOON, SEEN, |seen| *seen == expected).await;

    // Somebody else's is not theirs to change.
    for mutation in ["editComment", "deleteComment"] {
        let mut input = json!({ "comment": id });
        if mutation == "editComment" {
            input["body"] = json!("Not mine");
        }
        let refused = ben.refused(mutation, input).await;
        assert_eq!(refused, ("NOT_FOUND".to_owned(), "comment".to_owned()));
    }
    let edited = json!({ "comment": id, "body": "Fine" });
    let payload = ada.expect(
        "editComment",
        edited,
        "comment { body editedAt formerTexts { body } }",
    );
    let edited = payload.await["comment"].take();
    assert_eq!(edited["body"], "Fine");
    assert_ne!(edited["editedAt"], Value::Null);
    assert_eq!(edited["formerTexts"], Value::Null);
    // The place stays for the replies, and says nothing.
    let deleted = json!({ "comment": id });
    ada.expect("deleteComment", deleted.clone(), "").await;
    ada.expect("deleteComment", deleted, "").await;
    let is_place = |seen: &Value| {
        let threads = seen["film"]["comments"]["nodes"].as_array().unwrap();
        seen["film"]["commentCount"] == 2
            && threads.len() == 1
            && threads[0]["body"].is_null()
            && threads[0]["authorName"].is_null()
            && threads[0]["state"] == "DELETED"
            && threads[0]["replyCount"] == 2
    };
    site.wait_for(SOON, SEEN, is_place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_a_moderator_is_its_authors_alone_embedded() {
    what_waits_for_a_moderator_is_its_authors_alone(On::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_a_moderator_is_its_authors_alone_on_the_servers() {
    what_waits_for_a_moderator_is_its_authors_alone(On::Servers).await;
}

async fn what_waits_for_a_moderator_is_its_authors_alone(on: On) {
    const HELD: &str = "{ heldComments { nodes { id } edges { title { slug } node { body } } } }";
    let (program, site) = site(on, "held").await;
    program.create_user("mod@example.org", "moderator").await;
    let [mut ada, mut ben, mut moderator] = [0, 1, 2].map(|_| Visitor::of(&site));
    ada.register("ada@example.org").await;
    ben.register("ben@example.org").await;
    moderator.log_in("mod@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    let said = json!({ "title": heat, "body": "First" });
    let payload = ada.expect("addComment", said, "comment { id state body }");
    let comment = payload.await["comment"].take();
    assert_eq!(
        (&comment["state"], &comment["body"]),
        (&json!("HELD"), &json!("First"))
    );
    let id = comment["id"].as_str().unwrap();
    let by_id = format!("{{ node(id: \"{id}\") {{ ... on Comment {{ body }} }} }}");

    assert_eq!(ada.ask(&by_id).await["node"]["body"], "First");
    assert_eq!(ben.send(&by_id, json!({})).await.code(), "NOT_FOUND");
    // The author finds it without having kept its id.
    let own = ada.ask(WRITTEN).await["viewer"]["profile"]["comments"].take();
    let row = json!({ "id": id, "state": "HELD", "body": "First", "titleId": heat });
    assert_eq!(own, json!({ "nodes": [row] }));
    let own = ben.ask(WRITTEN).await["viewer"]["profile"]["comments"].take();
    assert_eq!(own, json!({ "nodes": [] }));
    let held = moderator.ask(HELD).await["heldComments"].take();
    let row = json!({ "title": { "slug": "heat-1995" }, "node": { "body": "First" } });
    assert_eq!(held, json!({ "nodes": [{ "id": id }], "edges": [row] }));
    let liked = json!({ "comment": id, "liked": true });
    let refused = ben.refused("setCommentLiked", liked).await;
    assert_eq!(refused, ("NOT_FOUND".to_owned(), "comment".to_owned()));

    let own = json!({ "comment": id, "liked": true });
    let told = "userErrors { message }";
    let told = ada.call("setCommentLiked", own, told).await["userErrors"].take();
    let not_yet = "the comment is not shown yet, and cannot be liked";
    let refused =
        json!([{ "code": "CONFLICT", "field": ["input", "comment"], "message": not_yet }]);
    assert_eq!(told, refused);

    // One that is unknown keeps all from being done.
    let both = json!({ "comments": [id, heat], "moderation": "SHOW" });
    let refused = moderator.refused("moderateComments", both).await;
    assert_eq!(refused, ("NOT_FOUND".to_owned(), "comments".to_owned()));
    assert_eq!(ben.send(&by_id, json!({})).await.code(), "NOT_FOUND");
    for (moderation, state) in [
        ("SHOW", "SHOWN"),
        ("SHOW", "SHOWN"),
        ("REMOVE", "REMOVED"),
        ("SHOW", "SHOWN"),
    ] {
        let input = json!({ "comments": [id, id], "moderation": moderation });
        let done = moderator.expect("moderateComments", input, "results { state body }");
        let one = json!({ "state": state, "body": "First" });
        assert_eq!(done.await["results"], json!([one, one]));
        let seen = ben.send(&by_id, json!({})).await;
        let is_seen = seen.body["data"]["node"]["body"] == "First";
        assert_eq!(is_seen, state == "SHOWN", "{}", seen.body);
    }
    assert_eq!(
        moderator.ask(HELD).await["heldComments"]["nodes"],
        json!([])
    );
    // What is said anew waits again; a moderator sees what it was.
    let edited = json!({ "comment": id, "body": "Second" });
    let payload = ada.expect("editComment", edited, "comment { state }");
    assert_eq!(payload.await["comment"]["state"], "HELD");
    let former =
        format!("{{ node(id: \"{id}\") {{ ... on Comment {{ formerTexts {{ body }} }} }} }}");
    let former = moderator.ask(&former).await["node"]["formerTexts"].take();
    assert_eq!(former, json!([{ "body": "First" }]));
    ada.expect("deleteComment", json!({ "comment": id }), "")
        .await;
    let input = json!({ "comments": [id], "moderation": "SHOW" });
    let refused = moderator.refused("moderateComments", input).await;
    assert_eq!(refused, ("CONFLICT".to_owned(), "comments".to_owned()));
}

both_ways!(nothing_is_said_twice_in_a_row);

async fn nothing_is_said_twice_in_a_row(on: On) {
    let (_program, site) = site(on, "open").await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    let said = |body: &str| json!({ "title": heat, "body": body });

    let calls = [0; 8].map(|_| {
        let (mut ada, input) = (ada.clone(), said("Fine"));
        async move { ada.call("addComment", input, "comment { body }").await }
    });
    let answers = futures::future::join_all(calls).await;

    let is_kept = |answer: &&Value| answer["comment"]["body"] == "Fine";
    assert_eq!(answers.iter().filter(is_kept).count(), 1, "{answers:?}");
    for answer in answers.iter().filter(|it| !is_kept(it)) {
        assert_eq!(answer["userErrors"][0]["code"], "CONFLICT", "{answer}");
    }
    // It looks the same.
    let refused = ada.refused("addComment", said("Fine \u{200b}")).await;
    assert_eq!(refused, ("CONFLICT".to_owned(), "body".to_owned()));
    for body in ["Not so fine", "Fine"] {
        ada.expect("addComment", said(body), "").await;
    }
}

both_ways!(an_account_writes_and_changes_so_many);

async fn an_account_writes_and_changes_so_many(on: On) {
    let (_program, site) = site(on, "open").await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    let first = json!({ "title": heat, "body": "First" });
    let payload = ada.expect("addComment", first, "comment { id }");
    let id = payload.await["comment"]["id"].take();

    // They come back one a minute; these take no minutes.
    let mut changed = 0;
    let limited = loop {
        let edit = json!({ "comment": id, "body": format!("Text {changed}") });
        let answer = ada.call("editComment", edit, "comment { body }").await;
        if answer["userErrors"] != json!([]) || changed == 80 {
            break answer["userErrors"][0]["code"].clone();
        }
        changed += 1;
    };

    assert_eq!(limited, "RATE_LIMITED");
    assert!((59..=65).contains(&changed), "{changed}");
    let other = ada.expect(
        "createProfile",
        json!({ "name": "Other" }),
        "profile { id }",
    );
    let other = json!({ "profile": other.await["profile"]["id"] });
    ada.expect("selectProfile", other, "").await;
    let heat = site.id_of("film", "heat-1995").await;
    let input = json!({ "title": heat, "body": "And on" });
    let refused = ada.refused("addComment", input).await;
    assert_eq!(refused, ("RATE_LIMITED".to_owned(), String::new()));
}

both_ways!(what_cannot_be_said_is_refused_by_field_and_children_say_nothing);

async fn what_cannot_be_said_is_refused_by_field_and_children_say_nothing(on: On) {
    let (_program, site) = site(on, "open").await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    let alien = site.id_of("film", "alien-1979").await;
    let elsewhere = json!({ "title": alien, "body": "There" });
    let payload = ada.expect("addComment", elsewhere, "comment { id }");
    let elsewhere = payload.await["comment"]["id"].take();
    let good = json!({ "title": heat, "body": "Good" });

    for (field, value, code) in [
        ("title", json!("RmlsbTox"), "NOT_FOUND"),
        ("title", elsewhere.clone(), "NOT_FOUND"),
        ("replyTo", json!("RmlsbTox"), "NOT_FOUND"),
        ("replyTo", elsewhere, "NOT_FOUND"),
        ("body", json!(" \u{200b} "), "BLANK"),
        ("body", json!("\u{3164}\u{2800}\u{fe0f}"), "BLANK"),
        ("body", json!("x".repeat(10_001)), "TOO_LONG"),
        ("body", json!("a\u{202e}b"), "INVALID"),
        (
            "body",
            json!("www.a.example www.b.example www.c.example"),
            "INVALID",
        ),
        ("at", json!(1_000_000), "OUT_OF_RANGE"),
        ("at", json!(-1), "OUT_OF_RANGE"),
    ] {
        let mut input = good.clone();
        input[field] = value;
        let refused = ada.refused("addComment", input).await;
        assert_eq!(refused, (code.to_owned(), field.to_owned()));
    }
    let seen = ada.ask(SEEN).await;
    assert_eq!(seen["film"]["comments"]["nodes"], json!([]));
    let series = site.id_of("series", "breaking-bad-2008").await;
    let said = |at: i32| json!({ "title": series, "body": "Then", "at": at });
    let refused = ada.refused("addComment", said(i32::MAX)).await;
    assert_eq!(refused, ("OUT_OF_RANGE".to_owned(), "at".to_owned()));
    let payload = ada.expect("addComment", said(360_000), "comment { at }");
    assert_eq!(payload.await["comment"]["at"], 360_000);

    let child = json!({ "name": "Child", "maxAge": 12 });
    let child = ada.expect("createProfile", child, "profile { id }").await;
    let child = json!({ "profile": child["profile"]["id"] });
    ada.expect("selectProfile", child, "").await;
    let film = site.id_of("film", "heat-1995").await;
    let refused = ada
        .refused("addComment", json!({ "title": film, "body": "Me" }))
        .await;
    assert_eq!(refused, ("FORBIDDEN".to_owned(), String::new()));
}

both_ways!(a_site_without_comments_has_none);

async fn a_site_without_comments_has_none(on: On) {
    let (_program, site) = site(on, "off").await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;

    let refused = ada
        .refused("addComment", json!({ "title": heat, "body": "Me" }))
        .await;
    let seen = ada.ask(SEEN).await;

    assert_eq!(refused, ("FORBIDDEN".to_owned(), String::new()));
    assert_eq!(
        seen,
        json!({ "film": { "commentCount": null, "comments": null } })
    );
    let own = ada.ask(WRITTEN).await;
    assert_eq!(
        own,
        json!({ "viewer": { "profile": { "comments": null } } })
    );
}

both_ways!(authors_delete_what_they_wrote_of_a_title_that_is_hidden_now);

async fn authors_delete_what_they_wrote_of_a_title_that_is_hidden_now(on: On) {
    let (program, site) = site(on, "open").await;
    program.create_user("curator@example.org", "curator").await;
    let [mut ada, mut curator] = [0, 1].map(|_| Visitor::of(&site));
    ada.register("ada@example.org").await;
    curator.log_in("curator@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    let said = json!({ "title": heat, "body": "Mine" });
    let payload = ada.expect("addComment", said, "comment { id }");
    let id = payload.await["comment"]["id"].take();
    curator
        .expect("deleteTitle", json!({ "title": heat }), "")
        .await;

    let edited = json!({ "comment": id, "body": "Other" });
    let refused = ada.refused("editComment", edited).await;
    let own = json!({ "comment": id });
    let deleted = ada.expect("deleteComment", own, "comment { state body }");

    assert_eq!(refused, ("NOT_FOUND".to_owned(), "comment".to_owned()));
    let expected = json!({ "state": "DELETED", "body": null });
    assert_eq!(deleted.await["comment"], expected);
}

both_ways!(where_comments_are_turned_off_what_is_there_can_only_go);

async fn where_comments_are_turned_off_what_is_there_can_only_go(on: On) {
    let (mut program, mut site) = site(on, "held").await;
    program.create_user("mod@example.org", "moderator").await;
    let [mut ada, mut moderator] = [0, 1].map(|_| Visitor::of(&site));
    ada.register("ada@example.org").await;
    moderator.log_in("mod@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    let mut ids = Vec::new();
    for body in ["First", "Second"] {
        let said = json!({ "title": heat, "body": body });
        let payload = ada.expect("addComment", said, "comment { id }");
        ids.push(payload.await["comment"]["id"].take());
    }
    site.stop().await;
    program.set("REELGRAPH_COMMENTS", "off");
    let site = program.serve().await;
    let (mut ada, mut moderator) = (ada.at(&site), moderator.at(&site));

    let held = moderator.ask("{ heldComments { nodes { id } } }").await;
    assert_eq!(held["heldComments"]["nodes"].as_array().unwrap().len(), 2);
    let moderate = |moderation: &str| json!({ "comments": [ids[0]], "moderation": moderation });
    let refused = moderator
        .refused("moderateComments", moderate("SHOW"))
        .await;
    assert_eq!(refused, ("FORBIDDEN".to_owned(), String::new()));
    let done = moderator.expect("moderateComments", moderate("REMOVE"), "results { state }");
    assert_eq!(done.await["results"], json!([{ "state": "REMOVED" }]));
    let said = json!({ "title": heat, "body": "Third" });
    let refused = ada.refused("addComment", said).await;
    assert_eq!(refused, ("FORBIDDEN".to_owned(), String::new()));
    let own = json!({ "comment": ids[1] });
    let deleted = ada.expect("deleteComment", own, "comment { state body }");
    let expected = json!({ "state": "DELETED", "body": null });
    assert_eq!(deleted.await["comment"], expected);
}

/// A site with the demo catalogue and this policy.
async fn site(on: On, policy: &str) -> (Program, Site) {
    let mut program = Program::seeded_without_graph(on).await;
    program.set("REELGRAPH_COMMENTS", policy);
    // It is asked again and again until all is counted.
    program.set("REELGRAPH_BUDGET", "false");
    let site = program.serve().await;
    (program, site)
}
