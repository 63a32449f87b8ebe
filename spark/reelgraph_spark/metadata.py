"""What titles have in common by their metadata.

Sums are added up in the order in which the server adds them, one operation after the other and never by a matrix product:
two titles that measure the same there must measure the same here to the last bit, or ties would go another way.
"""

import math
from dataclasses import dataclass

import numpy as np

from .constants import Weights

NONE = -1


@dataclass
class Title:
    """What a title is compared by; its place among all, by id, is its number."""

    id: int
    directors: list[int]
    actors: list[int]
    genres: list[int]
    decade: int | None


@dataclass
class Shared:
    """What one title shares with each of some others, weighed."""

    director: np.ndarray
    actor: np.ndarray
    genre: np.ndarray
    decade: np.ndarray

    def sum(self) -> np.ndarray:
        return ((self.director + self.actor) + self.genre) + self.decade


class Metadata:
    """All titles as they are compared."""

    def __init__(self, titles: list[Title]):
        self.ids = np.array([title.id for title in titles], dtype=np.int64)
        size = len(titles)
        self.decades = np.array([NONE if title.decade is None else title.decade for title in titles], dtype=np.int64)
        self.has_decade = np.array([title.decade is not None for title in titles], dtype=bool)
        self.directors = [_in_order(title.directors) for title in titles]
        self.actors = [_in_order(title.actors) for title in titles]
        self._by_director = _by_person(self.directors)
        self._by_actor = _by_person(self.actors)
        self._set_genres(titles, size)
        # Titles that share all genres and the decade.
        keys: dict[tuple, int] = {}
        self.groups = np.array(
            [
                keys.setdefault((int(kind), title.decade), len(keys))
                for kind, title in zip(self.kinds, titles, strict=True)
            ],
            dtype=np.int64,
        )

    def _set_genres(self, titles: list[Title], size: int) -> None:
        counts: dict[int, int] = {}
        for title in titles:
            for genre in title.genres:
                counts[genre] = counts.get(genre, 0) + 1
        rarity = {genre: math.log((size + 1.0) / count) for genre, count in counts.items()}
        # Titles of a kind have the same genres: there are few kinds.
        kinds: dict[tuple[int, ...], int] = {}
        self.kinds = np.array([kinds.setdefault(tuple(title.genres), len(kinds)) for title in titles], dtype=np.int64)
        self.lengths: dict[int, np.ndarray] = {genre: np.zeros(len(kinds)) for genre in sorted(rarity)}
        self.genres_of_kind: list[list[tuple[int, float]]] = []
        for genres, kind in kinds.items():
            squares = 0.0
            for genre in genres:
                squares += rarity[genre] * rarity[genre]
            norm = math.sqrt(squares)
            vector = [(genre, rarity[genre] / norm) for genre in genres] if norm > 0.0 else []
            for genre, length in vector:
                self.lengths[genre][kind] = length
            self.genres_of_kind.append(vector)
        self._cosines: dict[int, np.ndarray] = {}

    def _cosines_with(self, kind: int) -> np.ndarray:
        """The cosine of the genres of a kind with those of each."""
        found = self._cosines.get(kind)
        if found is None:
            found = np.zeros(len(self.genres_of_kind))
            for genre, length in self.genres_of_kind[kind]:
                found += self.lengths[genre] * length
            self._cosines[kind] = found
        return found

    def shared(self, title: int, weights: Weights) -> Shared:
        """What a title shares with all titles, itself among them."""
        size = len(self.ids)
        director = np.zeros(size)
        for person in self.directors[title]:
            director[self._by_director[person]] = weights.director
        actors = np.zeros(size)
        for person in self.actors[title]:
            actors[self._by_actor[person]] += 1.0
        return Shared(
            director,
            weights.actor * actors,
            weights.genre * self._cosines_with(int(self.kinds[title]))[self.kinds],
            self._decade(title, weights),
        )

    def _decade(self, title: int, weights: Weights) -> np.ndarray:
        same = self.has_decade & self.has_decade[title] & (self.decades == self.decades[title])
        return np.where(same, weights.decade, 0.0)

    def people_in_common(self, title: int) -> np.ndarray:
        """Whether each title has a person of this one in the same role."""
        found = np.zeros(len(self.ids), dtype=bool)
        for person in self.directors[title]:
            found[self._by_director[person]] = True
        for person in self.actors[title]:
            found[self._by_actor[person]] = True
        return found

    def among(self, titles: np.ndarray, weights: Weights) -> np.ndarray:
        """What each of some titles shares with each other, summed up."""
        director = _in_common([self.directors[title] for title in titles])
        actor = _in_common([self.actors[title] for title in titles])
        kinds = self.kinds[titles]
        own, places = np.unique(kinds, return_inverse=True)
        genre = np.array([self._cosines_with(int(kind))[own] for kind in own])[places][:, places]
        has_decade, decades = self.has_decade[titles], self.decades[titles]
        same = has_decade[:, None] & has_decade & (decades[:, None] == decades)
        decade = np.where(same, weights.decade, 0.0)
        director = np.where(director > 0, weights.director, 0.0)
        return ((director + weights.actor * actor) + weights.genre * genre) + decade


def _in_order(people: list[int]) -> list[int]:
    """Each once, in their order."""
    return list(dict.fromkeys(people))


def _by_person(people: list[list[int]]) -> dict[int, np.ndarray]:
    found: dict[int, list[int]] = {}
    for title, of_title in enumerate(people):
        for person in of_title:
            found.setdefault(person, []).append(title)
    return {person: np.array(titles) for person, titles in found.items()}


def _in_common(people: list[list[int]]) -> np.ndarray:
    """How many each has in common with each."""
    by_person: dict[int, list[int]] = {}
    for place, of_place in enumerate(people):
        for person in of_place:
            by_person.setdefault(person, []).append(place)
    counts = np.zeros((len(people), len(people)))
    for places in by_person.values():
        if len(places) > 1:
            counts[np.ix_(places, places)] += 1.0
    return counts
