"""Sets the checkout up: `python3 -m portal.setup run|all`. Needs nothing but Python 3.11.

`run` installs what `make run` needs, `all` what tests and checks need on top. Every step is marked done by the hash of
what went into it, so an interrupted set-up continues and a finished one costs nothing. Packages are pinned and checked
by hash. It runs before anything is installed: standard library only.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import time
import venv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NoReturn

from portal.children import die_with_parent

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = ROOT / "var" / "setup.log"
OLDEST_NODE = 20
# Each with everything that holds it too.
LOADED_BY_CHILDREN = ("lxml", "openpyxl", "pikepdf", "PIL", "pypdfium2", "pypdfium2_raw")
PACKAGES = {"run": ("requirements-run.lock", "requirements-dev.lock"), "all": ("requirements-dev.lock",)}

ENVIRONMENT = {
    **os.environ,
    "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_USER": "0",
    "UV_PYTHON_DOWNLOADS": "never",
}
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)
# uv does not read pip's settings: a mirror named for one is meant for both.
if "PIP_INDEX_URL" in ENVIRONMENT:
    ENVIRONMENT.setdefault("UV_DEFAULT_INDEX", ENVIRONMENT["PIP_INDEX_URL"])
# Neither do uv and Node know the certificates a company has added to its machines, which pip does.
if ssl.create_default_context().get_ca_certs() or any(Path(ssl.get_default_verify_paths().openssl_capath).glob("*.0")):
    ENVIRONMENT.setdefault("UV_SYSTEM_CERTS", "true")
    ENVIRONMENT.setdefault("NODE_USE_SYSTEM_CA", "1")

_running: list[subprocess.Popen[bytes]] = []


class SetupError(Exception):
    """Set-up cannot go on. The message is one line for the person at the terminal."""


def say(text: str) -> None:
    print(f"set-up: {text}", flush=True)


def digest(paths: Iterable[Path], *more: str) -> str:
    """Fingerprint of the files' names and contents."""
    whole = hashlib.sha256("\0".join(more).encode())
    for path in sorted(paths):
        whole.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


def is_done(mark: Path, fingerprint: str) -> bool:
    try:
        return mark.read_text() == fingerprint
    except OSError:
        return False


def start(*command: str | Path) -> subprocess.Popen[bytes]:
    """Start a command in a process group of its own, its output in the log."""
    with LOG.open("ab") as log:
        log.write(f"\n$ {' '.join(map(str, command))}\n".encode())
        log.flush()
        try:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )
        except OSError as error:
            raise SetupError(f"{Path(command[0]).name} cannot be started: {error.strerror}.") from error
    _running.append(process)
    return process


def finish(process: subprocess.Popen[bytes], what: str) -> None:
    """Wait for it. Where it fails, the line of its output that says most is passed on."""
    if process.wait() != 0:
        lines = [line.strip() for line in LOG.read_text(errors="replace").splitlines() if line.strip()]
        said = [line for line in lines if not line.startswith("$ ")] or ["it said nothing"]
        telling = [line for line in said if re.search(r"\berr(or)?\b|ERR!", line, re.IGNORECASE)]
        raise SetupError(f"{what} failed: {(telling or said[-1:])[0]} (all of it in {LOG.relative_to(ROOT)})")
    _running.remove(process)


def do(what: str, *command: str | Path) -> None:
    finish(start(*command), what)


def stop_what_runs() -> None:
    for process in _running:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One set-up at a time in this checkout; a second one waits and then finds everything done."""
    LOG.parent.mkdir(exist_ok=True)
    with (LOG.parent / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up is at work in this folder, waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def venv_works() -> bool:
    with contextlib.suppress(OSError):
        script = "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))"
        return subprocess.run([PYTHON, "-c", script], capture_output=True, check=False).returncode == 0
    return False


def install_installer() -> None:
    """The virtual environment and in it uv."""
    lock = ROOT / "requirements-installer.lock"
    # With its place: the programs in an environment that was moved or copied point to where it was.
    mark, fingerprint = VENV / ".installer", digest([lock], str(ROOT))
    works = venv_works()
    if is_done(mark, fingerprint) and works:
        return
    say("creating the Python environment")
    new = mark.exists() or not works
    pip: list[str | Path]
    if importlib.util.find_spec("pip"):
        # Quicker than a pip of its own in the environment.
        pip = [sys.executable, "-m", "pip", "--python", PYTHON]
        if new:
            venv.create(VENV, clear=True, with_pip=False, symlinks=True)
    else:
        pip = [PYTHON, "-m", "pip"]
        if not importlib.util.find_spec("ensurepip"):
            raise SetupError(
                "this Python has neither pip nor ensurepip: install them (Debian, Ubuntu: apt install python3-venv)."
            )
        if new:
            venv.create(VENV, clear=True, with_pip=True, symlinks=True)
    do("installing uv", *pip, "install", "--quiet", "--require-hashes", "--requirement", lock)
    mark.write_text(fingerprint)


def uv_install(what: str, lock_name: str, *wider: str) -> None:
    """Install what the lock file names, unless it was, or a wider one."""
    marks = {VENV / f".{Path(name).stem}": digest([ROOT / name], sys.version) for name in (lock_name, *wider)}
    if any(is_done(mark, fingerprint) for mark, fingerprint in marks.items()):
        return
    say(f"installing {what}")
    uv: list[str | Path] = [VENV / "bin" / "uv", "pip", "install", "--quiet", "--python", PYTHON]
    do(f"installing {what}", *uv, "--no-build", "--require-hashes", "--requirement", ROOT / lock_name)
    mark, fingerprint = next(iter(marks.items()))
    mark.write_text(fingerprint)


def has_node() -> bool:
    """Whether the machine's own Node and npm, or those in the environment, are there and young enough."""
    node, npm = (shutil.which(name, path=ENVIRONMENT["PATH"]) for name in ("node", "npm"))
    if not node or not npm:
        return False
    try:
        done = subprocess.run([node, "--version"], env=ENVIRONMENT, capture_output=True, text=True, check=False)
    except OSError:
        return False
    found = re.match(r"v(\d+)\.", done.stdout)
    return found is not None and int(found[1]) >= OLDEST_NODE


