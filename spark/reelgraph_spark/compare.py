"""python -m reelgraph_spark.compare ONE OTHER: whether two generations have the same edges, and all numbers the same but for
roundings; exit status 1 if they do not."""

import argparse
import json
import sys
from pathlib import Path

PARTS = ("weight", "director", "actor", "genre", "affinity")
TOLERANCE = 1e-9
"""Of the size of the number itself."""
EXAMPLES = 10


def edges(folder: Path) -> dict[tuple[str, str], dict]:
    """The edges of a generation, by their ends."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    found = {}
    for file in manifest["files"]:
        with open(folder / file["name"], encoding="utf-8") as lines:
            for line in lines:
                edge = json.loads(line)
                found[edge["from"], edge["to"]] = edge
    return found


def differences(one: dict, other: dict, tolerance: float) -> tuple[list[str], float]:
    """What differs, and the greatest deviation there is."""
    found = [f"{key[0]} to {key[1]} is in the first alone" for key in one.keys() - other.keys()]
    found += [f"{key[0]} to {key[1]} is in the second alone" for key in other.keys() - one.keys()]
    greatest = 0.0
    for key in one.keys() & other.keys():
        a, b = one[key], other[key]
        if a["co_watches"] != b["co_watches"]:
            found.append(f"{key}: {a['co_watches']} and {b['co_watches']} watched both")
        for part in PARTS:
            x, y = a.get(part, 0.0), b.get(part, 0.0)
            if x == y:
                continue
            deviation = abs(x - y) / max(abs(x), abs(y))
            greatest = max(greatest, deviation)
            if deviation > tolerance:
                found.append(f"{key}: the {part} is {x!r} and {y!r}")
    return found, greatest


def main() -> int:
    parser = argparse.ArgumentParser(prog="reelgraph_spark.compare", description=__doc__)
    parser.add_argument("one", type=Path)
    parser.add_argument("other", type=Path)
    parser.add_argument("--within", type=float, default=TOLERANCE, help="of the size of a number")
    arguments = parser.parse_args()
    one, other = edges(arguments.one), edges(arguments.other)
    found, greatest = differences(one, other, arguments.within)
    for difference in found[:EXAMPLES]:
        print(difference)
    print(f"{len(one)} and {len(other)} edges, {len(found)} differences; the greatest deviation is {greatest:.1e}")
    return 1 if found or not one else 0


if __name__ == "__main__":
    sys.exit(main())
