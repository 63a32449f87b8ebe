//! A picture: what it is drawn from, its size, and how it is put together.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::address::{PictureAddress, PictureSubject, TAG};
use super::blur;
use super::canvas::Canvas;
use super::dice::Dice;
use super::kind::PictureKind;
use super::lettering::{LEADING, Lettering, Room};
use super::motif;
use super::palette::{Palette, has_palette};
use super::stored::Colour;
use super::svg::{Svg, escape, number};
use crate::domain::catalog::collections::Collection;
use crate::domain::catalog::types::{Episode, Title};
use crate::domain::language::LanguageTag;

/// It is part of every hash: whoever changes how pictures look makes it another, so that each has another address.
const DESIGN: &str = "1";
/// The language of what has no words (ISO 639-2).
const WORDLESS: &str = "zxx";
/// Fonts that systems have; of a script that none of them has, clients take another by themselves.
const FONTS: &str = "'Helvetica Neue',Helvetica,Arial,'Noto Sans',sans-serif";
/// The most letters of genres below a name.
const GENRES: usize = 28;

/// What a picture is drawn from: the same gives the same picture, to the byte.
#[derive(Debug, Clone)]
pub struct Picture<'a> {
    subject: PictureSubject,
    kind: PictureKind,
    /// What its colours are chosen by.
    slug: &'a str,
    /// What its motif is chosen by, and how that looks.
    seed: String,
    /// The genre that it looks like; empty: none.
    genre: &'a str,
    /// What is written on it large; empty: nothing.
    name: &'a str,
    language: LanguageTag,
    /// What is written below, small.
    note: String,
}

impl<'a> Picture<'a> {
    /// The poster of a title of these genres, for whoever wants these languages, the most wanted first.
    pub fn poster(
        title: &'a Title,
        genres: &[&'a str],
        wanted: impl IntoIterator<Item = LanguageTag>,
    ) -> Self {
        let (language, name) = title.named_in(wanted);
        let mut left = GENRES;
        let short = genres.iter().take_while(|genre| {
            let length = genre.chars().count();
            let fits = length <= left;
            left = left.saturating_sub(length);
            fits
        });
        let genres_shown = short.take(2).map(|genre| (*genre).to_owned());
        let notes: Vec<String> = years(title).into_iter().chain(genres_shown).collect();
        Self {
            kind: PictureKind::Poster,
            name,
            language,
            note: notes.join(" · "),
            ..Self::backdrop(title, genres)
        }
    }

    /// The backdrop of a title of these genres.
    pub fn backdrop(title: &'a Title, genres: &[&'a str]) -> Self {
        Self {
            subject: PictureSubject::Title(title.id),
            kind: PictureKind::Backdrop,
            slug: &title.slug,
            seed: title.slug.clone(),
            genre: look_of(genres),
            name: "",
            language: LanguageTag::parse(WORDLESS).unwrap_or(LanguageTag::ENGLISH),
            note: String::new(),
        }
    }

    /// The poster of a collection: its name, in the colours of no genre. What its films are, not everybody may know.
    pub fn of_collection(collection: &'a Collection) -> Self {
        Self {
            subject: PictureSubject::Collection(collection.id),
            kind: PictureKind::Poster,
            slug: &collection.slug,
            seed: format!("collection {}", collection.slug),
            genre: "",
            name: &collection.name,
            language: LanguageTag::ENGLISH,
            note: String::new(),
        }
    }

