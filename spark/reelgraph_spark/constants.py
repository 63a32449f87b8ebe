"""The constants of the computation, which the server has too: a test of it compares them with the file."""

import json
from pathlib import Path

CONSTANTS = json.loads(Path(__file__).with_name("constants.json").read_text(encoding="utf-8"))

MAX_HISTORY = CONSTANTS["max_history"]
EDGES = CONSTANTS["edges"]
NEXT_TITLES = CONSTANTS["next_titles"]
ROOM = CONSTANTS["room"]
LEAST_COUNTS = CONSTANTS["least_counts"]
PRIOR_WATCHERS = float(CONSTANTS["prior_watchers"])
KNOWN_TITLE = CONSTANTS["known_title"]
PAGE_DAMPING = CONSTANTS["page_damping"]
START_POWER = CONSTANTS["start_power"]
END_POWER = CONSTANTS["end_power"]
SHRINKAGE = float(CONSTANTS["shrinkage"])
REGULARISATION = float(CONSTANTS["regularisation"])
DAMPING = CONSTANTS["damping"]
NOT_LIKED = CONSTANTS["not_liked"]
NEXT = float(CONSTANTS["next"])
METADATA = CONSTANTS["metadata"]
UNKNOWN = float(CONSTANTS["unknown"])


class Weights:
    """What metadata in common weighs, in watches of both."""

    def __init__(self, place: str):
        self.director = float(CONSTANTS[f"{place}_director"])
        self.actor = float(CONSTANTS[f"{place}_actor"])
        self.genre = float(CONSTANTS[f"{place}_genre"])
        self.decade = float(CONSTANTS[f"{place}_decade"])


FOR_VIEWERS = Weights("viewers")
ON_PAGES = Weights("pages")
ON_UNKNOWN_PAGES = Weights("unknown_pages")
