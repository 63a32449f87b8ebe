//! An account that somebody else made with a person's address, by another site, and what is left of it once the person
//! has shown whose the address is.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{World, identities, register, round_trip, who};
use crate::support::SOON;
use crate::support::browser::Browser;
use crate::support::mail_server::MailServer;
use crate::support::mail_server::token;
use crate::support::program::On;
use crate::support::provider::Person;

const EMAIL: &str = "ada@example.org";
const NEW: &str = "another horse battery";
const KEY: &str = "mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { token userErrors { code } } }";
const RESET: &str = "mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { userErrors { code } } }";

/// A stranger who came by Facebook with somebody's address, and has a session and a key.
struct Trap {
    world: World,
    mails: MailServer,
    stranger: Browser,
    key: String,
}

async fn trap(on: On) -> Trap {
    let mails = MailServer::start();
    let world = World::with(on, &[("SMTP_URL", &mails.url())]).await;
    world
        .provider
        .is(Person::new("666").with_email(EMAIL, true));
    let mut stranger = world.browser();
    round_trip(&mut stranger, "facebook").await;
    let input = json!({ "input": { "name": "a machine", "scopes": ["READ"] } });
    let made = stranger.ask(KEY, input).await;
    let key = made["data"]["createApiKey"]["token"].as_str();
    let key = key.unwrap_or_else(|| panic!("{made}")).to_owned();
    Trap {
        world,
        mails,
        stranger,
        key,
    }
}