class FrontEnd:
    """Packages from npm, then one build into `static/dist`."""

    def __init__(self) -> None:
        lock = [ROOT / "package.json", ROOT / "package-lock.json"]
        sources = [path for path in (ROOT / "frontend").rglob("*") if path.is_file()]
        self.packages_mark, self.packages = ROOT / "node_modules" / ".done", digest(lock)
        self.built_mark = ROOT / "static" / "dist" / ".done"
        self.built = digest([*lock, *sources, ROOT / "common" / "icons.json"])
        self.process: subprocess.Popen[bytes] | None = None

    def is_built(self) -> bool:
        return is_done(self.built_mark, self.built)

    def start_installing(self) -> None:
        if self.process is None and not is_done(self.packages_mark, self.packages):
            say("installing the front end's packages")
            self.process = start("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")

    def build(self) -> None:
        self.start_installing()
        if self.process is not None:
            finish(self.process, "installing the front end's packages")
            self.packages_mark.write_text(self.packages)
        say("building the front end")
        do("building the front end", "npm", "run", "--silent", "build")
        self.built_mark.write_text(self.built)


def compile_for_children() -> None:
    """What only children of the readers load: they may write no file, and would compile it anew each time."""
    own = [ROOT / "common" / "limited.py", *(ROOT / "sales" / "readers").rglob("*.py")]
    mark, fingerprint = VENV / ".children", digest([ROOT / "requirements-run.lock", *own], sys.version)
    if is_done(mark, fingerprint):
        return
    packages = [path for name in LOADED_BY_CHILDREN for path in VENV.glob(f"lib/python*/site-packages/{name}")]
    do("compiling what readers load", PYTHON, "-m", "compileall", "-q", *packages, *own)
    mark.write_text(fingerprint)


def compile_translations() -> None:
    catalogs = list((ROOT / "locale").glob("*/LC_MESSAGES/*.po"))
    mark, fingerprint = ROOT / "var" / "translations.done", digest(catalogs)
    if is_done(mark, fingerprint) and all(path.with_suffix(".mo").exists() for path in catalogs):
        return
    do("compiling the translations", PYTHON, "-m", "portal.i18n", "compile")
    mark.write_text(fingerprint)


def set_up(scope: str) -> None:
    if VENV.is_symlink():
        # Creating it anew would empty what it points to, which others may work with.
        raise SetupError(
            f"{VENV.name} is a link to {VENV.readlink()}: remove the link, and a folder is made in its place."
        )
    front_end = FrontEnd()
    if not front_end.is_built() and has_node():
        front_end.start_installing()
    install_installer()
    uv_install("Python packages", *PACKAGES[scope])
    if not front_end.is_built():
        if not has_node():
            uv_install(f"Node, as there is none from version {OLDEST_NODE} on here", "requirements-node.lock")
        front_end.build()
    compile_for_children()
    compile_translations()


def interrupted(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def main() -> int:
    begun = time.monotonic()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    if not (3, 11) <= sys.version_info[:2] < (3, 15):
        found = ".".join(map(str, sys.version_info[:2]))
        print(
            f"set-up: Python 3.11 to 3.14 is needed, this is {found}: name one with `make PYTHON=…`.", file=sys.stderr
        )
        return 1
    try:
        with alone():
            LOG.write_bytes(b"")
            set_up(sys.argv[1])
    except KeyboardInterrupt:
        print("set-up: interrupted; run it again to continue.", file=sys.stderr)
        return 130
    except (SetupError, OSError) as error:
        print(f"set-up: {error}", file=sys.stderr)
        return 1
    finally:
        stop_what_runs()
    if (seconds := time.monotonic() - begun) > 1:
        say(f"done in {seconds:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
