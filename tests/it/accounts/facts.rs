//! The facts that hold across servers, each a test of its own embedded, all of them one after the other on two servers.

use super::installation::Installation;
use super::{api_keys, deletion, limits, manage, passwords, sessions};

macro_rules! facts {
    ($($feature:ident::$fact:ident,)+) => {
        mod embedded {
            use super::*;

            $(
                #[tokio::test]
                async fn $fact() {
                    $feature::$fact(&Installation::embedded().await).await;
                }
            )+
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn on_two_servers() {
            let installation = Installation::on_servers().await;
            $(
                println!("{}", stringify!($fact));
                $feature::$fact(&installation).await;
            )+
        }
    };
}

facts! {
    sessions::whoever_logs_in_is_known_and_whoever_logs_out_is_gone,
    sessions::a_refresh_token_older_than_the_last_ends_its_session,
    sessions::an_app_that_lost_an_answer_or_asks_twice_goes_on,
    sessions::sessions_are_listed_and_ended,
    sessions::an_access_token_can_be_checked_with_the_published_keys,
    passwords::a_new_password_ends_the_other_sessions,
    passwords::a_forgotten_password_is_set_by_a_link_once,
    passwords::whoever_is_in_does_not_keep_the_owner_out,
    passwords::a_wrong_password_looks_like_an_unknown_address,
    passwords::one_password_and_one_address_have_many_spellings,
    limits::log_ins_of_one_document_count_one_by_one,
    limits::guesses_from_one_network_do_not_lock_out_another,
    manage::a_role_counts_from_the_next_request_on,
    manage::a_disabled_account_is_shut_out,
    manage::the_audit_list_says_what_was_done_and_nothing_secret,
    api_keys::a_key_does_what_its_scopes_say_until_it_is_revoked,
    api_keys::a_key_ends_with_its_time_and_with_the_password,
    deletion::a_deleted_account_is_gone,
}