impl Trap {
    /// The mail to the address about this, once it is there.
    async fn mail(&self, about: &str) -> Value {
        let started = Instant::now();
        loop {
            let received = self.mails.received();
            let found = received.into_iter().find(|mail| {
                mail["headers"]["subject"]
                    .as_str()
                    .unwrap()
                    .starts_with(about)
            });
            if let Some(found) = found {
                return found;
            }
            assert!(started.elapsed() < SOON, "no mail about {about}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Whether the key is still good.
    async fn opens(&self) -> bool {
        let request = self.world.site.post("/graphql").bearer_auth(&self.key);
        let request = request.header("content-type", "application/json");
        let answer = request.body(r#"{"query":"{ viewer { profile { id } } }"}"#);
        answer.send().await.unwrap().status() == 200
    }

    /// The person asks for a new password, and sets it in a browser of their own.
    async fn reset(&self) {
        let mut owner = self.world.browser();
        let input = json!({ "input": { "email": EMAIL } });
        owner.ask(RESET, input).await;
        let token = token(&self.mail("Set a new password").await);
        let form = [("token", token.as_str()), ("password", NEW), ("again", NEW)];
        let page = owner.submit("/reset-password", &form).await;
        assert_eq!(page.status, 200, "{}", page.body);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_is_locked_out_when_the_owner_confirms_embedded() {
    a_stranger_is_locked_out_when_the_owner_confirms(On::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_is_locked_out_when_the_owner_confirms_on_the_servers() {
    a_stranger_is_locked_out_when_the_owner_confirms(On::Servers).await;
}

async fn a_stranger_is_locked_out_when_the_owner_confirms(on: On) {
    let mut trap = trap(on).await;
    let other = trap.world.program.serve().await;
    let mail = trap.mail("Confirm your e-mail address").await;
    assert!(trap.opens().await);

    let mut owner = trap.world.browser();
    owner.move_to(&other);
    let form = [("token", token(&mail))];
    let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
    let page = owner.submit("/confirm-email", &form).await;

    let text = mail["parts"]["text/plain"].as_str().unwrap();
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains(
            "UTC an account was made with this address, to be logged in to by the log-in of facebook, \
             from the network address 127.0.0.1."
        ),
        "{words}"
    );
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("is unlinked"), "{}", page.body);
    assert_eq!(who(&mut trap.stranger).await, json!(null));
    assert!(!trap.opens().await);
    // The address is somebody's, who is not whoever comes by Facebook.
    let mut again = trap.world.browser();
    round_trip(&mut again, "facebook").await;
    assert_eq!(who(&mut again).await, json!(null));
    trap.reset().await;
    round_trip(&mut again, "facebook").await;
    assert_eq!(who(&mut again).await, json!(null));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_is_locked_out_when_the_owner_sets_a_password() {
    let mut trap = trap(On::Embedded).await;

    trap.reset().await;

    assert_eq!(who(&mut trap.stranger).await, json!(null));
    assert!(!trap.opens().await);
    let mut again = trap.world.browser();
    round_trip(&mut again, "facebook").await;
    assert_eq!(who(&mut again).await, json!(null));
}

/// Whoever is logged in to the account and gets its mail, too, is its owner.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_confirms_where_they_are_logged_in_keeps_what_they_linked() {
    let mut trap = trap(On::Embedded).await;
    let token = token(&trap.mail("Confirm your e-mail address").await);

    let form = [("token", token.as_str())];
    let page = trap.stranger.submit("/confirm-email", &form).await;

    assert_eq!(page.status, 200, "{}", page.body);
    assert_eq!(identities(&mut trap.stranger).await, ["facebook"]);
    assert_eq!(
        who(&mut trap.stranger).await["user"]["emailVerified"],
        json!(true)
    );
    assert!(trap.opens().await);
    trap.reset().await;
    assert!(!trap.opens().await, "a new password revokes keys");
    let mut again = trap.world.browser();
    round_trip(&mut again, "facebook").await;
    assert_eq!(who(&mut again).await["user"]["email"], json!(EMAIL));
}

/// The password is still the stranger's then, who links another site with the account a moment later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_linked_after_somebody_confirmed_elsewhere_goes_with_a_new_password() {
    let mails = MailServer::start();
    let world = World::with(On::Embedded, &[("SMTP_URL", &mails.url())]).await;
    let mut stranger = world.browser();
    register(&mut stranger, EMAIL).await;
    let mut trap = Trap {
        world,
        mails,
        stranger,
        key: String::new(),
    };
    let token = token(&trap.mail("Confirm your e-mail address").await);
    let form = [("token", token.as_str())];
    let page = trap.world.browser().submit("/confirm-email", &form).await;
    assert_eq!(page.status, 200, "{}", page.body);
    trap.world.provider.is(Person::new("666"));
    round_trip(&mut trap.stranger, "facebook").await;
    assert_eq!(identities(&mut trap.stranger).await, ["facebook"]);

    trap.reset().await;

    let mut again = trap.world.browser();
    round_trip(&mut again, "facebook").await;
    assert_ne!(who(&mut again).await["user"]["email"], json!(EMAIL));
}

/// An account whose address is another one's now: what was linked may be a stranger's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_linked_when_an_address_was_changed_goes_with_a_new_password() {
    let mut trap = trap(On::Embedded).await;
    let mut stranger = trap.world.browser();
    register(&mut stranger, "stranger@example.org").await;
    trap.world.provider.is(Person::new("667"));
    round_trip(&mut stranger, "facebook").await;
    assert_eq!(identities(&mut stranger).await, ["facebook"]);
    let delete = "mutation { deleteMyAccount(input: {}) { userErrors { code } } }";
    let deleted = trap.stranger.ask(delete, json!({})).await;
    assert_eq!(deleted.get("errors"), None, "{deleted}");
    let change = "mutation ($input: RequestEmailChangeInput!) { requestEmailChange(input: $input) { userErrors { code } } }";
    let input = json!({ "input": { "email": EMAIL, "password": "correct horse battery" } });
    let asked = stranger.ask(change, input).await;
    assert_eq!(
        asked["data"]["requestEmailChange"]["userErrors"],
        json!([]),
        "{asked}"
    );
    let started = Instant::now();
    let mail = loop {
        let received = trap.mails.received();
        let found = received.into_iter().find(|mail| {
            let text = mail["parts"]["text/plain"].as_str().unwrap();
            text.contains("s...@example.org")
        });
        if let Some(found) = found {
            break found;
        }
        assert!(started.elapsed() < SOON);
        tokio::time::sleep(Duration::from_millis(20)).await;
    };

    let token = token(&mail);
    let form = [("token", token.as_str())];
    let page = trap.world.browser().submit("/confirm-email", &form).await;
    assert_eq!(page.status, 200, "{}", page.body);
    round_trip(&mut stranger, "my-issuer").await;
    let linked = identities(&mut stranger).await;
    assert!(linked.contains(&"my-issuer".to_owned()), "{linked:?}");
    trap.reset().await;

    for provider in ["facebook", "my-issuer"] {
        let mut again = trap.world.browser();
        round_trip(&mut again, provider).await;
        assert_ne!(who(&mut again).await["user"]["email"], json!(EMAIL));
    }
}