    /// The still of an episode: in the colours of its series, which has these genres. An episode without a name has that
    /// of its series on it.
    pub fn still(
        series: &'a Title,
        genres: &[&'a str],
        episode: &'a Episode,
        wanted: impl IntoIterator<Item = LanguageTag>,
    ) -> Self {
        let wanted: Vec<LanguageTag> = wanted.into_iter().collect();
        let place = format!("S{} E{}", episode.season, episode.number);
        let (series_language, series_name) = series.named_in(wanted.iter().copied());
        let own = episode.named_in(wanted);
        let (language, name) = own.unwrap_or((series_language, series_name));
        let note = match own {
            Some(_) => format!("{} · {place}", series.named_in([language]).1),
            None => place,
        };
        let (season, number) = episode.ordinal();
        Self {
            subject: PictureSubject::Episode(episode.id),
            kind: PictureKind::Still,
            seed: format!("{}/{season}/{number}", series.slug),
            name,
            language,
            note,
            ..Self::backdrop(series, genres)
        }
    }

    /// What it is for.
    pub fn kind(&self) -> PictureKind {
        self.kind
    }

    /// The language of what is written on it; `None` if nothing is.
    pub fn language(&self) -> Option<LanguageTag> {
        (!self.name.is_empty()).then_some(self.language)
    }

    /// The colour of most of it.
    pub fn dominant_color(&self) -> Colour {
        self.palette().ground
    }

    /// What it looks like from far off, as a blurhash: the ground alone, without motif and words.
    pub fn blurhash(&self) -> String {
        let (light, dark) = ground(&self.palette());
        blur::of_gradient(light, dark)
    }

    /// Where it lies, shown with one of the widths of the ladder, or with its own.
    pub fn address(&self, width: Option<u32>) -> PictureAddress {
        PictureAddress {
            subject: self.subject,
            kind: self.kind,
            language: self.language,
            tag: self.tag(),
            width,
        }
    }

    /// What it is drawn from, as a hash.
    fn tag(&self) -> String {
        let parts = [
            DESIGN,
            self.kind.as_str(),
            self.slug,
            &self.seed,
            self.genre,
            self.name,
            self.language.as_str(),
            &self.note,
        ];
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part.len().to_be_bytes());
            hash.update(part.as_bytes());
        }
        let mut tag = URL_SAFE_NO_PAD.encode(hash.finalize());
        tag.truncate(TAG);
        tag
    }

    fn palette(&self) -> Palette {
        Palette::of(self.genre, &mut Dice::of(self.slug))
    }

    /// The picture as SVG, shown with this width, or with its own.
    pub fn draw(&self, width: Option<u32>) -> String {
        let palette = self.palette();
        let size = self.kind.size();
        let (across, down) = (f64::from(size.0), f64::from(size.1));
        let (focus, unit) = match self.kind {
            PictureKind::Poster | PictureKind::Portrait => ((300.0, 345.0), 600.0),
            PictureKind::Backdrop
            | PictureKind::Logo
            | PictureKind::Banner
            | PictureKind::Thumb => ((800.0, 330.0), 640.0),
            // Above the name.
            PictureKind::Still => ((860.0, 270.0), 540.0),
        };
        let canvas = Canvas {
            width: across,
            height: down,
            focus,
            unit,
        };
        let mut svg = Svg::new(size, self.kind.shown(width), self.language.as_str());
        let (light, dark) = ground(&palette);
        svg.gradient("ground", (light, 1.0), (dark, 1.0));
        svg.rect((0.0, 0.0), (across, down), "url(#ground)");
        let mut dice = Dice::of(&format!("motif of {}", self.seed));
        let draw = motif::of(self.genre, &mut dice);
        draw(&mut svg, &canvas, &mut dice, &palette);
        if !self.name.is_empty() {
            self.write(&mut svg, &palette);
        }
        svg.finish()
    }

    /// The name at the bottom, on a panel that the motif fades into.
    fn write(&self, svg: &mut Svg, palette: &Palette) {
        let (across, down) = self.kind.size();
        let (across, down) = (f64::from(across), f64::from(down));
        let (margin, note_size, room) = match self.kind {
            PictureKind::Poster | PictureKind::Portrait => (48.0, 21.0, (250.0, 104.0, 4)),
            PictureKind::Backdrop
            | PictureKind::Logo
            | PictureKind::Banner
            | PictureKind::Thumb
            | PictureKind::Still => (64.0, 25.0, (150.0, 84.0, 2)),
        };
        let width = across - 2.0 * margin;
        let (height, largest, lines) = room;
        let name = Lettering::fit(
            self.name,
            Room {
                width,
                height,
                largest,
                lines,
            },
        );
        // Spread letters take more room.
        let note = Lettering::fit(
            &self.note,
            Room {
                width: width * 0.88,
                height: margin,
                largest: note_size,
                lines: 1,
            },
        );
        let lines = name.lines.iter().fold(0.0, |count, _| count + 1.0);
        let top = (down - margin - 56.0 - lines * name.size * LEADING).round();
        let panel = palette.panel();
        svg.gradient("fade", (panel, 0.0), (panel, 1.0));
        svg.rect((0.0, top - 190.0), (across, 160.0), "url(#fade)");
        // One above the other, so that nothing shines through between them.
        svg.block((0.0, top - 31.5), (across, down - top + 33.5), panel);
        let rule = if name.is_leftward {
            across - margin - 64.0
        } else {
            margin
        };
        svg.block((rule, top - 6.0), (64.0, 8.0), palette.main);
        let ink = palette.ink;
        svg.put(&format!("<g fill=\"{ink}\" font-family=\"{FONTS}\">"));
        let spacing = if name.is_loose {
            name.size * -0.018
        } else {
            0.0
        };
        let first = top + 16.0 + name.size * 0.86;
        let weight = ("800", spacing);
        write_lines(svg, &name, (margin, across - margin), first, weight);
        let spacing = if note.is_loose { 1.6 } else { 0.0 };
        let ends = (margin, across - margin);
        write_lines(svg, &note, ends, down - margin, ("500", spacing));
        svg.put("</g>");
    }
}

