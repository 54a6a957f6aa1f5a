"""All settings of the backend, read once from the environment (see `.env.example`)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from config.databases import database_from_url
from config.env import ROOT, EnvReader, check_endpoints, read_environment
from config.secrets import load_secret_key, load_visitor_secret

_variables = read_environment()
_env = EnvReader(_variables)
check_endpoints(_variables)

# --- Where things are -------------------------------------------------------------

DATA_FOLDER = Path(_env.text("TRIPLE_CHAT_DATA", str(ROOT / ".data"))).absolute()
DATABASES = {
    "default": database_from_url(
        _env.text("DATABASE_URL"),
        pool_size=_env.integer("DATABASE_POOL_SIZE", 16, minimum=2),
        pool_timeout=_env.seconds("DATABASE_POOL_TIMEOUT", 3.0),
    )
}
REDIS_URL = _env.url("REDIS_URL", None, ("redis", "rediss", "unix"))
PUBLIC_URL = _env.url("PUBLIC_URL", "http://localhost:8501", ("http", "https")).rstrip("/")

# --- Django -----------------------------------------------------------------------

DEBUG = _env.boolean("DEBUG", False)
SECRET_KEY = _env.text("SECRET_KEY", "") or load_secret_key(DATA_FOLDER)
ALLOWED_HOSTS = _env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],api")
INSTALLED_APPS = [
    "api",  # before staticfiles, whose runserver it replaces
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "models",
    "chat",  # before procrastinate, whose worker it extends
    "procrastinate.contrib.django",
]
MIDDLEWARE = [
    "api.middleware.RequestIdMiddleware",
    "api.degraded.DegradedMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
AUTH_USER_MODEL = "models.User"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("user_id",)},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
# The admin does itself, at its own addresses only, what the middlewares for users, messages and sessions would do
# everywhere (api/admin/site.py).
SILENCED_SYSTEM_CHECKS = ["admin.E408", "admin.E409", "admin.E410"]
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
# Of the admin alone; the API is asked with tokens, which no page of another site can send.
CSRF_COOKIE_PATH = "/api/admin/"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
STATIC_URL = "static/"
TIME_ZONE = "UTC"
USE_TZ = True
LANGUAGE_CODE = "en"
# Of the admin, which is shown in the browser's language. The API speaks English; its clients translate its codes.
LANGUAGES = [("en", "English"), ("ko", "한국어")]
USE_I18N = True
# While it is being sent, a body waits here rather than in /tmp, which may be memory.
FILE_UPLOAD_TEMP_DIR = DATA_FOLDER / "files" / "incoming"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)
DATA_UPLOAD_MAX_MEMORY_SIZE = _env.integer("MAX_REQUEST_BYTES", 1_000_000, minimum=1)

# --- Channels ---------------------------------------------------------------------

CHANNEL_LAYERS = {
    "default": {
        # The core layer drops above 100 waiting messages and loses its groups when
        # Redis restarts; this one rejoins them.
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL]},
    }
}

# --- The API ----------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.authentication.BearerTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "api.pagination.NewestFirst",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "api.errors.respond_to_error",
    "UNAUTHENTICATED_USER": None,
    "PAGE_SIZE": 30,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Triple Chat",
    "DESCRIPTION": "Three chats on one API: Basic chat, AI chat and Advanced chat.",
    "VERSION": "0.1.0",
    "SCHEMA_PATH_PREFIX": "/api/",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "PREPROCESSING_HOOKS": ["api.extensions.leave_out_extensions"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api.schema.add_error_responses",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ChatMode": "models.conversation.Mode",
        "AnswerStatus": "models.chat.AnswerStatus",
        "ReadingStatus": "models.document.DocumentStatus",
    },
}

# --- Sessions and activity (design: docs/architecture.md) ---------------------------

ACCOUNT_IDLE = timedelta(days=_env.integer("ACCOUNT_IDLE_DAYS", 7, minimum=1))
ACCOUNT_SESSION_AGE = timedelta(days=_env.integer("ACCOUNT_SESSION_DAYS", 30, minimum=1))
ACCOUNT_EXPIRE = timedelta(days=_env.integer("ACCOUNT_EXPIRE_DAYS", 90, minimum=1))
GUEST_IDLE = timedelta(days=_env.integer("GUEST_DAYS", 30, minimum=1))
SESSIONS_PER_USER = _env.integer("SESSIONS_PER_USER", 10, minimum=1)
GUESTS_ALLOWED = _env.boolean("GUESTS_ALLOWED", True)
REGISTRATION_OPEN = _env.boolean("REGISTRATION_OPEN", True)
ONE_TIME_CODE_AGE = timedelta(hours=_env.integer("ONE_TIME_CODE_HOURS", 24, minimum=1))
# What the client signs its visitors' addresses with.
VISITOR_SECRET = _env.text("VISITOR_SECRET", "") or load_visitor_secret(DATA_FOLDER)
ADMIN_SHOWS_CHATS = _env.boolean("ADMIN_SHOWS_CHATS", False)
ACTIVITY_FLUSH_SECONDS = _env.seconds("ACTIVITY_FLUSH_SECONDS", 5.0)

# --- Limits (0: none) ---------------------------------------------------------------

SIGN_IN_ATTEMPTS = _env.integer("SIGN_IN_ATTEMPTS", 10)
SIGN_IN_ATTEMPTS_PER_ADDRESS = _env.integer("SIGN_IN_ATTEMPTS_PER_ADDRESS", 100)
SIGN_IN_WINDOW_SECONDS = _env.integer("SIGN_IN_WINDOW_SECONDS", 900, minimum=1)
GUESTS_PER_HOUR = _env.integer("GUESTS_PER_HOUR", 100)
REGISTRATIONS_PER_HOUR = _env.integer("REGISTRATIONS_PER_HOUR", 60)
QUESTIONS_PER_MINUTE = _env.integer("QUESTIONS_PER_MINUTE", 60)
ANSWERS_AT_ONCE = _env.integer("ANSWERS_AT_ONCE", 20)
TOKENS_PER_DAY = _env.integer("TOKENS_PER_DAY", 2_000_000)
UPLOADS_PER_HOUR = _env.integer("UPLOADS_PER_HOUR", 500)
LIMITS_FOR_STAFF = _env.boolean("LIMITS_FOR_STAFF", False)
API_PROCESSES = _env.integer("API_PROCESSES", 1, minimum=1)

# --- Clean-up (docs/decisions/clean-up.md) --------------------------------------------

CLEANUP_AGE = timedelta(days=_env.integer("CLEANUP_DAYS", 30, minimum=1))
CLEANUP_ACCOUNTS = _env.boolean("CLEANUP_ACCOUNTS", False)
CLEANUP_BATCH = _env.integer("CLEANUP_BATCH", 500, minimum=1)
CLEANUP_SESSIONS_CRON = _env.cron("CLEANUP_SESSIONS_CRON", "7 * * * *")
EXPIRE_USERS_CRON = _env.cron("EXPIRE_USERS_CRON", "27 * * * *")
CLEANUP_USERS_CRON = _env.cron("CLEANUP_USERS_CRON", "37 * * * *")
CLEANUP_ANSWERS_CRON = _env.cron("CLEANUP_ANSWERS_CRON", "47 * * * *")

# --- Notifications --------------------------------------------------------------------

NOTIFICATION_AGE = timedelta(days=_env.integer("NOTIFICATION_DAYS", 30, minimum=1))
SESSION_WARNING = timedelta(minutes=_env.integer("SESSION_WARNING_MINUTES", 60, minimum=1))

# --- Answers ----------------------------------------------------------------------

MAX_QUESTION_CHARACTERS = _env.integer("MAX_QUESTION_CHARACTERS", 32_000, minimum=1)
MAX_PICTURE_BYTES = _env.integer("MAX_PICTURE_BYTES", 10_000_000, minimum=1)
ANSWER_WAIT_SECONDS = _env.seconds("ANSWER_WAIT_SECONDS", 60.0)
ANSWER_LEASE_SECONDS = _env.seconds("ANSWER_LEASE_SECONDS", 15.0)
ANSWER_RENEW_SECONDS = _env.seconds("ANSWER_RENEW_SECONDS", 2.0)
ANSWER_MAX_ATTEMPTS = _env.integer("ANSWER_MAX_ATTEMPTS", 5, minimum=1)
ANSWERS_PER_WORKER = _env.integer("ANSWERS_PER_WORKER", 500, minimum=1)
WORKER_STOP_SECONDS = _env.seconds("WORKER_STOP_SECONDS", 20.0)
WATCH_BUFFER_FRAMES = _env.integer("WATCH_BUFFER_FRAMES", 256, minimum=1)
EVENTS_PING_SECONDS = _env.seconds("EVENTS_PING_SECONDS", 15.0)
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"
PROCRASTINATE_WORKER_DEFAULTS = {
    "concurrency": ANSWERS_PER_WORKER,
    "shutdown_graceful_timeout": WORKER_STOP_SECONDS,
    "update_heartbeat_interval": 5.0,
    "delete_jobs": "always",
}

# --- Your data (docs/export-format.md) ------------------------------------------------

MAX_IMPORT_BYTES = _env.integer("MAX_IMPORT_BYTES", 200_000_000, minimum=1)
IMPORT_LEASE_SECONDS = _env.seconds("IMPORT_LEASE_SECONDS", 60.0)
TEMPORARY_CHAT_SECONDS = _env.seconds("TEMPORARY_CHAT_SECONDS", 3600.0)

# --- Documents (docs/decisions/documents.md) ------------------------------------------

MAX_DOCUMENT_BYTES = _env.integer("MAX_DOCUMENT_BYTES", 50_000_000, minimum=1)
MAX_UPLOAD_BYTES = _env.integer("MAX_UPLOAD_BYTES", 200_000_000, minimum=1)
DATA_UPLOAD_MAX_NUMBER_FILES = _env.integer("MAX_UPLOAD_FILES", 100, minimum=1)
USER_STORAGE_BYTES = _env.integer("USER_STORAGE_BYTES", 2_000_000_000, minimum=1)
DOCUMENTS_PER_WORKER = _env.integer("DOCUMENTS_PER_WORKER", 2, minimum=1)
DOCUMENT_LEASE_SECONDS = _env.seconds("DOCUMENT_LEASE_SECONDS", 15.0)
DOCUMENT_READ_SECONDS = _env.seconds("DOCUMENT_READ_SECONDS", 600.0)
DOCUMENT_MAX_ATTEMPTS = _env.integer("DOCUMENT_MAX_ATTEMPTS", 3, minimum=1)

# --- WebSockets (docs/websocket.md) -------------------------------------------------

SOCKETS_PER_USER = _env.integer("SOCKETS_PER_USER", 100, minimum=1)
SOCKET_CHECK_SECONDS = _env.seconds("SOCKET_CHECK_SECONDS", 15.0)
SOCKET_SEND_SECONDS = _env.seconds("SOCKET_SEND_SECONDS", 20.0)

# --- Waiting for models ---------------------------------------------------------------

MODEL_CONNECT_SECONDS = _env.seconds("MODEL_CONNECT_SECONDS", 5.0)
MODEL_FIRST_TOKEN_SECONDS = _env.seconds("MODEL_FIRST_TOKEN_SECONDS", 60.0)
MODEL_GAP_SECONDS = _env.seconds("MODEL_GAP_SECONDS", 30.0)
MODEL_TOTAL_SECONDS = _env.seconds("MODEL_TOTAL_SECONDS", 600.0)
MODEL_RETRY_AFTER_SECONDS = _env.seconds("MODEL_RETRY_AFTER_SECONDS", 60.0)
MODEL_REST_SECONDS = _env.seconds("MODEL_REST_SECONDS", 10.0)

# --- Search by meaning ----------------------------------------------------------------

EMBEDDING_MODEL = _env.text("EMBEDDING_MODEL", "")
EMBEDDING_SEARCH_SECONDS = _env.seconds("EMBEDDING_SEARCH_SECONDS", 0.5)
EMBEDDING_SECONDS = _env.seconds("EMBEDDING_SECONDS", 60.0)

# --- A retriever of one's own (docs/learn/) ---------------------------------------------

RETRIEVER = _env.text("RETRIEVER", "")

# --- Logs: one line each, no bodies, no tokens ------------------------------------------

_LOG_LEVEL = _env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "config.logs.RequestIdFilter"}},
    "formatters": {"line": {"()": "config.logs.OneLineFormatter", "whole_tracebacks": DEBUG}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]}},
    "root": {"handlers": ["stderr"], "level": _LOG_LEVEL},
    "loggers": {
        # Every answer and every five-second sweep is a job: their start and end are noise.
        "procrastinate": {"level": "WARNING"},
        "httpx2": {"level": "WARNING"},
    },
}
