"""Who watched what, packed into arrays in files, which all workers map into memory: 17 bytes a watch."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse

from .constants import NEXT_TITLES


@dataclass
class Together:
    """What was watched by the viewers of one title: a number for each title."""

    both: np.ndarray  # how many viewers they share
    liked: np.ndarray  # how many of those liked the title itself
    next: np.ndarray  # how often the other was one of the next few


class Histories:
    """What each profile watched, one profile after the other, in the order of watching."""

    def __init__(self, arrays: dict[str, np.ndarray]):
        self.arrays = arrays
        self.titles = arrays["titles"]
        self.liked = arrays["liked"]
        # Where the history of each profile begins, and the end of the last.
        self.starts = arrays["starts"]
        self.watchers = arrays["watchers"]
        # Where each title stands in the histories, title by title, and whose history that is.
        self.places = arrays["places"]
        self.profile_of = arrays["profile_of"]
        self.size = len(self.watchers)
        self.place_starts = np.concatenate(([0], np.cumsum(self.watchers)))
        self.matrix = sparse.csr_array(
            (arrays["ones"], self.titles, self.starts), shape=(len(self.starts) - 1, self.size)
        )

    @staticmethod
    def of(titles: np.ndarray, liked: np.ndarray, starts: np.ndarray, size: int) -> "Histories":
        """Of the numbers of titles, whether they were liked, and where profiles begin; of so many titles."""
        kind = starts.dtype
        arrays = {
            "titles": titles.astype(kind),
            "liked": liked,
            "starts": starts,
            "watchers": np.bincount(titles, minlength=size).astype(np.int64),
            "places": np.argsort(titles, kind="stable").astype(kind),
            "profile_of": np.repeat(np.arange(len(starts) - 1, dtype=kind), np.diff(starts)),
            "ones": np.ones(len(titles), dtype=np.int32),
        }
        return Histories(arrays)

    def save(self, folder: Path) -> None:
        for name, array in self.arrays.items():
            np.save(folder / f"histories-{name}.npy", array)

    @staticmethod
    def load(folder: Path) -> "Histories":
        paths = folder.glob("histories-*.npy")
        names = {path.stem.removeprefix("histories-"): path for path in paths}
        # Plain arrays on the same memory: slices of them are quicker.
        return Histories({name: np.asarray(np.load(path, mmap_mode="r")) for name, path in names.items()})

    def together(self, titles: range):
        """Counts for each of some titles that follow each other."""
        pieces = [self.places[self.place_starts[title] : self.place_starts[title + 1]] for title in titles]
        both = self._count(pieces)
        liked = self._count([piece[self.liked[piece] > 0] for piece in pieces])
        for at, piece in enumerate(pieces):
            yield (
                titles[at],
                Together(_dense(both, at, self.size), _dense(liked, at, self.size), self._next(piece)),
            )

    def _count(self, pieces: list[np.ndarray]) -> sparse.csr_array:
        """How often each title was watched by the profiles in whose histories these places are."""
        starts = np.concatenate(([0], np.cumsum([len(piece) for piece in pieces])))
        profiles = np.concatenate([self.profile_of[piece] for piece in pieces])
        viewers = sparse.csr_array(
            (np.ones(len(profiles), dtype=np.int32), profiles, starts.astype(profiles.dtype)),
            shape=(len(pieces), self.matrix.shape[0]),
        )
        return viewers @ self.matrix

    def _next(self, piece: np.ndarray) -> np.ndarray:
        ends = self.starts[self.profile_of[piece] + 1]
        found = [self.titles[piece[piece + distance < ends] + distance] for distance in range(1, NEXT_TITLES + 1)]
        return np.bincount(np.concatenate(found), minlength=self.size)


def _dense(counts: sparse.csr_array, row: int, size: int) -> np.ndarray:
    found = np.zeros(size, dtype=np.int64)
    of_row = slice(counts.indptr[row], counts.indptr[row + 1])
    found[counts.indices[of_row]] = counts.data[of_row]
    return found
