//! Where the values of things are from, which is written with their documents.

use std::collections::BTreeMap;

use reelgraph::domain::catalog::{
    CatalogBatch, CatalogNode, Precedence, Title, ValueFrom, ValueSource, ValueSources,
};
use reelgraph::domain::ids::{RunId, TitleId};
use uuid::Uuid;

use super::backend::{Opened, open};
use super::samples::{at, episode, film, is_conflict, person, revised};

on_every_backend!(open on [memory, sqlite, mongo]:
    sources_of_values_are_those_that_were_put_last,
    orders_of_sources_are_those_that_were_put_last,
);

fn from(source: ValueSource, second: u64) -> ValueFrom {
    ValueFrom {
        source,
        at: at(second),
        run: RunId(Uuid::from_u128(u128::from(second))),
        released: second == 4,
    }
}

fn sources(node: CatalogNode, revision: u64, fields: &[(&str, ValueFrom)]) -> ValueSources {
    let fields = fields.iter();
    ValueSources {
        node,
        revision,
        fields: fields
            .map(|(field, from)| ((*field).to_owned(), *from))
            .collect(),
    }
}

/// Writes a title with its sources alone.
fn of_title(title: &Title, sources: &ValueSources) -> CatalogBatch {
    CatalogBatch {
        titles: vec![title.clone()],
        value_sources: vec![sources.clone()],
        ..CatalogBatch::default()
    }
}

async fn found(store: &Opened, nodes: &[CatalogNode]) -> Vec<ValueSources> {
    let mut found = store.value_sources(nodes).await.unwrap();
    found.sort_by_key(|it| it.node);
    found
}

async fn sources_of_values_are_those_that_were_put_last(store: &Opened) {
    let (someone, part) = (person(1), episode(5, 1, 1));
    let nodes = [
        CatalogNode::Title(TitleId(1)),
        CatalogNode::Episode(part.id),
        CatalogNode::Person(someone.id),
        CatalogNode::Title(TitleId(404)),
    ];
    let (record, guess) = (from(ValueSource::Record, 1), from(ValueSource::Guess, 2));
    let all = [
        // Two fields are from the same.
        sources(
            nodes[0],
            1,
            &[("cast", record), ("title", guess), ("year", record)],
        ),
        sources(nodes[1], 1, &[("title", from(ValueSource::Sidecar, 3))]),
        sources(nodes[2], 1, &[]),
    ];
    let batch = CatalogBatch {
        titles: vec![film(1)],
        people: vec![someone],
        episodes: vec![part],
        value_sources: all.to_vec(),
        ..CatalogBatch::default()
    };
    store.put(&batch).await.unwrap();

    assert_eq!(found(store, &nodes).await, all);
    assert_eq!(found(store, &nodes[1..2]).await, all[1..2]);
    assert_eq!(found(store, &[]).await, []);

    let next = revised(&film(1), |_| ());
    let curator = from(ValueSource::Curator, 4);
    let edited = sources(nodes[0], 2, &[("title", curator), ("year", record)]);
    store.put(&of_title(&next, &edited)).await.unwrap();
    // It is at its second revision: what is refused leaves no sources.
    let late = sources(nodes[0], 2, &[("title", guess)]);
    assert!(is_conflict(&store.put(&of_title(&next, &late)).await));

    assert_eq!(
        found(store, &nodes[..1]).await,
        std::slice::from_ref(&edited)
    );
    // Who knows of no sources leaves them, at the revision that they are of.
    let third = CatalogBatch {
        titles: vec![revised(&next, |_| ())],
        ..CatalogBatch::default()
    };
    store.put(&third).await.unwrap();
    assert_eq!(found(store, &nodes[..1]).await, [edited]);
}

async fn orders_of_sources_are_those_that_were_put_last(store: &Opened) {
    assert_eq!(store.precedence().await.unwrap(), Precedence::default());
    let (first, second) = (
        [ValueSource::Sidecar, ValueSource::Record],
        [ValueSource::Record, ValueSource::Guess],
    );
    let every = Precedence::EVERY_FIELD;
    for (field, order) in [("year", first), (every, first), ("year", second)] {
        store.put_precedence(field, &order).await.unwrap();
    }

    let found = store.precedence().await.unwrap().orders;
    let expected = [(every, first), ("year", second)];
    let expected = expected.map(|(field, order)| (field.to_owned(), order.to_vec()));
    assert_eq!(found, BTreeMap::from(expected));

    store.put_precedence("year", &[]).await.unwrap();
    store.put_precedence("title", &[]).await.unwrap();
    let found = store.precedence().await.unwrap().orders;
    let left = [(every.to_owned(), first.to_vec())];
    assert_eq!(found, BTreeMap::from(left));
}
