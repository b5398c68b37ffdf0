"""Django's settings, read from the environment; docs/settings.md is printed from `SETTINGS`.

SQLite is the embedded default: IMMEDIATE transactions, WAL, synchronous FULL, timeout 20 s, no
ATOMIC_REQUESTS (measured: deferred mode failed 125 of 160 concurrent acts, IMMEDIATE none).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

from django.core.exceptions import ImproperlyConfigured

from waypost.access.identity_key import read_key
from waypost.access.oidc import read_settings
from waypost.access.purposes import read_windows
from waypost.access.second_factor import read_policy
from waypost.access.session_limits import read_limits
from waypost.home import home, secret
from waypost.protocols.queclink_commands import read_vibrations

HERE = Path(__file__).parent

# Every setting an operator may give: environment variable -> what it does.
SETTINGS: dict[str, str] = {
    "WAYPOST_HOME": "Folder of everything the embedded default keeps. Default: var/waypost.",
    "WAYPOST_DATABASE": "postgresql://user:password@host:port/name. Default: SQLite in the home.",
    "WAYPOST_LAKE": "Folder (or s3:// address) of the history. Default: lake in the home.",
    "WAYPOST_ALLOWED_HOSTS": "Comma-separated host names the web answers to. Default: loopback.",
    "WAYPOST_HTTPS": "1 when a TLS proxy stands in front: secure cookies and HSTS. Default: off.",
    "WAYPOST_MAP_STYLE": "URL of a MapLibre style for the ground map. Default: the offline map; "
    "with a URL, browsers tell that server where your wearers are.",
    "WAYPOST_MAP_TILES": "Path of a PMTiles file (vector tiles of the Protomaps basemap, or "
    "pictures) for the ground map. It is served by ourselves to those signed in, no other machine "
    "is asked, and it goes before WAYPOST_MAP_STYLE. Default: none; the offline map also stands in "
    "for a file that cannot be read.",
    "WAYPOST_QUECLINK_PASSWORD": "Password that the estate's Queclink tags take commands with. "
    "Default: that of the factory, the tag's model in small letters.",
    "WAYPOST_QUECLINK_VIBRATE": "How tags of a model are made to vibrate, from their maker's "
    "document: MODEL=word and parameters between password and serial; several parted by ';'. "
    "Example: GL601=GTRTO,G,,,,,  Default: none is known.",
    "WAYPOST_DEVICE_TOKENS": "Who must show a token over HTTP: optional (devices that were ever "
    "given one) or required (every device). Default: optional. --tokens of the gateway goes first.",
    "WAYPOST_MQTT_USER": "User name of the gateway at the MQTT broker. Default: none.",
    "WAYPOST_MQTT_PASSWORD": "Its password. Default: none.",
    "WAYPOST_MQTT_CA": "File with the authority that signed the broker's certificate, for "
    "mqtt+tls. Default: those the machine trusts.",
    "WAYPOST_MQTT_CERTIFICATE": "File with the gateway's own certificate for mqtt+tls, and its key "
    "unless that is named. Default: none.",
    "WAYPOST_MQTT_KEY": "File with the key of that certificate.",
    "WAYPOST_MQTT_DEVICE": "Which part of the topic owntracks/USER/DEVICE is a phone's device id: "
    "topic (all of it, as over HTTP), device, user, or either (the topic where a tag was fitted "
    "under it, else DEVICE). Default: either. Where people share the broker, let it hold its users "
    "to their own topics and say topic or user here.",
    "WAYPOST_TLS_CERTIFICATE": "PEM file for the gateway's listeners with +tls. Default: none.",
    "WAYPOST_TLS_KEY": "PEM file of its private key. Default: none.",
    "WAYPOST_TLS_CLIENT_CA": "PEM file: only clients with a certificate of it are heard over TLS, "
    "each for the device that its certificate names. Default: none is asked for.",
    "WAYPOST_MAIL": "smtp://user:password@host:port. Default: mail/ in the home.",
    "WAYPOST_SMS_KEY": "API key of GOV.UK Notify, with which text messages are sent. Default: none "
    "is sent.",
    "WAYPOST_SMS_TEMPLATE": "Id of the service's template at Notify: its text is ((message)).",
    "WAYPOST_SMS_URL": "Where Notify's API is. Default: https://api.notifications.service.gov.uk.",
    "WAYPOST_WEBHOOK": "URL that notices by webhook are posted to. Default: none is sent.",
    "WAYPOST_WEBHOOK_KEY": "Secret by which bodies of the webhook are signed (HMAC-SHA256).",
    "WAYPOST_CHANNEL_LIMITS": "The most messages a minute that a channel is given, like "
    "sms=60,mail=600. What is above that waits and is grouped, and never dropped. Default: no "
    "limit.",
    "WAYPOST_WINDOWS": "How much one look may cover for a purpose, where the agency's policy "
    "differs from the default, like crime_mapping=24h,supervision=7d (hours or days). Default: "
    "48 h for crime mapping, 2 h for a fitting, 14 days for the rest.",
    "WAYPOST_LAWFUL_USES": "A TOML file that lists under which orders, programmes and dates "
    "whereabouts may be searched for crime mapping, each with its source (matching/scope.py says "
    "how). Default: community and suspended sentence orders; licence, parole and home detention "
    "curfew.",
    "WAYPOST_DISCLOSURE_OFFICER": "Who tells a prosecutor which wearer each letter is in a "
    "schedule of what might undermine a match: name, office and how to reach them, as papers give "
    "them. Default: the authorising officer who approved the match.",
    "WAYPOST_SECOND_FACTOR": "Whether a second factor belongs to a sign-in: off (never asked for), "
    "asked (of whoever has set one up), required (everybody must have one) or "
    "required:ROLE,ROLE (these roles must). Default: asked.",
    "WAYPOST_OIDC_ISSUER": "Address of the agency's own sign-in (OpenID Connect), like "
    "https://login.agency.example. Accounts are linked to it by two administrators. Default: off.",
    "WAYPOST_OIDC_CLIENT_ID": "What that provider knows us as.",
    "WAYPOST_OIDC_CLIENT_SECRET": "Our secret at that provider. Default: none, a public client.",
    "WAYPOST_OIDC_NAME": "What the agency is called on the sign-in page. Default: your agency.",
    "WAYPOST_IDLE": "After how long without a sign of its officer a sign-in ends, and for which "
    "role it is otherwise, like 15m,monitoring_officer=8h (m or h). Default: 30m, and 12h for "
    "monitoring officers, whose wall is read and not touched.",
    "WAYPOST_SESSION": "After how long a sign-in ends in any case, like 12h. Default: 12h.",
    "WAYPOST_AUDIT_ANCHOR": "Where copies of the audit seals are kept outside, parted by commas: "
    "file:PATH (added to, a line each) or https://ADDRESS (a POST each, whose answer is kept as "
    "the receipt). Default: nowhere; an old copy of everything could then be put back unseen.",
    "WAYPOST_AUDIT_TIME_AUTHORITY": "Address of an RFC 3161 time authority, which is sent the "
    "digest of the newest audit seal once an hour and signs it with its own time. Default: "
    "none; a seal's time is then this machine's word.",
    "WAYPOST_AUDIT_TIME_ROOTS": "PEM file of the certificates by which the authority's time stamps "
    "are checked: its root, and what lies between. Needed with it.",
    "WAYPOST_TRAINING": "required: who approves a match or evidence, qualifies one, or grants a "
    "request for location data needs a valid pass of the practice of their role; asked: a missing "
    "pass is shown as due and nothing is refused. Default: required.",
    "WAYPOST_RETENTION": "on: what is due is deleted; off: it is shown and never deleted. Default: "
    "as the data protection officer decided under Retention, and until then only shown.",
    "WAYPOST_IDENTITY_KEY": "Seals names, dates of birth, contacts and withheld addresses in the "
    "database: 64 hexadecimal digits, or a file that holds them. Then run waypost seal identity. "
    "Keep a copy apart: without it no name is read again. Default: they are not sealed.",
    "WAYPOST_DUTY": "Where the duty officer is rung when Waypost itself is silent, in the order in "
    "which to try: sms:NUMBER, mail:ADDRESS or webhook, parted by commas. Default: nobody.",
}


def _database() -> dict[str, Any]:
    url = os.environ.get("WAYPOST_DATABASE", "")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": home() / "waypost.sqlite3",
            "TEST": {"NAME": home() / "test.sqlite3"},  # a file: tests meet WAL and real locks
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    parts = urlparse(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured("WAYPOST_DATABASE must start with postgresql://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "waypost",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or "") or parse_qs(parts.query).get("host", [""])[0],
        "PORT": str(parts.port or ""),
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 8}},
    }


DATABASES = {"default": _database()}
SECRET_KEY = secret("django", size=48).hex()
DEBUG = False
ALLOWED_HOSTS = [
    host.strip()
    for host in os.environ.get("WAYPOST_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
    if host.strip()
]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "waypost.access",
    "waypost.training",
    "waypost.jobs",
    "waypost.documents",
    "waypost.notices",
    "waypost.orders",
    "waypost.identity",
    "waypost.equality",
    "waypost.devices",
    "waypost.positions",
    "waypost.life",
    "waypost.contracts",
    "waypost.monitoring",
    "waypost.alerts",
    "waypost.corrections",
    "waypost.enforcement",
    "waypost.policing",
    "waypost.offences",
    "waypost.whatif",
    "waypost.suitability",
    "waypost.matching",
    "waypost.review",
    "waypost.disclosure",
    "waypost.telling",
    "waypost.plans",
    "waypost.asking",
    "waypost.voice",
    "waypost.oversight",
    "waypost.necessity",
    "waypost.courts",
    "waypost.pathways",
    "waypost.young_court",
    "waypost.iom",
    "waypost.keeping",
    "waypost.web",
]
AUTH_USER_MODEL = "access.Officer"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "waypost.web.middleware.origin",
    "waypost.web.middleware.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "waypost.web.middleware.refusals",
]
ROOT_URLCONF = "waypost.web.urls"
ASGI_APPLICATION = "waypost.web.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "waypost.web.context.house",
            ],
        },
    }
]
STATIC_URL = "/static/"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

HTTPS = os.environ.get("WAYPOST_HTTPS", "") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
try:
    SECOND_FACTOR = read_policy(os.environ.get("WAYPOST_SECOND_FACTOR", ""))
except ValueError as error:
    raise ImproperlyConfigured(f"WAYPOST_SECOND_FACTOR: {error}") from None
try:
    SESSION_LIMITS = read_limits(
        os.environ.get("WAYPOST_IDLE", ""), os.environ.get("WAYPOST_SESSION", "")
    )
except ValueError as error:
    raise ImproperlyConfigured(f"WAYPOST_IDLE, WAYPOST_SESSION: {error}") from None
try:
    OIDC = read_settings(
        *(
            os.environ.get(f"WAYPOST_OIDC_{name}", "")
            for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "NAME")
        )
    )
except ValueError as error:
    raise ImproperlyConfigured(f"WAYPOST_OIDC_ISSUER: {error}") from None
SESSION_COOKIE_AGE = int(SESSION_LIMITS.absolute.total_seconds())  # web/sessions.py asks, too
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20

LANGUAGE_CODE = "en-gb"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
WALL_ZONE = "Europe/London"  # where people read times

LAKE_URI = os.environ.get("WAYPOST_LAKE") or str(home() / "lake")
MAP_STYLE = os.environ.get("WAYPOST_MAP_STYLE", "")
MAP_TILES = os.environ.get("WAYPOST_MAP_TILES", "")
QUECLINK_PASSWORD = os.environ.get("WAYPOST_QUECLINK_PASSWORD", "")
try:
    QUECLINK_VIBRATIONS = read_vibrations(os.environ.get("WAYPOST_QUECLINK_VIBRATE", ""))
except ValueError as error:
    raise ImproperlyConfigured(f"WAYPOST_QUECLINK_VIBRATE: {error}") from None
DEVICE_TOKENS = os.environ.get("WAYPOST_DEVICE_TOKENS", "")
MQTT = {
    name: os.environ.get(f"WAYPOST_MQTT_{name.upper()}", "")
    for name in ("user", "password", "ca", "certificate", "key", "device")
}
_mail = urlparse(os.environ.get("WAYPOST_MAIL", ""))
if _mail.hostname:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _mail.hostname, _mail.port or 587
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = (
        unquote(_mail.username or ""),
        unquote(_mail.password or ""),
    )
    EMAIL_USE_TLS = True
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(home() / "mail")
DEFAULT_FROM_EMAIL = "waypost@localhost"
# Channels of notices (notices/channels.py); "": not set up.
NOTICES = {
    "sms_key": os.environ.get("WAYPOST_SMS_KEY", ""),
    "sms_template": os.environ.get("WAYPOST_SMS_TEMPLATE", ""),
    "sms_url": os.environ.get("WAYPOST_SMS_URL", "https://api.notifications.service.gov.uk"),
    "webhook": os.environ.get("WAYPOST_WEBHOOK", ""),
    "webhook_key": os.environ.get("WAYPOST_WEBHOOK_KEY", ""),
    "limits": os.environ.get("WAYPOST_CHANNEL_LIMITS", ""),
    "duty": os.environ.get("WAYPOST_DUTY", ""),
}

try:
    WINDOWS = read_windows(os.environ.get("WAYPOST_WINDOWS", ""))
except ValueError as error:
    raise ImproperlyConfigured(f"WAYPOST_WINDOWS: {error}") from None
DISCLOSURE_OFFICER = os.environ.get("WAYPOST_DISCLOSURE_OFFICER", "").strip()
LAWFUL_USES = os.environ.get("WAYPOST_LAWFUL_USES", "")
AUDIT_ANCHOR = os.environ.get("WAYPOST_AUDIT_ANCHOR", "")
AUDIT_TIME_AUTHORITY = os.environ.get("WAYPOST_AUDIT_TIME_AUTHORITY", "")
AUDIT_TIME_ROOTS = os.environ.get("WAYPOST_AUDIT_TIME_ROOTS", "")
RETENTION = os.environ.get("WAYPOST_RETENTION", "")  # "": as was decided on the page
TRAINING = os.environ.get("WAYPOST_TRAINING") or "required"
if TRAINING not in {"required", "asked"}:
    raise ImproperlyConfigured("WAYPOST_TRAINING is required or asked")
if RETENTION not in {"", "on", "off"}:
    raise ImproperlyConfigured("WAYPOST_RETENTION is on or off")

try:
    IDENTITY_KEY = read_key(os.environ.get("WAYPOST_IDENTITY_KEY", ""))
except ValueError as error:
    raise ImproperlyConfigured(f"WAYPOST_IDENTITY_KEY: {error}") from None

# Certificate, key and CA of clients for listeners with TLS; "": not given.
TLS_FILES = tuple(
    os.environ.get(f"WAYPOST_TLS_{name}", "") for name in ("CERTIFICATE", "KEY", "CLIENT_CA")
)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "waypost.logs.QuietFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("WAYPOST_LOG", "WARNING")},
}
