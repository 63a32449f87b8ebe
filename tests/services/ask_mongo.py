"""Exits with 0 once the mongod on the given port takes writes, and makes it a replica set of one until then.

There is no MongoDB shell in the wheel; its protocol needs no more than this.
"""

import socket
import struct
import sys

OP_MSG = 2013


def bson(document):
    elements = b""
    for name, value in document.items():
        name = name.encode() + b"\0"
        if isinstance(value, list):
            elements += b"\x04" + name + bson({str(i): item for i, item in enumerate(value)})
        elif isinstance(value, dict):
            elements += b"\x03" + name + bson(value)
        elif isinstance(value, int):
            elements += b"\x10" + name + struct.pack("<i", value)
        else:
            text = value.encode() + b"\0"
            elements += b"\x02" + name + struct.pack("<i", len(text)) + text
    return struct.pack("<i", len(elements) + 5) + elements + b"\0"


def run(stream, command):
    """The raw answer to a command on the database `admin`."""
    body = struct.pack("<IB", 0, 0) + bson({**command, "$db": "admin"})
    stream.write(struct.pack("<4i", 16 + len(body), 1, 0, OP_MSG) + body)
    stream.flush()
    (length,) = struct.unpack("<i", stream.read(4))
    return stream.read(length - 4)


def ask(port, command):
    """The raw answer to a command from the mongod on a port of this machine."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        with connection.makefile("rwb") as stream:
            return run(stream, command)


def is_primary(port):
    return b"\x08isWritablePrimary\0\x01" in ask(port, {"hello": 1})


if __name__ == "__main__":
    port = int(sys.argv[1])
    if is_primary(port):
        sys.exit(0)
    member = {"_id": 0, "host": f"127.0.0.1:{port}"}
    # Refused, which does no harm, when it was done before.
    ask(port, {"replSetInitiate": {"_id": "rs0", "members": [member]}})
    sys.exit(1)
