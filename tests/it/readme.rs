//! What the README shows is what the program answers.

use crate::support::program::{On, Program};

#[tokio::test]
async fn every_answer_in_the_readme_is_the_real_one() {
    let readme = include_str!("../../README.md");
    let lines: Vec<&str> = readme.lines().collect();
    let shown: Vec<(&str, &str)> = lines
        .windows(2)
        .filter(|pair| pair[0].starts_with("$ curl"))
        .map(|pair| (pair[0], pair[1]))
        .collect();
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;

    for (command, answer) in &shown {
        let body = command.split("-d '").nth(1).unwrap().trim_end_matches('\'');
        let request = site
            .post("/graphql")
            .header("content-type", "application/json");
        let found = request
            .body(body.to_owned())
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        assert_eq!(found, *answer, "{command}");
    }
    assert_eq!(shown.len(), 2);
}
