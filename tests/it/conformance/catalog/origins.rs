//! Where pictures were read is known to the record, which loads ask, and to nobody's memory: it is as long as all the rest.

use reelgraph::domain::catalog::{
    CatalogBatch, Change, Changed, Episode, KeptPicture, Person, PictureOrigin, Title,
};

use super::backend::{Opened, open};
use super::samples::{episode, film, person};

on_every_backend!(open on [sqlite, mongo]:
    where_a_picture_was_read_is_kept,
);
on_every_backend!(open on [memory]:
    where_a_picture_was_read_is_not_in_memory,
);

fn read_somewhere(pictures: &mut [KeptPicture]) {
    assert!(!pictures.is_empty());
    for (number, kept) in pictures.iter_mut().enumerate() {
        let path = format!("file:{number}.webp");
        let validator = (number > 0).then(|| format!("{number}-1"));
        kept.origin = Some(Box::new(PictureOrigin::new(&path, validator)));
    }
}

/// Something of each sort that has pictures, all of which were read somewhere.
fn with_pictures() -> (Title, Person, Episode) {
    let (mut title, mut person, mut episode) = (film(1), person(1), episode(2, 1, 1));
    read_somewhere(&mut title.pictures);
    read_somewhere(&mut person.pictures);
    read_somewhere(&mut episode.pictures);
    (title, person, episode)
}

/// Writes them; the pictures that are found of each.
async fn written(
    store: &Opened,
    (title, person, episode): &(Title, Person, Episode),
) -> [Vec<KeptPicture>; 3] {
    let batch = CatalogBatch {
        titles: vec![title.clone()],
        people: vec![person.clone()],
        episodes: vec![episode.clone()],
        ..CatalogBatch::default()
    };
    store.put(&batch).await.unwrap();
    let titles = store.titles(&[title.id]).await.unwrap();
    let people = store.people(&[person.id]).await.unwrap();
    let episodes = store.episodes(&[episode.id]).await.unwrap();
    [
        titles[0].pictures.clone(),
        people[0].pictures.clone(),
        episodes[0].pictures.clone(),
    ]
}

async fn where_a_picture_was_read_is_kept(store: &Opened) {
    let all = with_pictures();

    let found = written(store, &all).await;

    let (title, person, episode) = all;
    assert_eq!(found, [title.pictures, person.pictures, episode.pictures]);
}

async fn where_a_picture_was_read_is_not_in_memory(store: &Opened) {
    let all = with_pictures();

    let found = written(store, &all).await;
    let changes = store.changes_after(0, 10).await.unwrap();

    let (title, person, episode) = all;
    let written = [&title.pictures, &person.pictures, &episode.pictures];
    for (found, written) in found.iter().zip(written) {
        assert!(found.iter().all(|kept| kept.origin.is_none()), "{found:?}");
        let pictures = |kept: &[KeptPicture]| -> Vec<_> {
            let pictures = kept.iter().map(|kept| kept.picture.clone());
            pictures.collect()
        };
        assert_eq!(pictures(found), pictures(written));
    }
    // What this process wrote is whole in the record.
    let is_it = |change: &Change| matches!(&change.changed, Changed::Title(it) if it.pictures == title.pictures);
    assert!(changes.iter().any(is_it), "{changes:?}");
}
