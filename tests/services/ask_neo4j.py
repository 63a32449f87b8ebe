"""Exits with 0 when the Neo4j on the given port lets the user `neo4j` in and answers a query over Bolt."""

import os
import socket
import struct
import sys

HANDSHAKE = bytes.fromhex("6060b017" "00000404" "00000000" "00000000" "00000000")  # Bolt 4.4 and nothing else
HELLO, RUN, SUCCESS = 0x01, 0x10, 0x70


def pack(value):
    """PackStream, as far as it is needed: text and maps of fewer than 256 bytes and 16 entries."""
    if isinstance(value, str):
        text = value.encode()
        return struct.pack("BB", 0xD0, len(text)) + text
    return bytes([0xA0 + len(value)]) + b"".join(pack(k) + pack(v) for k, v in value.items())


def ask(stream, message, *fields):
    body = bytes([0xB0 + len(fields), message]) + b"".join(map(pack, fields))
    stream.write(struct.pack(">H", len(body)) + body + b"\0\0")
    stream.flush()
    (length,) = struct.unpack(">H", stream.read(2))
    answer = stream.read(length)
    stream.read(2)
    if answer[1] != SUCCESS:
        sys.exit(answer.decode(errors="replace"))


login = {
    "user_agent": "reelgraph-tests/1",
    "scheme": "basic",
    "principal": "neo4j",
    "credentials": os.environ["NEO4J_PASSWORD"],
}
with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=10) as connection:
    with connection.makefile("rwb") as stream:
        stream.write(HANDSHAKE)
        stream.flush()
        if stream.read(4) != bytes.fromhex("00000404"):
            sys.exit("no Bolt 4.4")
        ask(stream, HELLO, login)
        ask(stream, RUN, "RETURN 1", {}, {})
