//! Colours, which go by the genre of a title.

use super::dice::Dice;
use super::stored::Colour;

impl Colour {
    /// The colour of this number in a row of them, each as `rrggbb` and with a space between two.
    pub(super) const fn at(text: &[u8], number: usize) -> Self {
        let at = number * 7;
        Self([
            digit(text[at]) * 16 + digit(text[at + 1]),
            digit(text[at + 2]) * 16 + digit(text[at + 3]),
            digit(text[at + 4]) * 16 + digit(text[at + 5]),
        ])
    }

    /// The colour that is so many percent of the way to another.
    pub(super) fn mixed(self, other: Self, percent: u32) -> Self {
        let percent = percent.min(100);
        let channel = |at: usize| {
            let (one, other) = (u32::from(self.0[at]), u32::from(other.0[at]));
            let mixed = (one * (100 - percent) + other * percent + 50) / 100;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        Self([channel(0), channel(1), channel(2)])
    }

    fn is_dark(self) -> bool {
        self.0
            .iter()
            .map(|channel| u32::from(*channel))
            .sum::<u32>()
            < 300
    }
}

/// The value of a hexadecimal digit.
const fn digit(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => digit - b'a' + 10,
    }
}

/// The colours of one picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Palette {
    /// What lies behind everything.
    pub(super) ground: Colour,
    /// The ground in the shade.
    pub(super) deep: Colour,
    /// What the eye sees first.
    pub(super) main: Colour,
    pub(super) second: Colour,
    pub(super) third: Colour,
    /// What is written on it.
    pub(super) ink: Colour,
}

impl Palette {
    /// From six colours as `rrggbb`, in small letters, with a space between two.
    const fn new(colors: &str) -> Self {
        let text = colors.as_bytes();
        Self {
            ground: Colour::at(text, 0),
            deep: Colour::at(text, 1),
            main: Colour::at(text, 2),
            second: Colour::at(text, 3),
            third: Colour::at(text, 4),
            ink: Colour::at(text, 5),
        }
    }

    /// The colours of a genre, of which there are several; of a genre that has none, those of no genre.
    pub(super) fn of(genre: &str, dice: &mut Dice) -> Self {
        *dice.pick(of_genre(genre).unwrap_or(PLAIN))
    }

    /// What is written on: the ground where the ink is dark, else its shade.
    pub(super) fn panel(&self) -> Colour {
        if self.ink.is_dark() {
            self.ground
        } else {
            self.deep
        }
    }
}

/// Whether a genre has colours of its own.
pub(super) fn has_palette(genre: &str) -> bool {
    of_genre(genre).is_some()
}

fn of_genre(genre: &str) -> Option<&'static [Palette]> {
    let palettes = PALETTES.iter().find(|(known, _)| *known == genre);
    palettes.map(|(_, palettes)| *palettes)
}

/// The colours of what is of no genre, or of one that has none.
const PLAIN: &[Palette] = &[
    Palette::new("2e4057 152233 f2a65a 66a182 f5ecd7 f8f3e6"),
    Palette::new("f0e6d2 d3c19c d1495b 30638e edae49 22303c"),
    Palette::new("386150 182b23 f2c14e f78154 f4f1de faf7e8"),
];

