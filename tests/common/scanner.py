"""A small clamd: a server that speaks its INSTREAM, well or badly."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

VIRUS = b"a virus, for tests"


def read_all(connection: socket.socket, most: int = 50_000_000) -> bytes:
    """What is sent until its end; as clamd, not more than `most`. Raises `OverflowError`."""
    file = connection.makefile("rb")
    assert file.readline() == b"nINSTREAM\n"
    content = bytearray()
    while size := struct.unpack("!L", file.read(4))[0]:
        content += file.read(size)
        if len(content) > most:
            raise OverflowError
    return bytes(content)


def answer(connection: socket.socket) -> None:
    found = VIRUS in read_all(connection)
    connection.sendall(b"stream: Test.Virus-1 FOUND\n" if found else b"stream: OK\n")


def answer_up_to_1000_bytes(connection: socket.socket) -> None:
    try:
        read_all(connection, most=1_000)
    except OverflowError:
        connection.sendall(b"INSTREAM size limit exceeded. ERROR\n")
    else:
        connection.sendall(b"stream: OK\n")


def answer_error(connection: socket.socket) -> None:
    read_all(connection)
    connection.sendall(b"stream: Can't allocate memory ERROR\n")


def answer_nonsense(connection: socket.socket) -> None:
    read_all(connection)
    connection.sendall(b"\xff\xfe is this OK?\n")


def answer_half(connection: socket.socket) -> None:
    read_all(connection)
    connection.sendall(b"stream: O")


def close_at_once(_connection: socket.socket) -> None:
    pass


def close_after_reading(connection: socket.socket) -> None:
    read_all(connection)


def hang(connection: socket.socket) -> None:
    read_all(connection)
    connection.recv(1)


def read_nothing(connection: socket.socket) -> None:
    threading.Event().wait(5)


def trickle(connection: socket.socket) -> None:
    read_all(connection)
    with suppress(OSError):
        while True:
            connection.sendall(b".")
            threading.Event().wait(0.05)


@contextmanager
def scanner(behave: Callable[[socket.socket], None], path: Path | None = None) -> Iterator[str]:
    """The address of a scanner that treats each connection so."""
    server = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
    server.bind(str(path) if path else ("127.0.0.1", 0))
    server.listen()

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _address = server.accept()
                threading.Thread(target=one, args=(connection,), daemon=True).start()

    def one(connection: socket.socket) -> None:
        with connection, suppress(OSError, struct.error):
            behave(connection)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"unix://{path}" if path else f"tcp://127.0.0.1:{server.getsockname()[1]}"
    finally:
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()
