"""What schemathesis cannot read by itself: one JSON object a line."""

import json

import schemathesis


@schemathesis.deserializer("application/x-ndjson")
def ndjson(_context, response):
    """The text, of which each line is an object."""
    text = response.content.decode("utf-8")
    for line in text.splitlines():
        if not isinstance(json.loads(line), dict):
            raise ValueError(f"no object: {line}")
    return text
