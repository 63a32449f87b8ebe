"""The weights of the SIMILAR edges: candidates and a small ridge regression for each title. `formula.md` of the server says
how and why; what is ordered here is ordered as there, ties by id.
"""

import math
from dataclasses import dataclass

import numpy as np

from .constants import (
    DAMPING,
    EDGES,
    END_POWER,
    FOR_VIEWERS,
    KNOWN_TITLE,
    LEAST_COUNTS,
    METADATA,
    NEXT,
    NOT_LIKED,
    ON_PAGES,
    ON_UNKNOWN_PAGES,
    PAGE_DAMPING,
    PRIOR_WATCHERS,
    REGULARISATION,
    ROOM,
    SHRINKAGE,
    START_POWER,
    UNKNOWN,
)
from .histories import Histories, Together
from .metadata import Metadata
from .regression import solve_all


@dataclass
class Chosen:
    """The edges of a title before their weights are known."""

    title: int
    candidates: np.ndarray  # by number
    both: np.ndarray  # of each candidate: how many viewers of the title watched it
    liked: np.ndarray  # and how many of them liked the title
    page: np.ndarray  # what its page lists, the best first
    affinities: np.ndarray
    page_both: np.ndarray


@dataclass
class Row:
    """With which titles a title shares viewers, by number, and how many; the most telling ones if there is no room for all."""

    others: np.ndarray
    counts: np.ndarray
    is_whole: bool


def damped(watchers: np.ndarray, power: float) -> np.ndarray:
    """Numbers of watchers as they damp, by the power of the C library: that of numpy may differ in the last bit."""
    distinct, places = np.unique(watchers, return_inverse=True)
    powers = np.array([math.pow(float(count) + PRIOR_WATCHERS, power) for count in distinct])
    return powers[places] if len(distinct) else np.zeros(0)