/// What the ground fades from, at the top, and to.
fn ground(palette: &Palette) -> (Colour, Colour) {
    (
        palette.ground.mixed(palette.ink, 6),
        palette.ground.mixed(palette.deep, 55),
    )
}

/// Lines of text between a left and a right end, the first on this base line.
fn write_lines(
    svg: &mut Svg,
    lettering: &Lettering,
    (left, right): (f64, f64),
    first: f64,
    (weight, spacing): (&str, f64),
) {
    let (x, direction) = if lettering.is_leftward {
        (right, " direction=\"rtl\"")
    } else {
        (left, "")
    };
    let [x, size, spacing] = [x, lettering.size, spacing].map(number);
    svg.put(&format!(
        "<g font-size=\"{size}\" font-weight=\"{weight}\" letter-spacing=\"{spacing}\"{direction}>"
    ));
    let mut base = first;
    for line in &lettering.lines {
        let (y, line) = (number(base), escape(line));
        svg.put(&format!("<text x=\"{x}\" y=\"{y}\">{line}</text>"));
        base += lettering.size * LEADING;
    }
    svg.put("</g>");
}

/// When a title was shown: a year, or the first and the last.
fn years(title: &Title) -> Option<String> {
    let first = title.year?;
    Some(match title.end_year.filter(|last| *last != first) {
        Some(last) => format!("{first}–{last}"),
        None => first.to_string(),
    })
}

/// The genre that a title of these genres looks like: the first that has colours, or is like one that has.
fn look_of<'a>(genres: &[&'a str]) -> &'a str {
    let look = |genre: &&'a str| match *genre {
        "Martial Arts" | "Sport" | "Superhero" => "Action",
        "Teen" => "Comedy",
        "Film Noir" => "Crime",
        "History" | "News" | "Reality" | "Talk Show" => "Documentary",
        "Biography" => "Drama",
        "Musical" => "Music",
        "Spy" => "Thriller",
        genre => genre,
    };
    let mut looks = genres.iter().map(look);
    looks.find(|genre| has_palette(genre)).unwrap_or("")
}
