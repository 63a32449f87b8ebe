//! What imports bring, and what is left when they are undone: by whatever server, and made anew from the log.

use chrono::TimeDelta;
use reelgraph::domain::ids::TitleId;
use reelgraph::domain::page::Window;
use reelgraph::domain::watching::{
    Brought, Cause, Deleted, Draft, HistoryStore, ImportedWatch, Play, Recorder, Said, Settling,
    Teller,
};

use super::log::{Server, server, servers};
use super::support::*;

on_every_backend!(open on [sqlite, mongo]:
    an_import_comes_goes_and_comes_again_by_any_server,
    what_was_undone_stays_so_when_the_log_is_trimmed,
    what_the_viewer_says_over_an_import_stays_when_it_is_undone,
);

impl Server {
    async fn change(&self, cause: Cause) {
        let draft = Draft {
            profile: ANN,
            cause,
            may_begin: true,
        };
        self.recorder.record(draft).await.unwrap();
    }

    async fn played(&self) -> Vec<Play> {
        let window = Window::first(9);
        let page = self.history.history(ANN, None, &window).await.unwrap();
        page.rows
    }
}

fn by_day() -> ImportedWatch {
    let when = at(0);
    ImportedWatch {
        day: Some(when.date_naive()),
        ..watch(ANN, film(1), when)
    }
}

fn bring() -> Cause {
    Cause::Bring {
        watches: vec![by_day()],
        going_on: Vec::new(),
    }
}

fn take_back() -> Cause {
    Cause::TakeBack {
        brought: Brought {
            plays: vec![by_day().play_ref().play],
            ..Brought::of(TitleId(1))
        },
    }
}

async fn an_import_comes_goes_and_comes_again_by_any_server(opened: &Opened) {
    let [here, there] = servers(opened);
    here.change(bring()).await;
    let newest = opened.store.newest(ANN).await.unwrap();
    there.change(bring()).await;
    assert_eq!(opened.store.newest(ANN).await.unwrap(), newest);
    for server in [&here, &there] {
        let [play] = <[_; 1]>::try_from(server.played().await).unwrap();
        assert_eq!((play.day, play.counts), (by_day().day, true));
    }

    there.change(take_back()).await;
    for server in [&here, &there] {
        server.change(take_back()).await;
        assert_eq!(server.played().await, []);
        let states = server.history.states(ANN, &[film(1)]).await.unwrap();
        assert_eq!(states, []);
    }

    here.change(bring()).await;
    let [play] = <[_; 1]>::try_from(there.played().await).unwrap();
    assert_eq!(play.day, by_day().day);
    let replayed = there.recorder.replay(ANN).await.unwrap().unwrap();
    let again = replayed.rows.plays.get(by_day().play_ref().play_key());
    let again = again.unwrap();
    assert_eq!((again.day, again.item), (play.day, play.item));

    here.change(Cause::Delete {
        title: TitleId(1),
        deleted: Deleted::Plays,
        plays: 1,
    })
    .await;
    there.change(bring()).await;
    assert_eq!(there.played().await, []);
}

async fn what_was_undone_stays_so_when_the_log_is_trimmed(opened: &Opened) {
    let here = server(&opened.store, TimeDelta::zero());
    here.change(bring()).await;
    here.change(take_back()).await;
    here.recorder.fold_own().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    assert_eq!(here.recorder.trim().await.unwrap(), 2);

    let there = server(&opened.others[0], TimeDelta::zero());
    assert_eq!(there.played().await, []);
    // A list that an operator loads is no import of the viewer's.
    there
        .change(Cause::Import {
            watches: vec![by_day()],
            going_on: Vec::new(),
        })
        .await;
    assert_eq!(there.played().await, []);
    there.change(bring()).await;
    assert_eq!(there.played().await.len(), 1);
}

async fn what_the_viewer_says_over_an_import_stays_when_it_is_undone(opened: &Opened) {
    let [here, there] = servers(opened);
    let say = |by| Cause::Tell {
        title: TitleId(1),
        items: vec![film(1)],
        said: Said::Watched { at: None },
        by,
        going_on: Vec::new(),
    };
    for (by, stays) in [(Teller::Import, false), (Teller::Viewer, true)] {
        here.change(bring()).await;
        here.change(say(by)).await;
        let newest = opened.store.newest(ANN).await.unwrap();
        there.change(say(by)).await;
        assert_eq!(opened.store.newest(ANN).await.unwrap(), newest, "{by:?}");

        there.change(take_back()).await;

        assert_eq!(here.played().await, []);
        let states = here.history.states(ANN, &[film(1)]).await.unwrap();
        let watched: Vec<bool> = states.iter().map(|state| state.watched).collect();
        assert_eq!(watched, vec![true; usize::from(stays)], "{by:?}");
    }
}
