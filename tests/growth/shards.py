"""Finds statements that name no shard key in the log of a mongod that logs all of them.

A statement names it if what it asks for can only be where one value of the key is, or each of a list: by the key itself, by
the whole `_id` that it is a part of, or by a range of these that begins and ends with the same value.
"""

import json

# The first field of each key; examples/growth/README.md has the whole commands.
KEYS = {
    "plays": "_id.profile",
    "watch_states": "_id.profile",
    "watched_titles": "_id.profile",
    "hidden_titles": "_id.profile",
    "watchlist": "_id.profile",
    "mutes": "_id.profile",
    "watch_log": "_id.log",
    "watch_log_folds": "_id",
    "watching_profiles": "_id",
    "import_rows": "_id.import",
    "usage_sittings": "_id",
    "usage_days": "_id.id",
}

# What asks all shards, by the collection and the fields that it asks for, and what for: work in the background, and what is
# rare. Nothing of what a viewer waits for is among it.
WALK = {"everything": "a page of a walk through all profiles", "_id": "the next page of that"}
MERGE = {"_id.title": "a film that is merged into another", "_id.profile _id.title": "the next page of that"}
SCATTERED = {
    "plays": WALK,
    "watch_states": WALK,
    "mutes": WALK,
    "hidden_titles": {**WALK, **MERGE},
    "watchlist": {**WALK, **MERGE},
    "watched_titles": {
        **WALK,
        **MERGE,
        "waiting_since": "what waits for the projector",
        "updated_at": "what was written since a moment, for projectors and exports",
        "$or updated_at": "the next page of that",
        "_id.title liked": "thumbs, counted for the order of lists",
        "_id.title is_series next_day": "who waits for episodes that were loaded",
    },
    "watch_log": {
        "number stream": "what waits to be folded of a stream",
        "stream": "whether there is anything of a stream that ended",
    },
    "watching_profiles": {
        "_id erased": "a page of who was erased, for the projector",
        "$or erased updated_at": "who was erased since a moment",
        "erased updated_at": "the first page of that",
    },
    "import_rows": {
        "profile": "what is exported, or erased, of a profile",
        "effect profile": "whether another import brought the same, while one is applied",
        "name profile": "the same by its name",
    },
    "usage_sittings": {"updated_at": "sittings that are over"},
    "usage_days": {
        "_id.day _id.kind": "statistics of all titles, for their owner",
        "$or _id.day _id.kind": "the next page of that",
    },
}

APP = "reelgraph"


def conditions(filter):
    """The fields of a filter with their conditions; those of `$and` beside the others."""
    for field, condition in filter.items():
        if field == "$and":
            for part in condition:
                yield from conditions(part)
        else:
            yield field, condition


def operators(condition):
    is_operators = isinstance(condition, dict) and any(name in condition for name in ("$in", "$eq", "$gt", "$gte", "$lt", "$lte"))
    return condition if is_operators else {"$eq": condition}


def names_key(filter, key):
    parent, _, child = key.partition(".")
    for field, condition in conditions(filter):
        if field == "$or":
            if all(names_key(part, key) for part in condition):
                return True
            continue
        told = operators(condition)
        if field == key and ("$eq" in told or "$in" in told or is_narrow(told)):
            return True
        if child and field == parent and names_child(told, child):
            return True
    return False


def is_narrow(told):
    return ("$gt" in told or "$gte" in told) and ("$lt" in told or "$lte" in told)


def names_child(told, child):
    values = [told["$eq"]] if "$eq" in told else told.get("$in")
    if values is not None:
        return all(isinstance(value, dict) and child in value for value in values)
    ends = [told.get(low, told.get(high)) for low, high in (("$gt", "$gte"), ("$lt", "$lte"))]
    return all(isinstance(end, dict) and child in end for end in ends) and ends[0][child] == ends[1][child]


def filters(collection, kind, command):
    """The collections and filters by which a statement asks; those of the stages that ask another collection, too."""
    if kind in ("update", "remove"):
        yield collection, command.get("q", {})
    elif "find" in command:
        yield collection, command.get("filter", {})
    elif "aggregate" in command:
        yield from filters_of(collection, command["pipeline"])
    elif "findAndModify" in command or "findandmodify" in command:
        yield collection, command.get("query", {})
    elif "distinct" in command or command.get("query"):
        # A count of everything is known without looking.
        yield collection, command.get("query", {})


def filters_of(collection, pipeline):
    first = pipeline[0] if pipeline else {}
    yield collection, first.get("$match", {})
    for stage in pipeline:
        if "$unionWith" in stage:
            yield from filters_of(stage["$unionWith"]["coll"], stage["$unionWith"]["pipeline"])
        if "$lookup" in stage and stage["$lookup"].get("localField", "_id") != "_id":
            yield stage["$lookup"]["from"], {}


def statements(log):
    for line in log:
        if b'"Slow query"' not in line:
            continue
        entry = json.loads(line)
        told = entry["attr"]
        if told.get("appName") != APP or "command" not in told:
            continue
        if "truncated" in entry:
            raise SystemExit(f"the log does not have all of a statement on {told['ns']}")
        _, _, collection = told["ns"].partition(".")
        yield from filters(collection, told["type"], told["command"])


def check():
    """What this finds, and what it does not let pass."""
    one, two = {"profile": 1, "title": 1}, {"profile": 2, "title": 1}
    for filter in [
        {"_id": one},
        {"_id.profile": 1, "title": 2},
        {"_id": {"$in": [one, two]}, "plays": {"$gt": 0}},
        {"_id": {"$gt": one, "$lte": {"profile": 1, "": {"$maxKey": 1}}}},
        {"$and": [{"title": 1}, {"_id.profile": {"$in": [1, 2]}}]},
        {"$or": [{"_id": one}, {"_id.profile": 2}]},
    ]:
        assert names_key(filter, "_id.profile"), filter
    for filter in [
        {},
        {"title": 1},
        {"_id.title": 1},
        {"_id.profile": {"$gt": 1}},
        {"_id": {"$gt": one}},
        {"_id": {"$gt": one, "$lte": two}},
        {"_id": {"$in": [one, {"title": 1}]}},
        {"$or": [{"_id": one}, {"title": 2}]},
    ]:
        assert not names_key(filter, "_id.profile"), filter


def is_routed(filter, key):
    """Whether `mongos` finds the key: by itself, or in one whole `_id`. In a list or a range of those it does not look."""
    parent, _, child = key.partition(".")
    if not child:
        return True
    for field, condition in conditions(filter):
        told = operators(condition)
        if field == key and ("$eq" in told or "$in" in told) or field == parent and "$eq" in told:
            return True
    return False


def examine(log):
    """How many statements there are on collections with a key, how many of these go to all shards although they name it, and
    one of each kind that names none and is in no list."""
    check()
    count, broadcast, without = 0, 0, {}
    for collection, filter in statements(log):
        key = KEYS.get(collection)
        if key is None:
            continue
        count += 1
        asked = " ".join(sorted({field for field, _ in conditions(filter)})) or "everything"
        if names_key(filter, key):
            broadcast += not is_routed(filter, key)
        elif asked not in SCATTERED.get(collection, {}):
            without[f"{collection} by {asked}"] = json.dumps(filter)[:300]
    return count, broadcast, without
