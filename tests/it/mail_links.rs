//! The pages that the links of mails lead to.

use serde_json::json;

use crate::support::browser::{Browser, PUBLIC};
use crate::support::mail_server::{MailServer, token};
use crate::support::program::{On, Program};

const TOKEN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[tokio::test]
async fn the_button_confirms_and_the_link_alone_does_not() {
    let server = MailServer::start();
    let mut program = Program::seeded(On::Embedded).await;
    program.set("SMTP_URL", &server.url());
    let site = program.serve().await;
    let mut browser = Browser::at(&site);
    let register =
        "mutation ($input: RegisterInput!) { register(input: $input) { userErrors { code } } }";
    let input =
        json!({ "input": { "email": "ada@example.org", "password": "correct horse battery" } });
    browser.ask(register, input).await;
    let who = "{ viewer { user { emailVerified } } }";
    let verified = async |browser: &mut Browser| {
        let mut answer = browser.ask(who, json!({})).await;
        answer["data"]["viewer"]["user"]["emailVerified"].take()
    };
    let token = token(&server.wait_for(1).await[0]);
    let password = "a long and unusual sentence";
    let reset = [
        ("token", token.as_str()),
        ("password", password),
        ("again", password),
    ];

    // As a scanner does, and then as somebody who tries what else the link is good for.
    for _ in 0..2 {
        let url = format!("{PUBLIC}/confirm-email?token={token}");
        assert_eq!(browser.open(&url).await.status, 200);
    }
    let mixed_up = browser.submit("/reset-password", &reset).await;
    let before = verified(&mut browser).await;
    // Whoever gets the mail need not be logged in where they read it.
    let mut elsewhere = Browser::at(&site);
    let confirmed = elsewhere.submit("/confirm-email", &reset[..1]).await;
    let again = elsewhere.submit("/confirm-email", &reset[..1]).await;

    assert_eq!(mixed_up.status, 400, "{}", mixed_up.body);
    assert_eq!(before, json!(false));
    assert_eq!(confirmed.status, 200, "{}", confirmed.body);
    assert!(confirmed.body.contains("role=\"status\""));
    assert_eq!(verified(&mut browser).await, json!(true));
    assert_eq!(again.status, 400, "{}", again.body);
}

#[tokio::test]
async fn a_link_that_is_not_valid_any_more_says_so() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let mut browser = Browser::at(&site);
    let good = "a long and unusual sentence";
    let form = [("token", TOKEN), ("password", good), ("again", good)];

    let confirmed = browser.submit("/confirm-email", &form[..1]).await;
    let reset = browser.submit("/reset-password", &form).await;

    for page in [confirmed, reset] {
        assert_eq!(page.status, 400);
        assert!(
            page.body.contains("This link is not valid any more"),
            "{}",
            page.body
        );
        assert!(!page.body.contains("<form"), "{}", page.body);
        assert_eq!(page.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn to_look_at_a_page_changes_nothing() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let mut browser = Browser::at(&site);
    let evil = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E";

    for path in ["/confirm-email", "/reset-password"] {
        let page = browser.open(&format!("{PUBLIC}{path}?token={TOKEN}")).await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains(&format!("value=\"{TOKEN}\"")), "{path}");
        assert!(page.body.contains("method=\"post\""), "{path}");
        let page = browser.open(&format!("{PUBLIC}{path}?token={evil}")).await;
        assert!(!page.body.contains("<script"), "{}", page.body);
        let policy = page.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
    }
}

#[tokio::test]
async fn passwords_that_do_not_do_are_asked_for_again() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let mut browser = Browser::at(&site);
    let (one, other) = ("a long and unusual sentence", "a long and unusual sentense");
    let form = [("token", TOKEN), ("password", one), ("again", other)];

    let page = browser.submit("/reset-password", &form).await;

    assert_eq!(page.status, 400);
    assert!(page.body.contains("The two passwords are not the same."));
    assert!(page.body.contains(&format!("value=\"{TOKEN}\"")));
    assert!(!page.body.contains("unusual"), "{}", page.body);
}

#[tokio::test]
async fn no_other_site_can_press_the_button() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let mut browser = Browser::at(&site);

    for path in ["/confirm-email", "/reset-password"] {
        let page = browser
            .submit_from_elsewhere(path, &[("token", TOKEN)])
            .await;
        assert_eq!(page.status, 403, "{}", page.body);
    }
}
