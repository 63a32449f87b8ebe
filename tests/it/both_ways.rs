//! A test for each way of running.

/// Makes a test of each check, embedded and on the servers: a function that takes the way.
macro_rules! both_ways {
    ($($check:ident),+ $(,)?) => {
        $(mod $check {
            use crate::support::program::On;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn embedded() {
                super::$check(On::Embedded).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_the_servers() {
                super::$check(On::Servers).await;
            }
        })+
    };
}
pub(crate) use both_ways;
