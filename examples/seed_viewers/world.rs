//! What all viewers share: the titles, how much each taste is drawn to each of them, and what follows on what.

use anyhow::{Result, ensure};

use crate::catalogue::{Catalogue, Title};
use crate::fame::{FAME, SEQUELS, UNWATCHED};
use crate::tastes::{TASTES, Taste};

/// The titles and how they draw viewers.
pub(crate) struct World {
    /// Everything there is to watch; every list here and in a viewer goes by the places in this one.
    pub(crate) titles: Vec<Title>,
    /// How often each title is chosen by fame alone; adds up to 1.
    pub(crate) fame: Vec<f64>,
    /// The same for each of the tastes.
    pub(crate) tastes: Vec<Vec<f64>>,
    /// The part before each title, where it is one of a row.
    pub(crate) previous: Vec<Option<usize>>,
}

impl World {
    /// Weighs every title. Fails if a table names a trait that no title has, so that a slip in it is found.
    pub(crate) fn new(catalogue: Catalogue) -> Result<Self> {
        let titles = catalogue.titles;
        check(&titles)?;

        let fame: Vec<f64> = titles.iter().map(fame_of).collect();
        let tastes = TASTES.iter().map(|taste| {
            let weights = titles.iter().zip(&fame);
            shares(weights.map(|(title, fame)| taste.fame_counts(*fame) * appeal(taste, title)))
        });
        let place = |slug: &str| titles.iter().position(|title| title.slug == slug);
        let mut previous = vec![None; titles.len()];
        for row in SEQUELS {
            for pair in row.windows(2) {
                if let Some(next) = place(pair[1]) {
                    previous[next] = place(pair[0]);
                }
            }
        }
        Ok(Self {
            tastes: tastes.collect(),
            fame: shares(fame.iter().copied()),
            previous,
            titles,
        })
    }

    /// Titles that one is led to by this one, with how much more likely they become: those of the same director or
    /// creator, and those in the same language if that is not English.
    pub(crate) fn kindred(&self, title: usize) -> impl Iterator<Item = (usize, f64)> {
        let traits = &self.titles[title].traits;
        (0..self.titles.len()).filter_map(move |other| {
            let mut shared = traits.intersection(&self.titles[other].traits);
            let by_the_same = shared.clone().any(|name| name.starts_with("by "));
            let abroad = shared.any(|name| name.starts_with("in ") && name != "in en");
            match (by_the_same, abroad) {
                _ if other == title => None,
                (true, _) => Some((other, 2.0)),
                (false, true) => Some((other, 1.5)),
                (false, false) => None,
            }
        })
    }
}

/// The product of the factors that the taste has for the title's traits.
fn appeal(taste: &Taste, title: &Title) -> f64 {
    let factors = taste.traits.iter();
    factors
        .filter(|(name, _)| title.traits.contains(*name))
        .map(|(_, factor)| factor)
        .product()
}

/// How well known a title is; 1 if no table says so.
fn fame_of(title: &Title) -> f64 {
    if UNWATCHED.contains(&title.slug.as_str()) {
        return 0.0;
    }
    FAME.iter()
        .find(|(_, slugs)| slugs.contains(&title.slug.as_str()))
        .map_or(1.0, |(fame, _)| *fame)
}

/// The weights, scaled to add up to 1.
fn shares(weights: impl Iterator<Item = f64>) -> Vec<f64> {
    let weights: Vec<f64> = weights.collect();
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / sum).collect()
}

fn check(titles: &[Title]) -> Result<()> {
    let traits = TASTES.iter().flat_map(|taste| taste.traits);
    let slugs = FAME.iter().flat_map(|(_, slugs)| slugs.iter());
    let slugs = slugs.chain(SEQUELS.iter().copied().flatten());
    for name in traits.map(|(name, _)| name).chain(slugs).chain(UNWATCHED) {
        let known = titles.iter().any(|title| title.traits.contains(*name));
        ensure!(known, "no title has the trait {name:?}");
    }
    for near in TASTES.iter().flat_map(|taste| taste.near) {
        let known = TASTES.iter().any(|taste| taste.name == *near);
        ensure!(known, "there is no taste {near:?}");
    }
    Ok(())
}
