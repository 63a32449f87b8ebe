//! What is to be seen on a picture: one of several motifs, by the genre.

use super::canvas::Canvas;
use super::dice::Dice;
use super::palette::Palette;
use super::svg::Svg;
use super::{flat, landscape};

/// How a motif is drawn.
pub(super) type Draw = fn(&mut Svg, &Canvas, &mut Dice, &Palette);

/// The motifs of what is of no genre, or of one that has none.
const PLAIN: &[Draw] = &[
    flat::rings,
    flat::tiles,
    landscape::waves,
    landscape::hills,
    flat::rays,
];

/// The motifs of genres, as the vocabulary spells them.
const MOTIFS: &[(&str, &[Draw])] = &[
    (
        "Action",
        &[flat::bars, flat::rays, flat::shards, landscape::peaks],
    ),
    (
        "Adventure",
        &[landscape::peaks, landscape::hills, landscape::waves],
    ),
    ("Animation", &[flat::tiles, flat::dots, flat::petals]),
    ("Comedy", &[flat::tiles, flat::dots, flat::bars]),
    ("Crime", &[landscape::skyline, flat::blinds, flat::bars]),
    (
        "Documentary",
        &[flat::rings, landscape::peaks, landscape::waves],
    ),
    (
        "Drama",
        &[landscape::hills, flat::rings, flat::tiles, flat::blinds],
    ),
    ("Family", &[landscape::hills, flat::petals, flat::dots]),
    (
        "Fantasy",
        &[flat::petals, landscape::orbit, landscape::peaks],
    ),
    ("Horror", &[flat::shards, flat::eye, flat::spiral]),
    ("Music", &[flat::dots, landscape::waves, flat::rings]),
    ("Mystery", &[flat::eye, flat::spiral, flat::blinds]),
    (
        "Romance",
        &[flat::petals, landscape::waves, landscape::hills],
    ),
    (
        "Science Fiction",
        &[landscape::orbit, flat::rings, flat::dots],
    ),
    (
        "Thriller",
        &[flat::spiral, flat::shards, flat::eye, flat::bars],
    ),
    ("War", &[flat::rays, landscape::peaks, flat::bars]),
    ("Western", &[landscape::hills, flat::rays, landscape::peaks]),
];

/// One of the motifs of a genre; of one that has none, those of no genre.
pub(super) fn of(genre: &str, dice: &mut Dice) -> Draw {
    let motifs = MOTIFS.iter().find(|(known, _)| *known == genre);
    *dice.pick(motifs.map_or(PLAIN, |(_, motifs)| *motifs))
}

#[cfg(test)]
mod tests {
    use super::super::palette::has_palette;
    use super::*;

    #[test]
    fn every_genre_with_motifs_has_colours() {
        for (genre, motifs) in MOTIFS {
            assert!(has_palette(genre), "{genre}");
            assert!(!motifs.is_empty(), "{genre}");
        }
    }
}
