//! Several servers of one site: it does not matter which one answers.

use serde_json::json;

use super::{World, begin, round_trip, told, who};
use crate::support::program::On;
use crate::support::provider::Person;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_server_sends_away_and_another_one_receives() {
    let world = World::with(On::Servers, &[]).await;
    let other = world.program.serve().await;
    world
        .provider
        .is(Person::new("218471").with_email("ada@example.org", true));

    for provider in ["facebook", "my-issuer"] {
        let mut browser = world.browser();
        let away = begin(&mut browser, provider).await;
        let callback = browser.open(&away).await.location();
        browser.move_to(&other);
        let page = browser.open(callback.as_str()).await;
        if provider == "facebook" {
            assert_eq!(told(&page), "");
            assert_eq!(who(&mut browser).await["user"]["email"], "ada@example.org");
            // What one server used up is used up on the other, where the back button leads on, too.
            browser.move_to(&world.site);
            assert_eq!(told(&browser.open(callback.as_str()).await), "");
            assert_eq!(world.browser().open(callback.as_str()).await.status, 400);
            assert!(who(&mut browser).await.is_object());
        } else {
            assert_eq!(told(&page), "&error=CONFLICT", "the address is taken");
        }
    }
    let mut again = world.browser();
    again.move_to(&other);
    assert_eq!(told(&round_trip(&mut again, "facebook").await), "");
    assert_ne!(who(&mut again).await, json!(null));
}
