"""All settings, read from the environment. `PORTAL_ENV=production` refuses what is only safe in development."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env

from portal.logs import LOGGING as LOGGING
from portal.logs import configure_structlog

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("PORTAL_VAR", str(BASE_DIR / "var")))

PRODUCTION = env.str("PORTAL_ENV", "development") == "production"
DEMO_MODE = env.bool("PORTAL_DEMO", False)
TESTING = "pytest" in sys.modules

DEVELOPMENT_SECRET = "development-only-secret-key-that-production-refuses-to-start-with"  # noqa: S105
SECRET_KEY = env.str("SECRET_KEY", "" if PRODUCTION else DEVELOPMENT_SECRET)
DEBUG = env.bool("DEBUG", False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])

if PRODUCTION:
    if len(SECRET_KEY) < 50 or SECRET_KEY == DEVELOPMENT_SECRET:
        raise ImproperlyConfigured("SECRET_KEY is missing, too short or the development one: set 50 random characters.")
    if DEMO_MODE or DEBUG:
        raise ImproperlyConfigured("PORTAL_DEMO and DEBUG must not be set in production.")
    if not ALLOWED_HOSTS:
        raise ImproperlyConfigured("ALLOWED_HOSTS is missing: name the hosts the portal answers to.")
    for name in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL"):
        if not env.str(name, ""):
            raise ImproperlyConfigured(f"{name} is missing.")

INSTALLED_APPS = [
    "common.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "django_filters",
    "django_tables2",
    "django_structlog",
    "pgtrigger",
    "pghistory",
    "csp",
    "ninja",
    "common",
    "programs",
    "partners",
    "trainings",
    "sales",
    "rebates",
    "invoices",
    "deals",
    "tiers",
    "portal",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "common.middleware.ZeroByteMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "common.middleware.PersonMiddleware",
    "common.middleware.SecondFactorMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "common.context.navigation",
            ],
        },
    },
]

# --- data -------------------------------------------------------------------------------------------------------------
DATABASES = {
    "default": env.dj_db_url(
        "DATABASE_URL", "postgres://portal@localhost/portal", conn_max_age=60, conn_health_checks=True
    )
}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
if {"migrate", "grant_role", "restore"} & set(sys.argv) and env.str("MIGRATION_DATABASE_URL", ""):
    DATABASES["default"] = env.dj_db_url("MIGRATION_DATABASE_URL")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL", "redis://localhost:6379/0")
CACHES = {
    "default": {
        "BACKEND": "common.cache.RedisOrMemoryCache",
        "LOCATION": REDIS_URL,
        # A page does not wait for a cache that is away.
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    },
    # How files that are just being looked at are read (`sales.layouts`). Names stand in it: it stays in the process.
    "guesses": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "TIMEOUT": 900,
        "OPTIONS": {"MAX_ENTRIES": 100},
    },
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
# An invoice of 500 lines, corrected by a person (`invoices.typing_forms`), has a dozen fields in each.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 7_000
SELLOUT_MAX_BYTES = env.int("SELLOUT_MAX_BYTES", 30_000_000)
SELLOUT_MAX_ROWS = env.int("SELLOUT_MAX_ROWS", 250_000)
# Up to so many rows a report is imported while its sender waits; a larger one goes to a worker.
SELLOUT_ROWS_AT_ONCE = env.int("SELLOUT_ROWS_AT_ONCE", 5_000)
# The same for a file with partners.
PARTNER_ROWS_AT_ONCE = env.int("PARTNER_ROWS_AT_ONCE", 500)
# The virus scanner that is asked about uploaded invoices.
CLAMD_URL = env.str("CLAMD_URL", "")
if CLAMD_URL and not re.fullmatch(r"tcp://[\w.-]+(:\d+)?|unix:///\S+", CLAMD_URL):
    raise ImproperlyConfigured("CLAMD_URL is none: write tcp://host:3310 or unix:///path/of/its/socket.")

# --- people -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "common.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ACCOUNT_ADAPTER = "common.allauth.AccountAdapter"
ACCOUNT_FORMS = {
    "signup": "common.account_forms.SignupForm",
    "reset_password": "common.account_forms.ResetPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
# Only in the browser in which the person signed up; whoever else has the link is led to sign in.
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = "strict"
# Nobody gets mail from us because a stranger typed an address. That there was none is seen in that mailbox only.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# A code by mail would prove less than what signing in asked for.
ACCOUNT_REAUTHENTICATION_METHODS = ["password", "mfa"]
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
PASSWORD_RESET_TIMEOUT = 24 * 3600
# How often, in which time, counted by what: companies have one address (ip) for many people. `key` is the e-mail
# address, whether it has an account or not; for confirm_email a limit that is reached only means that no mail is made.
ACCOUNT_RATE_LIMITS = {
    "signup": "10/m/ip,60/h/ip",
    "login": "30/m/ip",
    "login_failed": "20/m/ip,5/5m/key",
    "confirm_email": "1/3m/key,10/d/key",
    "reset_password": "10/m/ip,3/5m/key,10/d/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "change_address": "5/h/user",
    "ask_for_access": "10/h/user",
    "test_mail": "20/h/user",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_TOTP_ISSUER = "Partner Portal"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
USERSESSIONS_TRACK_ACTIVITY = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

# --- language and time ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("de", "Deutsch"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "portal.formats"
TIME_ZONE = "Europe/Berlin"
USE_TZ = True

# --- files ------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
# Collected in the image; in development files are served from where they lie.
STATIC_ROOT = BASE_DIR / "staticfiles" if PRODUCTION else None
STATICFILES_DIRS = [BASE_DIR / "static"]
# Not in tests: every client would look through all files first.
WHITENOISE_USE_FINDERS = not (PRODUCTION or TESTING)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR_DIR / "files"}},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}

# --- mail -------------------------------------------------------------------------------------------------------------
EMAIL_FILE_PATH = VAR_DIR / "mail"
if env.str("EMAIL_URL", ""):
    _mail = env.dj_email_url("EMAIL_URL")
    if "EMAIL_BACKEND" not in _mail:
        raise ImproperlyConfigured(
            "EMAIL_URL must begin with submission:// (with TLS), smtp://, file:// or console://."
        )
    vars().update(_mail)
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Partner Portal <portal@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# The sender on the envelope: what a server could not deliver comes back to it (`manage.py read_bounces`).
BOUNCE_ADDRESS = env.str("BOUNCE_ADDRESS", "")
# All processes together send so many mails in a second at most; 0: as fast as the server takes them.
MAILS_PER_SECOND = env.float("MAILS_PER_SECOND", 0)
PORTAL_URL = env.str("PORTAL_URL", "http://localhost:" + env.str("PORT", "8000"))

# --- security ---------------------------------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = PRODUCTION and env.bool("SECURE_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 31_536_000) if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# Otherwise everybody would have the proxy's address, and share its limits.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [SELF],
        "manifest-src": [SELF],
    },
}

# --- what is kept how long --------------------------------------------------------------------------------------------
# In days, by rule (common.retention): RETENTION_MAIL_CONTENTS_DAYS and the like change them.
RETENTION_DAYS = {
    name: env.int(f"RETENTION_{name.replace('-', '_').upper()}_DAYS", days)
    for name, days in {
        "unconfirmed-accounts": 30,
        "email-changes": 90,
        "mail-contents": 730,
        "bounces": 90,
        "sessions": 0,
        "api-answers": 7,
        "registrations": 90,
        "member-invitations": 365,
        "staff-invitations": 365,
        "customer-invitations": 365,
        "access-requests": 365,
        "certificate-proofs": 1095,
        "invoice-files": 730,
        "brought-contacts": 365,
        "viewings": 1095,
        "companies-without-program": 730,
        "absences": 365,
        "deal-drafts": 365,
        "deal-contacts": 730,
        "deal-files": 730,
        "deal-openings": 1095,
        "deal-probes": 730,
    }.items()
}

# --- pages ------------------------------------------------------------------------------------------------------------
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
# Widgets of our own have their templates in the project.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
PGHISTORY_APPEND_ONLY = True
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

# --- work -------------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CLOSING_CHUNK = env.int("CLOSING_CHUNK", 500)
STATUS_CHUNK = env.int("STATUS_CHUNK", 500)
# Nothing is paid to a bank account that was recorded less than so many days ago.
BANK_ACCOUNT_COOL_DOWN_DAYS = env.int("BANK_ACCOUNT_COOL_DOWN_DAYS", 3)

configure_structlog()
# Who asks is bound to the log when it is looked up (common.middleware), so that /healthz looks nobody up.
DJANGO_STRUCTLOG_USER_ID_FIELD = None
SILENCED_SYSTEM_CHECKS: list[str] = []
