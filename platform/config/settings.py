"""One settings file; what differs between installations comes from the environment (see .env.example)."""

from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.env import env_bool, env_int, env_list, env_str

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = Path(env_str("SCRIPTORIUM_VAR", str(BASE_DIR / "var")))

DEBUG = env_bool("DEBUG", False)
SECRET_KEY = env_str("SECRET_KEY", "")
if not SECRET_KEY:
    # `./scriptorium` makes a key once and keeps it in var/; tools that only read code need none of value.
    SECRET_KEY = "not-secret-only-for-tools-that-serve-nobody"  # noqa: S105
    if env_bool("SCRIPTORIUM_SERVES", False):
        raise ImproperlyConfigured("SECRET_KEY is empty: set it, or start with ./scriptorium up, which makes one.")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS", [])
BEHIND_TLS = env_bool("BEHIND_TLS", False)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "core",
    "catalog",
    "accounts",
    "qa",
    "experts",
    "annotation",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.middleware.SignedOutAnswers",
    "core.middleware.HtmxAnswers",
    "core.middleware.RefusalAnswers",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = True

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
                "core.installation.ml_status",
                "annotation.context_processors.rail",
            ],
        },
    },
]

# A pool instead of persistent connections: under threads these leak until the server refuses (docs/adr/0004).
DATABASE_URL = env_str("DATABASE_URL", "postgres://studio@127.0.0.1:5433/scriptorium")
DATABASES: dict[str, dict[str, Any]] = {"default": {**dj_database_url.parse(DATABASE_URL), "CONN_MAX_AGE": 0}}
DATABASES["default"].setdefault("OPTIONS", {})
# Parameters travel apart from the statement, and what is asked often is planned once per connection: a third of
# the database's work for a claim and a submit.
DATABASES["default"]["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 5}
if env_bool("DATABASE_POOL", True):
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": env_int("DATABASE_POOL_SIZE", 8),
        "timeout": 20,
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env_str("REDIS_URL", "redis://127.0.0.1:6380/0")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Accounts: by e-mail, by invitation only (accounts/adapter.py closes open sign-up).
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.InvitationOnly"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
# Generous for offices behind one address, strict for one account.
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/5m/key", "login": env_str("LOGIN_RATE_LIMIT", "120/m/ip")}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR_DIR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if env_bool("PLAIN_STATIC", DEBUG)
        else "config.static.HashedAndCompressed"
    },
}
WHITENOISE_USE_FINDERS = env_bool("PLAIN_STATIC", DEBUG)
FILE_UPLOAD_HANDLERS = [
    "annotation.importing.uploads.RefuseTooLarge",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = BEHIND_TLS
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 30
X_FRAME_OPTIONS = "DENY"

EMAIL_BACKEND = env_str("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = env_str("DEFAULT_FROM_EMAIL", "scriptorium@localhost")
# Where people reach this installation: for links in mails that no request asked for.
SITE_URL = env_str("SITE_URL", "http://localhost:8000").rstrip("/")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Scriptorium",
    "VERSION": "0.1.0",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
}

# Celery: PostgreSQL rows are the truth, Redis only carries messages; deliveries may repeat (docs/adr/0003).
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_DEFAULT_QUEUE = "fast"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    # qa.workers.Priority: submitted before typed before imported.
    "priority_steps": [0, 3, 6],
    "sep": ":",
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "lapse-leases": {"task": "annotation.tasks.lapse_leases", "schedule": 15.0},
    "recheck-stuck-items": {"task": "annotation.tasks.recheck_stuck_items", "schedule": 15.0},
    "retry-missing-checks": {"task": "annotation.tasks.retry_missing_checks", "schedule": 60.0},
    "bring-indexes-up-to-date": {
        "task": "annotation.tasks.bring_indexes_up_to_date",
        "schedule": 600.0,
        "options": {"priority": 6},
    },
    "bring-routes-up-to-date": {
        "task": "annotation.tasks.bring_routes_up_to_date",
        "schedule": 600.0,
        "options": {"priority": 6},
    },
    "keep-tests": {"task": "annotation.tasks.keep_tests", "schedule": 60.0},
    "resume-stuck-jobs": {"task": "annotation.tasks.resume_stuck_jobs", "schedule": 30.0},
    "remove-old-uploads": {"task": "annotation.tasks.remove_old_uploads", "schedule": 24 * 3600.0},
    "settle-ledgers": {"task": "annotation.tasks.settle_ledgers", "schedule": 60.0},
    "send-digests": {"task": "annotation.tasks.send_digests", "schedule": 60.0},
    "look-for-alerts": {"task": "annotation.tasks.look_for_alerts", "schedule": 300.0},
    "tend-copies": {"task": "annotation.tasks.tend_copies", "schedule": 60.0},
    "recompute-standing": {"task": "experts.tasks.recompute_standing", "schedule": 60.0},
}

# The checks (qa/registry.py). Empty: every one; what its engine cannot do is shown as unavailable.
QA_CHECKS = env_list("QA_CHECKS", [])
# Grammar: a LanguageTool server; empty means the embedded engines.
LANGUAGETOOL_URL = env_str("LANGUAGETOOL_URL", "")
LANGUAGETOOL_TIMEOUT = env_int("LANGUAGETOOL_TIMEOUT", 10)
# Embeddings: a model's name or folder; empty means the one that comes as a package.
EMBEDDING_MODEL = env_str("EMBEDDING_MODEL", "")
# AI detector: a folder with a Hugging Face sequence classifier; empty means the embedded one.
AI_DETECTOR_MODEL = env_str("AI_DETECTOR_MODEL", "")
# The embedded one's coefficients, as `manage.py train_ai_detector` writes them; empty means the committed ones.
AI_DETECTOR_COEFFICIENTS = env_str("AI_DETECTOR_COEFFICIENTS", "")
# Language models: any OpenAI-compatible address. Prices per million tokens, for the budget.
LLM_URL = env_str("LLM_URL", "")
LLM_API_KEY = env_str("LLM_API_KEY", "")
LLM_MODEL = env_str("LLM_MODEL", "")
LLM_TIMEOUT = env_int("LLM_TIMEOUT", 20)
# E-mail addresses, telephone numbers, keys and the like are masked before a text leaves.
LLM_REDACT = env_bool("LLM_REDACT", True)
# Beside a text being written they are asked once it has stood still for so long; 0: at submit only.
LLM_REST_SECONDS = env_int("LLM_REST_SECONDS", 8)
LLM_DAILY_BUDGET = env_str("LLM_DAILY_BUDGET", "5.00")
LLM_PRICE_IN = env_str("LLM_PRICE_IN", "0")
LLM_PRICE_OUT = env_str("LLM_PRICE_OUT", "0")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env_str("LOG_LEVEL", "INFO")},
    "loggers": {name: {"level": "WARNING"} for name in ("httpx", "httpx2", "celery.worker.strategy")},
}
