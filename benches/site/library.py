#!/usr/bin/env python3
"""A made-up library of films and series as media servers know them, of any number of files; the same in every run.

Files are small or sparse: a video has a beginning of its own, and holes up to the size that it claims.
"""

import argparse
import pathlib
import random
import struct
import sys
import zlib

WORDS = (
    "Amber Ash Autumn Beacon Birch Border Bridge Canyon Castle Cedar Cinder Cobalt Copper Coral Crow Delta Dune Echo Ember "
    "Fable Falcon Fathom Fern Frost Garnet Glacier Harbour Hazel Heron Hollow Iris Island Ivory Jasper Juniper Kestrel Lagoon "
    "Lantern Larch Linden Lotus Magpie Maple Marble Meadow Meridian Mirror Moss Nettle Night Oak Onyx Opal Orchard Otter Pearl "
    "Pepper Pine Plover Quarry Quartz Raven Reed Ridge River Robin Saffron Sable Salt Shore Silver Slate Sparrow Spruce Stone "
    "Storm Summit Swallow Thistle Thorn Thunder Timber Topaz Tundra Umber Valley Velvet Violet Walnut Willow Winter Yarrow Zephyr"
).split()
GENRES = ("Crime", "Drama", "Comedy", "War", "Western", "Horror", "Romance", "Mystery")
HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# What Matroska begins with, and an element that any reader passes over.
MATROSKA = bytes.fromhex("1a45dfa3") + bytes.fromhex("ec")


def picture(number):
    """A PNG of its own of 8 by 12 pixels."""
    colour = struct.pack(">I", (number * 2654435761) % 2**32)[:3]
    rows = b"".join(b"\0" + (colour if row % 2 else colour[::-1]) * 8 for row in range(12))
    chunk = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    header = struct.pack(">IIBBBBB", 8, 12, 8, 2, 0, 0, 0)
    note = b"Comment\0" + str(number).encode()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"tEXt", note) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Full(Exception):
    """There are as many files as were wanted."""


