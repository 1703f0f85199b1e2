"""Catalogs of translations without GNU gettext: `python -m portal.i18n extract | update | compile | check`.

English is the language of the code, German the one translated to. Texts come from Python (`gettext` and its relatives,
and the marker `_n` of `common.sentences`) and from every template. The catalog carries neither dates nor line numbers,
so that a change of a text is all that a diff shows. Compiled catalogs are not in git; `compile` costs nothing when they
are current.

Packages bring German of their own. Where theirs does not address people as the portal does, the catalog overrides it
with an entry marked `#. overrides <package>`.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("de",)
SOURCES = (
    "portal", "common", "programs", "partners", "trainings", "sales", "rebates", "invoices", "tiers", "deals", "leads",
    "funds", "templates",
)  # fmt: skip
KEYWORDS = {
    "_": None,
    "_n": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# The parts of packages that people see, relative to the package.
PACKAGES = {
    "allauth": (
        "account",
        "core",
        "mfa",
        "usersessions",
        "templates/account",
        "templates/allauth",
        "templates/mfa",
        "templates/usersessions",
    ),
}
OVERRIDES = "overrides "
FAMILIAR = re.compile(
    r"\b(du|dich|dir|dein(e[mnrs]?)?|euch|euer|eure[mnrs]?|gib|wähle|versuche|kontaktiere|bestätige|klicke?)\b",
    re.IGNORECASE,
)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+[^{}]*\}")
NOISE = re.compile(
    rb'^"(Project-Id-Version|Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team'
    rb"|Generated-By): .*\n",
    re.MULTILINE,
)

Key = tuple[str, str | None]


def _key(message: Message) -> Key:
    """What identifies a message: its (singular) text and its context."""
    return (message.id[0] if isinstance(message.id, tuple | list) else message.id), message.context


def _python_of(path: Path) -> bytes:
    """Source of a file as the extractor reads it; templates become calls of gettext, one message to a line."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text.encode()
    lines = templatize(text, origin=str(path)).splitlines()
    return "\n".join(line.strip() for line in lines if not line.lstrip().startswith("#")).encode()


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and not {"migrations", "tests"} & set(path.parts):
                yield path


def extract_from(folders: Iterable[Path], root: Path) -> Catalog:
    """All texts of these folders, each with the files it stands in (relative to `root`)."""
    catalog = Catalog(charset="utf-8")
    for path in _files(folders):
        found = extract("python", io.BytesIO(_python_of(path)), keywords=KEYWORDS, options={"encoding": "utf-8"})
        for _line, text, _comments, context in found:
            if text and text != ("", ""):
                catalog.add(text, locations=[(path.relative_to(root).as_posix(), 0)], context=context)
    return catalog


def extract_all(root: Path = ROOT) -> Catalog:
    """All texts of the portal."""
    return extract_from([root / name for name in SOURCES if (root / name).is_dir()], root)


def catalog_path(language: str, root: Path = ROOT) -> Path:
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def read(path: Path, language: str) -> Catalog:
    """A catalog file; an empty one where there is none yet."""
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def write(catalog: Catalog, path: Path) -> None:
    """Sorted by text, without what changes from run to run."""
    out = io.BytesIO()
    write_po(out, catalog, width=110, sort_output=True, ignore_obsolete=True, include_lineno=False, omit_header=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(NOISE.sub(b"", out.getvalue()))


def _overridden(message: Message) -> str | None:
    """The package whose German this message replaces."""
    return next((text.removeprefix(OVERRIDES) for text in message.auto_comments if text.startswith(OVERRIDES)), None)


def _package_folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise LookupError(f"The package {package} is not installed.")
    return Path(spec.origin).parent


@cache
def _of_package(package: str, language: str) -> Catalog:
    path = _package_folder(package) / "locale" / language / "LC_MESSAGES" / "django.po"
    return read(path, language)


def update(language: str, root: Path = ROOT) -> Catalog:
    """Bring the catalog up to the texts: new ones empty, gone ones dropped, overrides of packages kept."""
    path = catalog_path(language, root)
    old = read(path, language)
    fresh = Catalog(locale=language, fuzzy=False)
    fresh.header_comment = (
        "# German texts of the portal. Written by `python -m portal.i18n update`; translations by hand."
    )
    for message in extract_all(root):
        if message.id:
            known = old.get(message.id, context=message.context)
            files = sorted({file for file, _line in message.locations})
            fresh.add(
                message.id,
                known.string if known and known.pluralizable == message.pluralizable else None,
                locations=[(file, 0) for file in files],
                flags={flag for flag in known.flags if flag == "fuzzy"} if known else (),
                user_comments=known.user_comments if known else (),
                context=message.context,
            )
    for message in old:
        if message.id and _overridden(message) and fresh.get(message.id, context=message.context) is None:
            fresh.add(message.id, message.string, auto_comments=message.auto_comments, context=message.context)
    write(fresh, path)
    return fresh


def compile_catalog(language: str, root: Path = ROOT) -> bool:
    """Write the .mo if the .po is newer; says whether it did."""
    source = catalog_path(language, root)
    target = source.with_suffix(".mo")
    if not source.exists() or (target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns):
        return False
    out = io.BytesIO()
    write_mo(out, read(source, language))
    partial = target.with_suffix(".mo.new")
    partial.write_bytes(out.getvalue())
    partial.replace(target)
    return True


# --- check ----------------------------------------------------------------------------------------------------


def _strings(message: Message) -> list[str]:
    strings = message.string if isinstance(message.string, tuple | list) else [message.string]
    return [text or "" for text in strings]


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text.replace("%%", "")))