/// Genres as the vocabulary spells them. Each palette is ground, shade, three colours of the motif, ink.
const PALETTES: &[(&str, &[Palette])] = &[
    (
        "Action",
        &[
            Palette::new("d6331f 7d130e 16130f f4b400 f7efe0 fff6e8"),
            Palette::new("f08a00 a33f00 1c1a17 d4281c fff1d6 fffaf0"),
        ],
    ),
    (
        "Adventure",
        &[
            Palette::new("1f7a6d 0c3b38 f2b441 e4632b f6ead2 fbf4e4"),
            Palette::new("2a6f97 12344d f4a259 f9dc5c bc4b51 fdf6e9"),
        ],
    ),
    (
        "Animation",
        &[
            Palette::new("3d5af1 1b2a8f ffd23f ee4266 2bd9c1 ffffff"),
            Palette::new("ff6f59 a3302a fff1d0 254441 43aa8b fffaf0"),
        ],
    ),
    (
        "Comedy",
        &[
            Palette::new("ffc42e d98a00 e8432e 1f4e8c fff7e3 23201c"),
            Palette::new("f7a6b4 d9667c 2d3a8c ffd84d fff4ec 26203a"),
        ],
    ),
    (
        "Crime",
        &[
            Palette::new("23272e 0f1216 c8102e 8d99a6 e9e4d8 f4f0e6"),
            Palette::new("2f3e46 141c20 e9c46a 9b2226 cad2c5 f3efe2"),
        ],
    ),
    (
        "Documentary",
        &[
            Palette::new("e9e2d0 c9bea2 1d4e5f c8553d 6b8f71 20262a"),
            Palette::new("d8e2dc b0c2ba 2f4858 e07a5f f2cc8f 22302f"),
        ],
    ),
    (
        "Drama",
        &[
            Palette::new("5b3a4e 2b1725 e8a87c c38d9e f3e3d3 f9efe6"),
            Palette::new("33475b 17222e e27d60 e8c39e 85cdca f7f1e5"),
        ],
    ),
    (
        "Family",
        &[
            Palette::new("57b894 2a7a5d ffd166 ef6f6c fdf6e3 fffdf5"),
            Palette::new("66b7e8 2c78ad ffe066 f2778d fff8ea 13324a"),
        ],
    ),
    (
        "Fantasy",
        &[
            Palette::new("43307a 1f1447 f0c14b c35fa8 7fd8d4 f8f0ff"),
            Palette::new("0f5257 062a2f e0b1cb f4d35e 9cf6f6 f3fff9"),
        ],
    ),
    (
        "Horror",
        &[
            Palette::new("120e10 050304 b3001b 5c0a17 e8dcc8 f2e7d5"),
            Palette::new("1b2a1f 0a120c a7c957 6a040f dcd6c0 eef0dc"),
        ],
    ),
    (
        "Music",
        &[
            Palette::new("6a1b9a 38085a ff6f91 ffc75f 00c9a7 fff3fb"),
            Palette::new("141b41 080c24 ff3864 2de2e6 f9c80e f5f7ff"),
        ],
    ),
    (
        "Mystery",
        &[
            Palette::new("1d3354 0b1830 d9b44a 6c8ead e6e1d3 f1ecdd"),
            Palette::new("3a2e5c 1a1333 e3b23c 8f7fc3 efe7da f5effa"),
        ],
    ),
    (
        "Romance",
        &[
            Palette::new("e8637a a82c49 ffe1d6 fbb13c 6d1a36 fff5f0"),
            Palette::new("f2b5a7 d67f73 b23a48 fff0e6 8c2f39 3c1521"),
        ],
    ),
    (
        "Science Fiction",
        &[
            Palette::new("0b1f3a 040c1a 25c2e3 f25f5c a8b8d8 eaf6ff"),
            Palette::new("241a4f 0f0a2a ff7a59 6ee7f0 c6b7ff f4f1ff"),
        ],
    ),
    (
        "Thriller",
        &[
            Palette::new("e2401b 8a1c06 0f0f10 f7e9d2 47201a fff4e6"),
            Palette::new("0f3d4c 05191f f2542d f5dfbb 0e9594 fbf3e3"),
        ],
    ),
    (
        "War",
        &[
            Palette::new("5c5f45 2c2e1f c9a227 8c2f1b d9d2b0 f3efdc"),
            Palette::new("6b4f3a 2f2118 d9a441 9a3324 cbbf9d f5ecda"),
        ],
    ),
    (
        "Western",
        &[
            Palette::new("d9822b 8f4312 5a2a16 f3d28b b8401f fff3dc"),
            Palette::new("c8553d 7a2a1a 2c1a14 f2b56b e9d8a6 fff1dc"),
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::super::blur::linear;
    use super::*;
    use crate::domain::catalog::{GenreName, genre_name};

    /// How bright a colour is to the eye (WCAG 2.2, relative luminance).
    fn luminance(color: Colour) -> f64 {
        let [red, green, blue] = linear(color);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    #[test]
    fn what_is_written_can_be_read_on_every_palette() {
        for (genre, palettes) in PALETTES.iter().chain([&("", PLAIN)]) {
            for palette in *palettes {
                let [one, other] = [palette.ink, palette.panel()].map(luminance);
                let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
                assert!(contrast >= 4.5, "{genre}: {contrast}");
            }
        }
    }

    #[test]
    fn genres_are_spelled_as_in_the_vocabulary() {
        for (genre, _) in PALETTES {
            assert_eq!(genre_name(genre), Some(GenreName::Known(genre)));
            assert!(has_palette(genre));
        }
        assert!(!has_palette("") && !has_palette("Telenovela"));
    }

    #[test]
    fn mixing_goes_from_one_colour_to_the_other() {
        let (black, white) = (Colour([0, 0, 0]), Colour([255, 255, 255]));

        assert_eq!(black.mixed(white, 0), black);
        assert_eq!(black.mixed(white, 50).to_string(), "#808080");
        assert_eq!(black.mixed(white, 100), white);
        assert_eq!(black.mixed(white, 700), white);
        assert_eq!(PLAIN[0].ground.to_string(), "#2e4057");
        assert_eq!(PLAIN[0].ink.to_string(), "#f8f3e6");
    }
}
