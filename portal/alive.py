"""`python -m portal.alive`: exit code 0 if the web server in this container answers; for container health checks."""

from __future__ import annotations

import http.client
import os
import sys


def own_host() -> str:
    """A name the portal answers to: Django refuses requests for any other."""
    first = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip()
    return "localhost" if first in ("", "*") else first.removeprefix(".")


def is_alive(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", "/healthz", headers={"Host": own_host()})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (http.client.HTTPException, OSError):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(not is_alive(int(os.environ.get("PORT", "8000"))))