class Library:
    """Files below a folder, at most so many."""

    def __init__(self, root, most):
        self.root, self.most, self.files = root, most, 0
        self.dice = random.Random(17)
        self.numbers = {}
        self.folders = set()

    def put(self, path, data, size=None):
        if self.files >= self.most:
            raise Full
        folder, _, _ = path.rpartition("/")
        if folder not in self.folders:
            (self.root / folder).mkdir(parents=True, exist_ok=True)
            self.folders.add(folder)
        with open(f"{self.root}/{path}", "wb") as out:
            out.write(data)
            if size:
                out.truncate(size)
        self.files += 1

    def video(self, path, least=200, most=40_000):
        """A file of so many megabytes, of which a few bytes are there."""
        head = MATROSKA + f"a made-up video: {path}".encode()
        self.put(path, head, self.dice.randint(least << 20, most << 20))

    def art(self, path):
        self.put(path, picture(self.files))

    def subtitle(self, path):
        self.put(path, f"1\n00:00:00,200 --> 00:00:00,900\nLine one of {path}\n".encode())

    def name(self):
        """Words that no other film or series has."""
        words = " ".join(self.dice.sample(WORDS, self.dice.randint(2, 3)))
        self.numbers[words] = self.numbers.get(words, 0) + 1
        return words if self.numbers[words] == 1 else f"{words} {self.numbers[words]}"

    def people(self, count):
        return [f"{self.dice.choice(WORDS)} {self.dice.choice(WORDS)}" for _ in range(count)]

    def film(self, number):
        """A film in one of the ways in which people keep them."""
        name, year = self.name(), self.dice.randint(1930, 2024)
        way, imdb = number % 10, f"tt{7_000_000 + number}"
        base = f"{name} ({year})"
        if way == 3:
            base = f"{base} [imdbid-{imdb}]"
        folder = f"Film/{base}"
        stem = f"{folder}/{base}"
        people = "".join(f"<actor><name>{person}</name><order>{order}</order></actor>" for order, person in enumerate(self.people(6)))
        sidecar = (
            f"{HEADER}<movie><title>{name}</title><year>{year}</year><runtime>{self.dice.randint(70, 180)}</runtime>"
            f'<uniqueid type="imdb" default="true">{imdb}</uniqueid><genre>{self.dice.choice(GENRES)}</genre>'
            f"<director>{self.people(1)[0]}</director>{people}</movie>\n"
        ).encode()
        if way == 7:
            self.video(f"Film/{base}.mp4")
            self.put(f"Film/{base}.nfo", sidecar)
            self.subtitle(f"Film/{base}.en.srt")
            return
        if way == 5:
            for version in ("1080p", "2160p", "Director's Cut"):
                self.video(f"{stem} - {version}.mkv")
            self.put(f"{stem} - 1080p.nfo", sidecar)
        elif way == 6:
            for part in (1, 2):
                self.video(f"{stem}-cd{part}.avi")
            self.put(f"{stem}-cd1.nfo", sidecar)
        else:
            self.video(f"{stem}.mkv")
            if way == 8:
                self.put(f"{folder}/movie.nfo", sidecar)
            elif way != 9:
                self.put(f"{stem}.nfo", sidecar)
        tracks = {0: ("en", "fr", "en.forced", "en.sdh", "pt-BR"), 1: ("en", "fr", "de"), 2: ("en",), 4: ("en",)}
        for track in tracks.get(way, ()):
            self.subtitle(f"{stem}.{track}.srt")
        self.art(f"{folder}/poster.png")
        if way % 2 == 0:
            self.art(f"{folder}/fanart.png")
            self.art(f"{folder}/logo.png")
        if way == 1:
            self.video(f"{stem}-trailer.mp4", 10, 200)
        if way == 2:
            self.video(f"{folder}/trailers/Teaser.mp4", 10, 200)
            self.video(f"{folder}/behind the scenes/Making of.mkv", 10, 900)
            self.video(f"{folder}/sample.mkv", 10, 50)
            self.art(f"{folder}/extrafanart/fanart1.png")

    def series(self, number):
        """A series of up to five seasons, some with specials."""
        name, year = self.name(), self.dice.randint(1960, 2020)
        folder = f"TV/{name} ({year})"
        imdb = f"tt{8_000_000 + number}"
        sidecar = (
            f"{HEADER}<tvshow><title>{name}</title><year>{year}</year>"
            f'<uniqueid type="imdb">{imdb}</uniqueid><genre>{self.dice.choice(GENRES)}</genre></tvshow>\n'
        )
        self.put(f"{folder}/tvshow.nfo", sidecar.encode())
        self.art(f"{folder}/poster.png")
        self.art(f"{folder}/fanart.png")
        for season in range(0 if number % 3 == 0 else 1, self.dice.randint(1, 5) + 1):
            self.art(f"{folder}/season{'-specials' if season == 0 else f'{season:02d}'}-poster.png")
            episode, count = 1, 2 if season == 0 else self.dice.choice((6, 8, 10, 13, 22))
            while episode <= count:
                # Two episodes are one file now and then.
                is_double = season == 2 and episode == 5 and number % 2 == 0
                numbers = (episode, episode + 1) if is_double else (episode,)
                self.episode(folder, name, year, season, numbers)
                episode += len(numbers)

    def episode(self, folder, name, year, season, numbers):
        title = " ".join(self.dice.sample(WORDS, 2))
        tag = f"S{season:02d}" + "-".join(f"E{number:02d}" for number in numbers)
        stem = f"{folder}/Season {season:02d}/{name} - {tag} - {title}"
        self.video(f"{stem}.mkv", 100, 4_000)
        dice = self.dice.random()
        if dice < 0.67:
            roots = "".join(
                f"<episodedetails><title>{title} {number}</title><showtitle>{name}</showtitle><season>{season}</season>"
                f"<episode>{number}</episode><aired>{year + season}-{1 + number % 12:02d}-{1 + number:02d}</aired></episodedetails>\n"
                for number in numbers
            )
            self.put(f"{stem}.nfo", (HEADER + roots).encode())
        if dice < 0.5:
            self.subtitle(f"{stem}.en.srt")
        if dice < 0.25:
            self.subtitle(f"{stem}.es.srt")
            self.art(f"{stem}-thumb.png")


def make(root, files):
    """Makes a library of so many files in a folder that is not there yet: a series after each dozen of films."""
    library = Library(root, files)
    root.mkdir(parents=True)
    number = 0
    try:
        while True:
            if number % 13 == 12:
                library.series(number // 13)
            else:
                library.film(number)
            number += 1
    except Full:
        return library.files


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path, help="where it is made; nothing is to be there")
    parser.add_argument("--files", type=int, default=100_000, help="how many files there are, folders left out")
    options = parser.parse_args()
    if options.folder.exists():
        sys.exit(f"library: {options.folder} is there already")
    print(f"{make(options.folder, options.files)} files in {options.folder}")


if __name__ == "__main__":
    main()
