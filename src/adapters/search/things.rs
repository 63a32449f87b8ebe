//! Things that are found by names of their own alone, as collections and episodes are, and what a name is.

use std::hash::Hash;

use hashbrown::HashMap;

use super::lexicon::{Lexicon, Slot};
use super::names::{is_article, words};
use super::shapes::WordId;
use crate::domain::ids::{EpisodeId, TitleId};

/// A name, in words.
#[derive(Debug, PartialEq)]
pub(super) struct Name {
    pub(super) words: Box<[WordId]>,
    /// Each word and the next one as one word.
    pub(super) joined: Box<[WordId]>,
    /// All words behind a leading article as one, of three or more.
    pub(super) whole: Option<WordId>,
    pub(super) has_article: bool,
    /// As it is, if it has a character that belongs to no word.
    pub(super) literal: Option<Box<str>>,
}

/// Things of one sort, each with a slot, and the words of their names.
#[derive(Debug)]
pub(super) struct Things<I> {
    /// The words, with the slots.
    pub(super) words: Lexicon,
    all: Vec<Thing<I>>,
    slots: HashMap<I, Slot>,
}

/// One of such things.
#[derive(Debug)]
pub(super) struct Thing<I> {
    pub(super) id: I,
    pub(super) names: Box<[Name]>,
}

impl<I> Default for Things<I> {
    fn default() -> Self {
        Self {
            words: Lexicon::default(),
            all: Vec::new(),
            slots: HashMap::new(),
        }
    }
}

impl<I: Copy + Eq + Hash> Things<I> {
    /// How many there are, those without a name among them.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn at(&self, slot: Slot) -> &Thing<I> {
        &self.all[slot as usize]
    }

    /// Names a thing, perhaps anew. Says where it is, and whether it was not known.
    pub(super) fn put(&mut self, id: I, names: &[String]) -> (Slot, bool) {
        let next = Slot::try_from(self.all.len()).expect("fewer things than four billion");
        let at = *self.slots.entry(id).or_insert(next);
        let is_new = at == next;
        if is_new {
            self.all.push(Thing {
                id,
                names: Box::default(),
            });
        }
        let names: Box<[Name]> = names
            .iter()
            .map(|name| Name::alone(name, &mut self.words))
            .filter(|name| !name.words.is_empty())
            .collect();
        let thing = &mut self.all[at as usize];
        if thing.names == names {
            return (at, is_new);
        }
        for word in thing.names.iter().flat_map(|name| &name.words) {
            self.words.remove(*word, at);
        }
        for word in names.iter().flat_map(|name| &name.words) {
            self.words.put(*word, at);
        }
        thing.names = names;
        (at, is_new)
    }
}

impl Name {
    /// The name of a thing of which only single words are known.
    fn alone(name: &str, lexicon: &mut Lexicon) -> Self {
        let words = words(name);
        Self {
            has_article: words.len() > 1 && is_article(&words[0]),
            words: words.iter().map(|word| lexicon.add(word)).collect(),
            joined: Box::default(),
            whole: None,
            literal: None,
        }
    }
}

/// Episodes, with the series that they are of.
#[derive(Debug, Default)]
pub(super) struct Episodes {
    pub(super) named: Things<EpisodeId>,
    /// The series, by slot.
    series: Vec<TitleId>,
    /// Who is credited in it, by slot: people's slots, sorted, each once.
    credited: Vec<Box<[Slot]>>,
    of_series: HashMap<TitleId, Vec<Slot>>,
}

impl Episodes {
    /// Names an episode, perhaps anew, with the slots of those who are credited in it: sorted, each once. Says of which
    /// series it was and who was credited until now, unless both are the same.
    pub(super) fn put(
        &mut self,
        id: EpisodeId,
        series: TitleId,
        names: &[String],
        credited: &[Slot],
    ) -> Option<(TitleId, Box<[Slot]>)> {
        let (at, is_new) = self.named.put(id, names);
        let place = at as usize;
        if is_new {
            self.series.push(series);
            self.credited.push(credited.into());
            self.of_series.entry(series).or_default().push(at);
            return Some((series, Box::default()));
        }
        if self.series[place] == series && *self.credited[place] == *credited {
            return None;
        }
        let were_credited = std::mem::replace(&mut self.credited[place], credited.into());
        let former = std::mem::replace(&mut self.series[place], series);
        if former != series {
            if let Some(episodes) = self.of_series.get_mut(&former) {
                episodes.retain(|episode| *episode != at);
            }
            self.of_series.entry(series).or_default().push(at);
        }
        Some((former, were_credited))
    }

    /// The series of an episode.
    pub(super) fn series(&self, episode: Slot) -> TitleId {
        self.series[episode as usize]
    }

    /// Who is credited in an episode: people's slots, sorted, each once.
    pub(super) fn credited(&self, episode: Slot) -> &[Slot] {
        &self.credited[episode as usize]
    }

    /// The episodes of a series.
    pub(super) fn of_series(&self, series: TitleId) -> &[Slot] {
        self.of_series.get(&series).map_or(&[], Vec::as_slice)
    }
}
