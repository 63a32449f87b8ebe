"""The arrays give what the formula says, worked out the slow way: with every pair in a square."""

import math
import random

import numpy as np
import pytest

from reelgraph_spark import solver
from reelgraph_spark.constants import FOR_VIEWERS, ON_PAGES, ON_UNKNOWN_PAGES
from reelgraph_spark.histories import Histories
from reelgraph_spark.metadata import Metadata, Title


def site(seed: int, size: int, profiles: int, longest: int, unwatched: int):
    """Titles with people, genres and decades in common, and histories of (title, liked) in order."""
    r = random.Random(seed)
    titles = [
        Title(
            id=100 + number * 3,
            directors=r.sample(range(size // 6 + 2), r.randint(0, 2)),
            actors=r.sample(range(size // 3 + 4), r.randint(0, 3)),
            genres=sorted(r.sample(range(5), r.randint(0, 3))),
            decade=r.choice([None, 1970, 1980, 1990]),
        )
        for number in range(size)
    ]
    watched = range(0, size - unwatched)
    histories = [
        [(number, r.random() < 0.4) for number in r.sample(watched, min(len(watched), r.randint(0, longest)))]
        for _ in range(profiles)
    ]
    return titles, histories


def packed(histories, size: int) -> Histories:
    flat = [one for history in histories for one in history]
    starts = np.concatenate(([0], np.cumsum([len(history) for history in histories])))
    return Histories.of(
        np.array([number for number, _ in flat], dtype=np.int32),
        np.array([liked for _, liked in flat], dtype=np.int8),
        starts.astype(np.int32),
        size,
    )


class Square:
    """Every pair, one by one."""

    def __init__(self, titles, histories):
        self.titles, self.histories = titles, histories
        size = len(titles)
        self.watchers = [sum(any(n == t for n, _ in h) for h in histories) for t in range(size)]
        self.both = np.zeros((size, size))
        self.liked = np.zeros((size, size))
        self.next = np.zeros((size, size))
        for history in histories:
            for place, (one, liked) in enumerate(history):
                for other, _ in history:
                    self.both[one, other] += 1
                    self.liked[one, other] += liked
                for other, _ in history[place + 1 : place + 6]:
                    self.next[one, other] += 1
        genres = [genre for title in titles for genre in title.genres]
        self.rarity = {genre: math.log((size + 1) / genres.count(genre)) for genre in genres}

    def parts(self, a: int, b: int, weights) -> tuple[float, float, float, float]:
        a, b = self.titles[a], self.titles[b]

        def norm(title):
            return math.sqrt(sum(self.rarity[genre] ** 2 for genre in title.genres))

        common = set(a.genres) & set(b.genres)
        cosine = sum(self.rarity[genre] ** 2 for genre in common)
        cosine = cosine / (norm(a) * norm(b)) if common else 0.0
        return (
            weights.director * bool(set(a.directors) & set(b.directors)),
            weights.actor * len(set(a.actors) & set(b.actors)),
            weights.genre * cosine,
            weights.decade * (a.decade is not None and a.decade == b.decade),
        )

    def candidates(self, title: int) -> dict[int, float]:
        found = {}
        for other, watchers in enumerate(self.watchers):
            if other == title or watchers == 0:
                continue
            measure = self.both[title, other] + sum(self.parts(title, other, FOR_VIEWERS))
            if self.watchers[title]:
                measure /= (watchers + 10) ** 0.6 * (self.watchers[title] + 10) ** 0.4 + 100
            if measure > 0:
                found[other] = measure
        return found

    def page(self, title: int) -> dict[int, float]:
        found = {}
        for other, watchers in enumerate(self.watchers):
            if other == title:
                continue
            if self.watchers[title]:
                measure = self.both[title, other] + 5 * self.next[title, other]
                measure += sum(self.parts(title, other, ON_PAGES))
                measure /= (watchers + 10) ** 0.35
            else:
                shared = sum(self.parts(title, other, ON_UNKNOWN_PAGES))
                measure = shared + 0.04 * math.log1p(watchers) if shared > 0 else 0.0
            if measure > 0:
                found[other] = measure
        return found

    def weights(self, title: int, candidates: list[int]) -> np.ndarray:
        matrix = np.array(
            [
                [
                    self.both[a, b] + 0.5 * sum(self.parts(a, b, FOR_VIEWERS)) if a != b else self.watchers[a] + 500
                    for b in candidates
                ]
                for a in candidates
            ]
        )
        right = []
        for one in candidates:
            parts = self.parts(one, title, FOR_VIEWERS)
            both, liked = self.both[title, one], self.liked[title, one]
            share = 0.5 if self.watchers[title] else sum(parts) / 20
            right.append([liked + 0.5 * (both - liked) + share * sum(parts), *(share * p for p in parts[:3])])
        found = np.linalg.solve(matrix, np.array(right))
        found[:, 1:][np.array(right)[:, 1:] == 0] = 0
        return found / (self.watchers[title] + 10) ** 0.2


@pytest.mark.parametrize(
    ("seed", "size", "profiles", "longest", "unwatched"),
    [
        (1, 12, 30, 8, 3),
        (2, 40, 60, 20, 5),
        (3, 160, 300, 60, 10),
        (4, 20, 0, 0, 20),
        (5, 1, 3, 1, 0),
    ],
)
def test_all_edges_are_what_the_formula_says(seed, size, profiles, longest, unwatched):
    titles, watched = site(seed, size, profiles, longest, unwatched)
    histories, metadata = packed(watched, size), Metadata(titles)
    square = Square(titles, watched)
    chooser = solver.Chooser(histories, metadata)
    chosen, rows = {}, {}
    for number, together in histories.together(range(size)):
        chosen[number] = chooser.choose(number, together)
        rows[number] = chooser.row(number, together)

    for number, one in chosen.items():
        for measured, found in (
            (square.candidates(number), one.candidates.tolist()),
            (square.page(number), one.page.tolist()),
        ):
            assert len(found) == min(100, len(measured))
            worst = min((measured[other] for other in found), default=0.0)
            # What was left out measures no more; equal ones may differ in the last bit here.
            left_out = [measure for other, measure in measured.items() if other not in found]
            assert max(left_out, default=0.0) <= worst * (1 + 1e-12)
        page = square.page(number)
        assert np.allclose(one.affinities, [page[other] for other in one.page.tolist()], rtol=1e-12)
        (weighed,) = solver.solve(histories, metadata, [one], rows.__getitem__)
        if len(one.candidates) == 0:
            assert weighed is None
            continue
        expected = square.weights(number, one.candidates.tolist())
        for column, part in enumerate((weighed.sum, weighed.director, weighed.actor, weighed.genre)):
            assert np.allclose(part, expected[:, column], rtol=1e-9, atol=1e-15)


def test_ties_go_by_id_and_for_unknown_titles_first_by_watchers():
    same = [Title(number, [], [], [1], 1990) for number in range(251)]
    # Title 250 was watched by nobody; of the others, those with odd ids by two.
    watched = [
        [(number, False) for number in range(250)],
        [(number, False) for number in range(1, 250, 2)],
    ]
    histories, metadata = packed(watched, len(same)), Metadata(same)
    chooser = solver.Chooser(histories, metadata)
    ((_, together),) = histories.together(range(250, 251))

    chosen = chooser.choose(250, together)

    assert chosen.candidates.tolist() == list(range(1, 200, 2))
    assert chosen.page.tolist() == list(range(1, 200, 2))


def test_where_there_is_no_room_the_most_telling_counts_are_kept(monkeypatch):
    monkeypatch.setattr(solver, "ROOM", 0)
    monkeypatch.setattr(solver, "LEAST_COUNTS", 2)
    titles = [Title(number, [], [], [], None) for number in range(5)]
    # All pairs of the first four are watched together once; 1 has more watchers than 2 and 3.
    watched = [[(0, False), (1, False), (2, False), (3, False)], [(1, False)], [(4, False)]]
    histories = packed(watched, 5)
    chooser = solver.Chooser(histories, Metadata(titles))
    rows = {number: chooser.row(number, together) for number, together in histories.together(range(5))}

    assert rows[0].others.tolist() == [2, 3] and not rows[0].is_whole
    assert rows[1].others.tolist() == [0, 2] and not rows[1].is_whole
    assert rows[2].others.tolist() == [0, 3] and not rows[2].is_whole
    assert rows[4].others.tolist() == [] and rows[4].is_whole
    # 1 and 3 are kept on neither side.
    counts = solver._among(np.array([0, 1, 2, 3]), rows.__getitem__)
    assert counts.tolist() == [[0, 1, 1, 1], [1, 0, 1, 0], [1, 1, 0, 1], [1, 0, 1, 0]]