def _faults_of(message: Message, where: str) -> Iterator[str]:
    name = f"{_key(message)[0]!r} ({where})"
    if message.fuzzy:
        yield f"fuzzy: {name}"
    if not all(_strings(message)):
        yield f"missing: {name}"
        return
    ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
    wanted = set[str]().union(*(_placeholders(text) for text in ids))
    for text in _strings(message):
        # A singular may leave the number out ("one thing needs …"), nothing may come from nowhere.
        required = _placeholders(ids[-1]) if not message.pluralizable else set()
        if _placeholders(text) - wanted or required - _placeholders(text):
            yield f"placeholders differ: {name}: {text!r}"


def check_catalog(language: str, root: Path = ROOT) -> list[str]:
    """What is missing, fuzzy, stale or has other placeholders than the text."""
    catalog = read(catalog_path(language, root), language)
    texts = {_key(message): message for message in extract_all(root) if message.id}
    faults = []
    for key, message in texts.items():
        where = ", ".join(sorted({file for file, _line in message.locations}))
        known = catalog.get(message.id, context=message.context)
        if known is None or known.pluralizable != message.pluralizable:
            faults.append(f"missing: {key[0]!r} ({where})")
        else:
            faults += _faults_of(known, where)
    for message in catalog:
        if not message.id or _key(message) in texts:
            continue
        package = _overridden(message)
        if package is None:
            faults.append(f"stale: {_key(message)[0]!r}")
        elif _of_package(package, language).get(message.id, context=message.context) is None:
            faults.append(f"stale: {package} no longer has {_key(message)[0]!r}")
        else:
            faults += _faults_of(message, package)
    return faults


def check_package(package: str, language: str, root: Path = ROOT) -> list[str]:
    """What people would see of a package untranslated, or translated with a familiar "du"."""
    ours = read(catalog_path(language, root), language)
    theirs = _of_package(package, language)
    folder = _package_folder(package)
    faults = []
    for message in extract_from([folder / part for part in PACKAGES[package]], folder):
        if not message.id:
            continue
        own = ours.get(message.id, context=message.context)
        if own is not None and all(_strings(own)):
            continue
        known = theirs.get(message.id, context=message.context)
        name = f"{package}: {_key(message)[0]!r}"
        if known is None or known.fuzzy or not all(_strings(known)):
            faults.append(f"not translated in {name}")
        elif language == "de" and any(FAMILIAR.search(text) for text in _strings(known)):
            faults.append(f"addresses people as du in {name}: {_strings(known)[0]!r}")
    return faults


def check(language: str, root: Path = ROOT) -> list[str]:
    """All faults of a language; none means complete."""
    faults = check_catalog(language, root)
    for package in PACKAGES:
        faults += check_package(package, language, root)
    return faults


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m portal.i18n", description=(__doc__ or "").split("\n", 1)[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("extract", help="print all texts as a template for translations")
    commands.add_parser("update", help="bring the catalogs up to the texts of the code")
    commands.add_parser("compile", help="write the binary catalogs where they are not current")
    commands.add_parser("check", help="fail on missing, fuzzy or stale texts and on differing placeholders")
    command = parser.parse_args(arguments).command
    if command == "extract":
        out = io.BytesIO()
        write_po(out, extract_all(), width=110, sort_output=True, include_lineno=False)
        sys.stdout.write(NOISE.sub(b"", out.getvalue()).decode())
        return 0
    faults: list[str] = []
    for language in LANGUAGES:
        if command == "update":
            catalog = update(language)
            open_texts = sum(1 for message in catalog if message.id and not all(_strings(message)))
            print(f"{language}: {len(catalog)} texts, {open_texts} without a translation")
        elif command == "compile":
            compile_catalog(language)
        else:
            faults += [f"{language}: {fault}" for fault in check(language)]
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        print(f"{len(faults)} faults in the translations", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
