"""People, tokens and the outbox: what every app above may use."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import pgtrigger
from django.apps import apps
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.access import Actor, ActorQuerySet


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    @transaction.atomic
    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A platform admin. Whoever may do this need not prove by a mail that the address is theirs."""
        user = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
        addresses = apps.get_model("account", "EmailAddress").objects
        addresses.create(user=user, email=user.email, verified=True, primary=True)
        return user

    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email__iexact=email)


class User(AbstractUser):
    """A person. Signs in by e-mail; what the person may do follows from memberships, not from this row.

    `anonymised_at`: since when the row says only that there was somebody (`common.erasing`).

    `second_of`: the first account of the same person, as a platform admin has noted.

    `is_superuser` means platform admin; `is_staff` opens Django's admin, for platform and vendor admins.
    """

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)
    language = models.CharField(
        _("language"), max_length=5, choices=[("de", "Deutsch"), ("en", "English")], default="de"
    )
    is_demo = models.BooleanField(default=False, editable=False)
    anonymised_at = models.DateTimeField(null=True, editable=False)
    second_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("second account of"),
        help_text=_("The same person has another account: the two count as one wherever two people are needed."),
    )  # fmt: skip

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()  # type: ignore[assignment,misc]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    @property
    def name(self) -> str:
        if self.anonymised_at is not None:
            return gettext("former user")
        return self.get_full_name() or self.email


class EmailChangeQuerySet(ActorQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(user_id=actor.user_id)


class EmailChange(models.Model):
    """A person's wish to sign in with another address. It comes true when both addresses have confirmed it.

    Each address gets a link; of its secret only the SHA-256 is kept. A change ends as done, ended for a reason, or by
    itself at `expires_at`. The rows stay: they say which address an account had when.
    """

    class Why(models.TextChoices):
        """Why a change was ended before it was done."""

        WITHDRAWN = "withdrawn", _("by the person")
        REPLACED = "replaced", _("by another change")
        NOT_ME = "not_me", _("by the old address: it was somebody else")
        TAKEN = "taken", _("another account has the address by now")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="email_changes")
    old_address = models.EmailField()
    new_address = models.EmailField()
    old_digest = models.CharField(max_length=64, unique=True, editable=False)
    new_digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    old_confirmed_at = models.DateTimeField(null=True)
    new_confirmed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=10, choices=Why, blank=True)

    objects = EmailChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(done_at__isnull=True, ended_at__isnull=True),
                name="one_open_email_change",
            ),
            models.CheckConstraint(
                condition=models.Q(done_at__isnull=True)
                | models.Q(old_confirmed_at__isnull=False, new_confirmed_at__isnull=False, ended_at__isnull=True),
                name="email_change_done_when_both_confirmed",
            ),
        ]


class ApiTokenQuerySet(ActorQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(user_id=actor.user_id)


class ApiToken(models.Model):
    """A token for the HTTP API, of one person or integration. Only its SHA-256 is kept; `scopes` limit what it may do.

    A token never has more rights than its user has at the time of the request.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=80)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=30))
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()


class ApiAnswer(models.Model):
    """What the API answered to a request with an idempotency key; sent again, it gets that answer again.

    `digest` tells whether it is the same request, `body` is the answer as JSON (`common.idempotency`).
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    answered_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="answered_once")]