class Chooser:
    """Finds what is worth an edge."""

    def __init__(self, histories: Histories, metadata: Metadata):
        self.histories = histories
        self.metadata = metadata
        watchers = histories.watchers
        self.size = len(watchers)
        self.start_divisors = damped(watchers, START_POWER)
        self.end_divisors = damped(watchers, END_POWER)
        self.page_divisors = damped(watchers, PAGE_DAMPING)
        self.is_watched = watchers > 0
        self.known = np.array([KNOWN_TITLE * math.log1p(float(count)) for count in watchers.tolist()])
        self.roots = np.sqrt(watchers.astype(np.float64) + PRIOR_WATCHERS)
        # Within groups: the most watched first, ties by id.
        self.walk = np.lexsort((np.arange(self.size), -watchers, metadata.groups))
        groups = metadata.groups[self.walk]
        self.begins_group = np.concatenate(([True], groups[1:] != groups[:-1]))[: self.size]

    def choose(self, title: int, together: Together) -> Chosen:
        candidates = np.sort(self._candidates(title, together))
        page, affinities = self._page(title, together)
        return Chosen(
            title,
            candidates,
            together.both[candidates],
            together.liked[candidates],
            page,
            affinities,
            together.both[page],
        )

    def _candidates(self, title: int, together: Together) -> np.ndarray:
        shared = self.metadata.shared(title, FOR_VIEWERS).sum()
        wanted = self.is_watched.copy()
        wanted[title] = False
        if self.histories.watchers[title] > 0:
            end = self.end_divisors[title]
            measure = (together.both + shared) / (self.start_divisors * end + SHRINKAGE)
        else:
            measure = shared
            wanted &= self._first_of_groups(title, wanted)
        return _best(measure, wanted)[0]

    def _first_of_groups(self, title: int, wanted: np.ndarray) -> np.ndarray:
        """Of titles that share no people with one that nobody watched, those of a group measure the same: as many as fit on a
        list are taken of each group, the most watched ones."""
        of_people = self.metadata.people_in_common(title)
        of_third_sort = (wanted & ~of_people)[self.walk]
        so_far = np.cumsum(of_third_sort)
        before = np.where(self.begins_group, so_far - of_third_sort, 0)
        taken = so_far - np.maximum.accumulate(before)
        found = of_people.copy()
        found[self.walk[of_third_sort & (taken <= EDGES)]] = True
        return found

    def _page(self, title: int, together: Together) -> tuple[np.ndarray, np.ndarray]:
        wanted = np.ones(self.size, dtype=bool)
        wanted[title] = False
        if self.histories.watchers[title] > 0:
            shared = self.metadata.shared(title, ON_PAGES).sum()
            watches = together.both + NEXT * together.next
            measure = (watches + shared) / self.page_divisors
        else:
            shared = self.metadata.shared(title, ON_UNKNOWN_PAGES).sum()
            wanted &= shared > 0.0
            measure = shared + self.known
        return _best(measure, wanted)

    def row(self, title: int, together: Together) -> Row:
        others = np.flatnonzero(together.both)
        others = others[others != title]
        most = max(ROOM // max(self.size, 1), LEAST_COUNTS)
        is_whole = len(others) <= most
        if not is_whole:
            telling = together.both[others] / self.roots[others]
            others = np.sort(others[np.lexsort((others, -telling))[:most]])
        return Row(others.astype(np.int32), together.both[others].astype(np.int32), is_whole)


def _best(measure: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The titles that measure the most, the most first, ties by number; all above 0."""
    found = np.flatnonzero(wanted & (measure > 0.0))
    if len(found) > EDGES:
        last = np.partition(measure[found], len(found) - EDGES)[len(found) - EDGES]
        found = found[measure[found] >= last]
    found = found[np.lexsort((found, -measure[found]))][:EDGES]
    return found, measure[found]


@dataclass
class Weighed:
    """The weights of the edges into a title, by their parts; in the order of the candidates."""

    sum: np.ndarray
    director: np.ndarray
    actor: np.ndarray
    genre: np.ndarray


def solve(histories: Histories, metadata: Metadata, chosen: list[Chosen], rows) -> list[Weighed | None]:
    """(A + λI) b = T for the candidates of each title; `rows` gives the row of a title. `None`: there is no solution."""
    found: list[Weighed | None] = [None] * len(chosen)
    by_size: dict[int, list[int]] = {}
    for place, one in enumerate(chosen):
        if len(one.candidates) > 0:
            by_size.setdefault(len(one.candidates), []).append(place)
    for places in by_size.values():
        systems = [_system(histories, metadata, chosen[place], rows) for place in places]
        matrices = np.stack([matrix for matrix, _ in systems], axis=-1)
        rights = np.stack([right for _, right in systems], axis=-1)
        solved, is_good = solve_all(matrices, rights)
        for at, place in enumerate(places):
            weights = solved[:, :, at] if is_good[at] else _by_elimination(*systems[at])
            if weights is not None:
                found[place] = _weighed(histories, systems[at][1], chosen[place].title, weights)
    return found


def _system(histories: Histories, metadata: Metadata, chosen: Chosen, rows):
    candidates, title = chosen.candidates, chosen.title
    matrix = _among(candidates, rows) + METADATA * metadata.among(candidates, FOR_VIEWERS)
    np.fill_diagonal(matrix, histories.watchers[candidates] + REGULARISATION)
    shared = metadata.shared(title, FOR_VIEWERS)
    of_all = shared.sum()[candidates]
    director, actor, genre = (part[candidates] for part in (shared.director, shared.actor, shared.genre))
    share = METADATA if histories.watchers[title] > 0 else of_all / UNKNOWN
    both, liked = chosen.both.astype(np.float64), chosen.liked.astype(np.float64)
    watches = (liked + NOT_LIKED * (both - liked)) + share * of_all
    return matrix, np.column_stack((watches, share * director, share * actor, share * genre))


def _by_elimination(matrix: np.ndarray, right: np.ndarray) -> np.ndarray | None:
    """Where counts were left out for want of room, a matrix may not be positive definite."""
    try:
        return np.linalg.solve(matrix, right)
    except np.linalg.LinAlgError:
        return None


def _weighed(histories: Histories, right: np.ndarray, title: int, weights: np.ndarray) -> Weighed:
    damping = math.pow(float(histories.watchers[title]) + PRIOR_WATCHERS, DAMPING)
    damped_weights = weights / damping

    def part(column: int) -> np.ndarray:
        # Only what both ends share is told apart.
        return np.where(right[:, column] > 0.0, damped_weights[:, column], 0.0)

    return Weighed(damped_weights[:, 0], part(1), part(2), part(3))


def _among(candidates: np.ndarray, rows) -> np.ndarray:
    """How many viewers candidates share with each other; 0 if it was kept on neither side."""
    size = len(candidates)
    counts = np.zeros((size, size))
    kept = np.zeros((size, size), dtype=bool)
    whole = np.zeros(size, dtype=bool)
    for place, candidate in enumerate(candidates):
        row = rows(int(candidate))
        whole[place] = row.is_whole
        if len(row.others) == 0:
            continue
        at = np.minimum(np.searchsorted(row.others, candidates), len(row.others) - 1)
        kept[place] = row.others[at] == candidates
        counts[place] = np.where(kept[place], row.counts[at], 0)
    # The row of the later one is asked first, then that of the other.
    lower = np.where(kept | whole[:, None], counts, counts.T)
    lower = np.tril(lower, -1)
    return lower + lower.T
