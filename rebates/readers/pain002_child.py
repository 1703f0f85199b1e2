"""`python -m rebates.readers.pain002_child`: reads a bank's answer in a process of its own (`common.limited`).

Standard input: a line of arguments, of which there are none, then the file. Standard output: one record, `A` the
answer as JSON or `U` why the file is none.
"""

from __future__ import annotations

import logging
import sys

from rebates.readers.pain002 import NotAnAnswer, parse, to_json
from sales.readers.telling import record, tell


def serve() -> None:
    logging.disable()
    sys.stdin.buffer.readline()
    try:
        record(sys.stdout.buffer, b"A", to_json(parse(sys.stdin.buffer.read())))
    except NotAnAnswer as refusal:
        tell(sys.stdout.buffer, b"U", {"text": refusal.text, "values": refusal.values})


if __name__ == "__main__":
    serve()
