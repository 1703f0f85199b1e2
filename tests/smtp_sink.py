"""A mail server for tests that speaks real SMTP and keeps what it took. Some addresses behave badly on purpose.

What is before the @ says how, whatever digits follow: `BEHAVIOURS`. `greeting` and `hello` are for everybody who
connects, and None says nothing at all; `sender_code` is for every sender.
"""

from __future__ import annotations

import contextlib
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

BEHAVIOURS = {
    "refuse": "refused for good when the recipient is named",
    "later": "refused for now when the recipient is named",
    "mute": "no answer when the recipient is named",
    "hangs-up": "the connection is closed when the message is to be sent",
    "refuse-content": "refused for good after the message",
    "later-content": "refused for now after the message",
    "mute-content": "no answer after the message, which is kept",
    "dropped": "the connection is closed after the message, which is kept",
}
ANSWERS = {"refuse": "550 no such box", "later": "451 come back"}
ANSWERS_TO_CONTENT = {"refuse-content": "554 not like this", "later-content": "452 come back"}


def behaviour(recipient: str) -> str:
    return recipient.partition("@")[0].rstrip("0123456789")


class Session(socketserver.StreamRequestHandler):
    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        sink: Sink = self.server.sink  # type: ignore[attr-defined]
        with sink.session(), contextlib.suppress(ConnectionError):
            if sink.greeting is None:
                self._say_nothing()
                return
            self.say(sink.greeting)
            if sink.greeting.startswith("220"):
                self._converse(sink)

    def _converse(self, sink: Sink) -> None:
        recipient = ""
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb in ("EHLO", "HELO"):
                if sink.hello is None:
                    self._say_nothing()
                    return
                self.say(sink.hello)
            elif verb == "MAIL":
                self.say(f"{sink.sender_code} sender")
            elif verb == "RCPT":
                recipient = line.partition("<")[2].partition(">")[0]
                if behaviour(recipient) == "mute":
                    self._say_nothing()
                    return
                self.say(ANSWERS.get(behaviour(recipient), "250 ok"))
            elif verb == "DATA":
                if not self._take(sink, recipient):
                    return
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def _say_nothing(self) -> None:
        """Until the other side has had enough."""
        while self.rfile.readline():
            pass

    def _take(self, sink: Sink, recipient: str) -> bool:
        """False: the connection is over."""
        how = behaviour(recipient)
        if how == "hangs-up":
            return False
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False  # a message without its end was not sent
            lines.append(line.removeprefix(b"."))
        if how in ANSWERS_TO_CONTENT:
            self.say(ANSWERS_TO_CONTENT[how])
            return True
        sink.take(recipient, b"".join(lines))
        if how == "dropped":
            return False
        if how == "mute-content":
            self._say_nothing()
            return False
        self.say("250 taken")
        return True


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64


class Sink:
    """`connections`: how many there have been."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, EmailMessage]] = []
        self.contents: list[bytes] = []
        self.sender_code = 250
        self.greeting: str | None = "220 sink"
        self.hello: str | None = "250 sink"
        self.connections = 0
        self._open = 0
        self._lock = threading.Lock()
        self.server = Server(("127.0.0.1", 0), Session)
        self.server.sink = self  # type: ignore[attr-defined]

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    @property
    def recipients(self) -> list[str]:
        return [recipient for recipient, _message in self.taken]

    @property
    def by_message_id(self) -> Counter[str]:
        """How often each message was taken."""
        return Counter(str(message["Message-ID"]) for _recipient, message in self.taken)

    @contextmanager
    def session(self) -> Iterator[None]:
        with self._lock:
            self.connections += 1
            self._open += 1
        try:
            yield
        finally:
            with self._lock:
                self._open -= 1

    def wait_until_quiet(self, seconds: float = 20) -> None:
        """Until whatever was sent before is taken: a killed sender leaves lines behind that are still to be read."""
        until = time.monotonic() + seconds
        while self._open:
            assert time.monotonic() < until, "connections are still open"
            time.sleep(0.01)

    def take(self, recipient: str, content: bytes) -> None:
        message = message_from_bytes(content, policy=policy.default)
        with self._lock:
            self.taken.append((recipient, message))
            self.contents.append(content)


@contextmanager
def running_sink() -> Iterator[Sink]:
    sink = Sink()
    thread = threading.Thread(target=sink.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        sink.server.shutdown()
        sink.server.server_close()
        thread.join()
