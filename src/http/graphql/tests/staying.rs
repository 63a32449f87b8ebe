//! What is asked for on a connection that stays, where the server stops.

use tokio::sync::watch;
use tokio::time::timeout;

use super::*;
use crate::graphql::staying;
use crate::http::graphql::call::Call;
use crate::http::graphql::live::{Begin, Beside};
use crate::http::server::Stopping;

/// Long enough for anything that comes.
const SOON: Duration = Duration::from_secs(30);

#[tokio::test]
async fn nothing_is_subscribed_to_any_more_where_the_server_stops() {
    let endpoint = Arc::new(endpoint(Arc::default()));
    let (stop, stopping) = watch::channel(false);
    let (_stay, leaving) = staying();
    let (beside, once) = Beside::new(leaving, Stopping::new(stopping));
    let call = Call::from_value(json!({ "query": "subscription { ticks }" })).unwrap();
    let (parts, _) = request(Method::POST, PATH, &[], Body::empty()).into_parts();
    assert!(once.may_be());

    stop.send_replace(true);
    let begun = endpoint.begin(call, &parts, beside).await;

    assert_eq!(begun.err().map(|refusal| refusal.code), Some("BUSY"));
    assert!(!once.may_be());
}

#[tokio::test]
async fn a_server_that_stops_waits_for_a_mutation_though_nobody_waits_for_its_answer() {
    let progress = Arc::new(Progress::default());
    let endpoint = Arc::new(endpoint(Arc::clone(&progress)));
    let (stop, stopping) = watch::channel(false);
    let (_stay, leaving) = staying();
    let (beside, once) = Beside::new(leaving, Stopping::new(stopping));
    let call = Call::from_value(json!({ "query": "mutation { work }" })).unwrap();
    let (parts, _) = request(Method::POST, PATH, &[], Body::empty()).into_parts();

    // It takes longer than anybody waits.
    let answered = endpoint.begin(call, &parts, beside).await;

    assert_eq!(answered.err().map(|refusal| refusal.code), Some("TIMEOUT"));
    assert!(once.is_said());
    let early = timeout(Duration::from_millis(50), stop.closed()).await;
    assert!(early.is_err(), "it stops before the mutation is done");
    progress.may_go_on.add_permits(1);
    timeout(SOON, stop.closed()).await.unwrap();
    assert_eq!(progress.finished.available_permits(), 1);
}
