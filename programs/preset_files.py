"""Presets: a vendor's whole program as one YAML file that a channel manager can read.

The files beside this module (`presets/*.yaml`) are examples to start from; any other file of the same shape will do.
Nothing here touches the database; `programs.preset_loading` puts a preset into it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    PlainValidator,
    StringConstraints,
    model_validator,
)
from pydantic import ValidationError as PydanticError

from common.access import OWNER, PARTNER_FINANCE, SALES, TECHNICIAN
from common.sentences import _n
from programs import criteria, plain_yaml
from programs.document_errors import InvalidDocument, Problem, problems_of, refuse
from programs.document_fields import Country, Name, Number, Part, no_repeats, some
from programs.terms import ALL_PRODUCTS, Terms, TermsError

TAKEN_CODES = frozenset({"accepted", "version"})
"""Names of other fields in the form in which applicants answer questions."""
ROLES = (OWNER, PARTNER_FINANCE, SALES, TECHNICIAN)
"""Of people in a partner company."""
FOLDER = Path(__file__).resolve().parent / "presets"
DISTRIBUTORS = FOLDER / "distributors.yaml"
Document = TypeVar("Document", bound=BaseModel)

Slug = Annotated[str, StringConstraints(pattern=r"^[-a-z0-9_]{1,50}$")]
Article = Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True)]
Text = Annotated[str, StringConstraints(max_length=2000, strip_whitespace=True)]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=20_000, strip_whitespace=True)]
Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]{8,14}$")]


class PresetError(InvalidDocument):
    """The file is no preset."""


def _statement(value: object) -> dict[str, Any]:
    """A requirement or a benefit: its kind, its parameters, and a sentence per language."""
    if not isinstance(value, dict):
        raise refuse(_n("must be a mapping of fields"))
    for name in ("kind", "de", "en"):
        if not isinstance(value.get(name), str) or not value[name].strip():
            raise refuse(_n("is required"), at=name)
    if nested := [name for name, one in value.items() if not isinstance(one, str | None)]:
        raise refuse(_n("must be text"), at=nested[0])
    return value


def _terms(value: object) -> Terms:
    try:
        return Terms.from_document(value)
    except TermsError as error:
        first = error.problems[0]
        raise refuse(first.text, at=first.path, **first.values) from error


def _requirements(value: object) -> tuple[dict[str, Any], ...]:
    try:
        criteria.parse(value)
    except criteria.CriteriaError as error:
        first = error.problems[0]
        raise refuse(first.text, at=first.path, **first.values) from error
    return tuple(value)  # type: ignore[arg-type]  # parsed: a list


Statement = Annotated[dict[str, Any], PlainValidator(_statement)]


def _free_code(code: str) -> str:
    if code in TAKEN_CODES:
        raise refuse(_n("“{value}” cannot be the code of a question"), value=code)
    return code


class Bilingual(Part):
    """A text in both languages."""

    de: LongText
    en: LongText


class QuestionPart(Bilingual):
    """What applicants are asked."""

    code: Annotated[Slug, AfterValidator(_free_code)]
    required: bool = False


class FaqPart(Bilingual):
    answer_de: LongText
    answer_en: LongText


class VendorPart(Part):
    slug: Slug
    name: Name
    legal_name: Text = ""
    country: Country = "DE"
    subdivision: Annotated[str, StringConstraints(max_length=6)] = ""
    """Whose holidays count beside those of the country."""


class ProgramPart(Part):
    slug: Slug
    name: Name
    description: Text = ""
    description_en: Text = ""
    public: bool = False
    contact_name: Text = ""
    contact_email: Text = ""
    minutes: int = Field(default=10, ge=1, le=480)
    documents: tuple[Bilingual, ...] = ()
    questions: tuple[QuestionPart, ...] = ()
    faq: tuple[FaqPart, ...] = ()
    participation_terms: Bilingual | None = None
    """What partners agree to; another text becomes another version."""
    tier_rises: Literal["proposed", "automatic"] = "proposed"
    tier_grace_days: int = Field(default=90, ge=0, le=730)
    """From the notice that a tier is no longer met until it changes."""
    currency: Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")] = "EUR"
    countries: Annotated[tuple[Country, ...], BeforeValidator(some)]
    starts_on: date | None = None
    ends_on: date | None = None
    """First day without the program; none: open."""
    grace_days: int = Field(default=10, ge=0, le=365)
    recomputed_periods: int = Field(default=4, ge=0, le=12)


class TierPart(Part):
    code: Slug
    name: Name
    requirements: Annotated[tuple[dict[str, Any], ...], PlainValidator(_requirements)] = ()
    """Criteria and groups of them (`programs.criteria`)."""
    benefits: tuple[Statement, ...] = ()


class ProductPart(Part):
    article: Article
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    gtin: Digits | None = None
    list_price: Number | None = None


class RangePart(Part):
    """`since` is the day the program starts where it is left out; `until` is the first day without."""

    since: date | None = None
    until: date | None = None

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.since and self.until and self.until <= self.since:
            raise refuse(_n("must be after since"), at="until")
        return self


class MembershipPart(RangePart):
    article: Article


class GroupPart(Part):
    code: Slug
    name: Name
    products: Annotated[tuple[MembershipPart, ...], BeforeValidator(some)]


class AuthorisedPart(RangePart):
    distributor: Slug


def _role(role: str) -> str:
    if role not in ROLES:
        raise refuse(_n("“{value}” is no role; roles: {roles}"), value=role, roles=", ".join(ROLES))
    return role


class TrainingPart(Part):
    """`audience`: the roles it is for; left out: everybody. `validity_months` left out: it never expires."""

    code: Slug
    name: Name
    name_en: Annotated[str, StringConstraints(max_length=120, strip_whitespace=True)] = ""
    description: Text = ""
    description_en: Text = ""
    days: Number
    validity_months: int | None = Field(default=None, ge=1, le=1200)
    audience: tuple[Annotated[str, AfterValidator(_role)], ...] = ()
    external: bool = False


class TermsPart(Part):
    name: Name
    starts_on: date | None = None
    """The first day of a period; left out: of the period in which the program starts."""
    document: Annotated[Terms, PlainValidator(_terms)]


class DistributorPart(Part):
    slug: Slug
    name: Name
    country: Country = "DE"
    vat_id: Annotated[str, StringConstraints(max_length=20)] = ""
    gln: Digits | None = None


class Preset(Part):
    """A vendor and its program. Every reference inside leads somewhere: articles, groups and tiers are checked."""

    vendor: VendorPart
    program: ProgramPart
    tiers: tuple[TierPart, ...] = ()
    products: tuple[ProductPart, ...] = ()
    groups: tuple[GroupPart, ...] = ()
    authorised: tuple[AuthorisedPart, ...] = ()
    terms: tuple[TermsPart, ...] = ()
    trainings: tuple[TrainingPart, ...] = ()

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        no_repeats(tier.code for tier in self.tiers)
        no_repeats(training.code for training in self.trainings)
        articles = set(no_repeats(product.article for product in self.products))
        groups = {ALL_PRODUCTS, *no_repeats(group.code for group in self.groups)}
        for group in self.groups:
            _known("groups", (one.article for one in group.products), articles)
        tiers = {tier.code for tier in self.tiers}
        for each in self.terms:
            _known("terms", [each.document.products], groups)
            _known("terms", each.document.eligible.tiers or (), tiers)
            _known("terms", each.document.rates or (), tiers)
            _known("terms", (article for rates in (each.document.rates or {}).values() for article in rates), articles)
        return self


class _Distributors(Part):
    distributors: tuple[DistributorPart, ...]


def _known(part: str, names: Iterable[str], known: set[str]) -> None:
    for name in names:
        if name not in known:
            raise refuse(_n("“{value}” is not defined in this preset"), at=part, value=name)


def available() -> list[str]:
    """Names of the presets that come with the software."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml") if path != DISTRIBUTORS)


def find(name: str) -> Path:
    """The file of a preset by its name, or any file by its path. Raises PresetError."""
    path = FOLDER / f"{name}.yaml" if name in available() else Path(name)
    if not path.is_file():
        text = _n("there is no preset and no file “{name}”; presets: {presets}")
        raise PresetError([Problem("", text, {"name": name, "presets": ", ".join(available())})])
    return path


def read(path: Path) -> Preset:
    """The preset in a file. Raises PresetError with everything that is wrong."""
    return _read(path, Preset)


def known_distributors() -> dict[str, DistributorPart]:
    """Distributors that come with the software, by short name."""
    return {one.slug: one for one in _read(DISTRIBUTORS, _Distributors).distributors}


def _read(path: Path, kind: type[Document]) -> Document:
    try:
        return kind.model_validate(plain_yaml.load(path.read_text(encoding="utf-8")))
    except plain_yaml.NotPlainYaml as error:
        raise PresetError([Problem(path.name, error.text, error.values)]) from error
    except PydanticError as error:
        raise PresetError(problems_of(error)) from error
    except (OSError, UnicodeError) as error:
        text = _n("the file cannot be read ({problem})")
        raise PresetError([Problem(path.name, text, {"problem": type(error).__name__})]) from error