class OutboxMailQuerySet(ActorQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """A person's own. How the sending goes is another matter (`common.mail_operations`)."""
        return self.filter(recipient_id=actor.user_id) if actor.user_id is not None else self.none()


class OutboxMail(models.Model):
    """One mail to one recipient, made once: unique by kind, period and recipient, content stored when made.

    `recipient` is empty for somebody without an account, who is known by `address` alone. What was made `in_bulk`, for
    many at once, is sent after whatever somebody may wait for.

    A claim is committed before sending. A claim that a crash left behind becomes `uncertain`: nobody knows whether the
    server took it. Kinds with `resend_when_uncertain` are then sent again under the same Message-ID, others are listed.

    For a person with an account it is a notice in the portal as well: `url` is where it leads, `read_at` since when it
    counts as read. What the person wants in the portal only, or once a day, is made all the same
    (`common.mail_choices`). `handled_by` has retried or dismissed it.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("waiting to be sent")
        CLAIMED = "claimed", _("being sent")
        SENT = "sent", _("sent")
        UNCERTAIN = "uncertain", _("unknown whether sent")
        FAILED = "failed", _("could not be sent")
        COLLECTED = "collected", _("waiting for the daily summary")
        KEPT = "kept", _("in the portal only")
        DISMISSED = "dismissed", _("dismissed by an administrator")

    kind = models.CharField(max_length=60)
    period = models.CharField(max_length=60)
    recipient = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    address = models.EmailField()
    language = models.CharField(max_length=5)
    subject = models.CharField(max_length=250)
    text = models.TextField()
    html = models.TextField(blank=True)
    url = models.CharField(max_length=500, blank=True)
    read_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    in_bulk = models.BooleanField(default=False, db_default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    claimed_at = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    handled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    handled_at = models.DateTimeField(null=True)

    objects = OutboxMailQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "period", "recipient"], name="mail_made_once"),
            models.UniqueConstraint(
                fields=["kind", "period", "address"],
                condition=models.Q(recipient__isnull=True),
                name="mail_made_once_for_address",
            ),
        ]
        indexes = [
            models.Index(
                fields=["in_bulk", "id"],
                name="mail_unfinished",
                condition=models.Q(state__in=["pending", "claimed", "uncertain", "failed"]),
            ),
            models.Index(fields=["recipient", "-id"], name="mail_of_person"),
            models.Index(
                fields=["recipient"], name="mail_unread", condition=models.Q(read_at=None, recipient__isnull=False)
            ),
            models.Index(fields=["recipient"], name="mail_collected", condition=models.Q(state="collected")),
            models.Index(fields=["created_at"], name="mail_by_day"),
            models.Index(Lower("address"), name="mail_by_address"),
        ]

    @property
    def message_id(self) -> str:
        """The same whenever the mail is sent, and nobody else can calculate it: a bounce that names it is believed."""
        key = f"{self.kind}|{self.period}|{self.recipient_id or self.address}"
        return f"<{salted_hmac('common.outbox', key, algorithm='sha256').hexdigest()[:32]}@partner-portal>"


class MailChoice(models.Model):
    """How a person wants mails of one kind; without a row, the kind's first choice holds (`common.mail_choices`)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    choice = models.CharField(max_length=10)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="one_choice_per_kind")]


class Bounce(models.Model):
    """An address at which mails do not arrive: a mail server has said so after taking one (`common.bounces`).

    Open until somebody says that they arrive again. `told`: what the server wrote, one line of it.
    """

    address = models.EmailField()
    mail = models.ForeignKey(OutboxMail, null=True, on_delete=models.SET_NULL, related_name="+")
    told = models.CharField(max_length=300, blank=True)
    bounced_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["address"], condition=models.Q(ended_at__isnull=True), name="one_open_bounce_per_address"
            ),
            models.CheckConstraint(condition=models.Q(address=Lower("address")), name="bounce_in_lower_case"),
        ]


class MailStop(models.Model):
    """No mail is sent, from the moment a platform admin says so until one lets it go on; mails are made and wait."""

    stopped_at = models.DateTimeField()
    stopped_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(ended_at__isnull=True), name="one_open_mail_stop"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_by__isnull=True)
                | models.Q(ended_at__isnull=False, ended_by__isnull=False),
                name="mail_stop_ended_by_somebody",
            ),
        ]


class MailPace(models.Model):
    """One row: when the next mail may be sent, whichever process sends it (`common.pace`)."""

    next_at = models.DateTimeField()


class Pause(models.Model):
    """The whole system stands still, from the restore of a backup until a person releases it (`common.pausing`).

    Written in the transaction of the restore itself, so that no worker ever sees the restored rows without it. A backup
    of a paused system brings its own pause along; all of them are released together.
    """

    paused_at = models.DateTimeField()
    backup_at = models.DateTimeField()
    backup_digest = models.CharField(max_length=64)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    comment = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(released_at__isnull=True, released_by__isnull=True, comment="")
                | models.Q(released_at__isnull=False, released_by__isnull=False) & ~models.Q(comment=""),
                name="pause_released_by_somebody_who_says_why",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="pauses_stay", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="released_pauses_stay",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__released_at__isnull=False),
            ),
        ]
