/* SPDX-License-Identifier: Apache-2.0 */
/* limits.h: every bound in one place, each with its reason. server/memory.c prints their sum at start. */
#ifndef DOORCODE_BASE_LIMITS_H
#define DOORCODE_BASE_LIMITS_H

enum {
    /* HTTP */
    LIMIT_CONNECTIONS = 2048,        /* default; beyond it the longest idle connection makes room */
    LIMIT_CONNECTION_MEMORY = 16384, /* engine's pool per connection: request line and headers */
    LIMIT_BODY = 8192,               /* largest legal form is a refresh request, about 3 KiB */
    LIMIT_BODY_PAGE = 32768,         /* form of a hosted page: an authorization request, sealed, and attributes */
    LIMIT_BODY_JSON = 65536,         /* development and administration JSON */
    LIMIT_EXCHANGE_MEMORY = 131072,  /* arena of one exchange: body, rounds of a flow, sealed mail, tokens, page */
    LIMIT_FORM_FIELDS = 64,          /* SDKs send at most about 20 */
    LIMIT_REQUEST_SECONDS = 30,      /* from first byte to last byte of a request */
    LIMIT_IDLE_SECONDS = 75,         /* between requests of a connection */
    LIMIT_HEADERS = 64,              /* header lines of one request; browsers and SDKs send at most about 30 */
    LIMIT_TARGET = 8192,             /* path and query; the longest is an authorization request of OpenID Connect */
    LIMIT_HOST = 261,                /* a domain name of 253 and a port */
    LIMIT_METHOD = 32,
    LIMIT_DISCARD = 262144,    /* read and thrown away after a body that is too large, so that the reply arrives */
    LIMIT_LARGE_BODIES = 16,   /* bodies beyond LIMIT_BODY in memory at once; more get 503 */
    LIMIT_CALLS_KEPT = 256,    /* free exchange blocks kept for reuse after a burst */
    LIMIT_PROXY_HOPS = 32,     /* entries of X-Forwarded-For that are looked at */
    LIMIT_CORS_HEADERS = 1024, /* Access-Control-Request-Headers that is echoed */

    /* values */
    LIMIT_EMAIL = 254,               /* RFC 5321 4.5.3.1.3, less the angle brackets */
    LIMIT_USERNAME = 1024,           /* raw form value before it is parsed as an address */
    LIMIT_CONTINUATION_TOKEN = 1024, /* ours have at most 920 characters: two addresses of full length */
    LIMIT_REFRESH_TOKEN = 256,       /* ours have about 90 */
    LIMIT_ASSERTION = 6144,          /* of a client, with the certificates of its chain; MSAL sends about 2,500 */
    LIMIT_SCOPE = 1024,
    LIMIT_SCOPES = 16,
    LIMIT_RESOURCE = 256,        /* an API's identifier URI */
    LIMIT_REDIRECT_URI = 256,    /* spec OIDC, 2.4 */
    LIMIT_NONCE = 512,           /* of an id token; clients send about 40 */
    LIMIT_LOCATION = 24576,      /* answer to an authorization request: state, percent-encoded, and tokens */
    LIMIT_STATE = 4096,          /* of an authorization request, returned byte for byte; MSAL sends about 200 */
    LIMIT_SESSIONS = 5,          /* accounts that one browser can be signed in to */
    LIMIT_PAGE = 40960,          /* a hosted page */
    LIMIT_CUSTOM_CSS = 16384,    /* a tenant's own style sheet */
    LIMIT_SECRETS = 10,          /* of an application */
    LIMIT_CERTIFICATES = 4,      /* of an application: the one in use and the next, twice over */
    LIMIT_CERTIFICATE = 8192,    /* one of them as PEM; RSA-4096 with a long name has about 3 KiB */
    LIMIT_ROLES = 64,            /* that an application offers, and that a user has */
    LIMIT_ROLES_TEXT = 4096,     /* values of a user's roles in one application: they go into every token */
    LIMIT_TEXT_OVERRIDES = 256,  /* texts that a tenant says differently, all languages together */
    LIMIT_BRANDING_IMAGE = 4096, /* a logo or icon within a page, as a data URL: SVG or a small PNG */
    LIMIT_DEVICE_POLLS = 2,    /* of a device in an interval: a clock's jitter puts two into one window, never three */
    LIMIT_DEVICE_ENTRIES = 10, /* how often a device's code is typed in an hour, back and forth included */
    LIMIT_PASSWORD = 256,      /* spec V1, 4.14 */
    LIMIT_PASSWORD_WORKERS = 16,            /* threads that hash passwords */
    LIMIT_PASSWORD_HASH = 128,              /* a PHC string of Argon2id, with its NUL */
    LIMIT_METHODS = 5,                      /* second factors of a user */
    LIMIT_ATTRIBUTES = 8192,                /* JSON text of a user's attributes; no more fits into a form */
    LIMIT_ATTRIBUTE_COUNT = 100,            /* members of the `attributes` parameter; a user flow has 64 at most */
    LIMIT_PATTERN = 512,                    /* text of an attribute's regular expression */
    LIMIT_PATTERN_MEMORY = 2 * 1024 * 1024, /* one of them compiled, with what its matcher remembers */
    LIMIT_PATTERNS = 64,                    /* different ones in the directory; equal ones are compiled once */
    LIMIT_SNAPSHOTS = 2,            /* directories in memory at once: the old one until its last exchange is done */
    LIMIT_CONTACT_RULES = 64,       /* of a tenant */
    LIMIT_BANNED_PASSWORDS = 1000,  /* words of a tenant's own list, as at Entra */
    LIMIT_HOOK_BODY = 12288,        /* what an extension is sent */
    LIMIT_HOOK_REPLY = 8192,        /* answer of an extension */
    LIMIT_HOOK_CALLS = 64,          /* calls of extensions under way; more are refused */
    LIMIT_HOOK_CLAIMS = 3072,       /* names and values of claims from an extension (spec OIDC, 11.2) */
    LIMIT_CODE = 16,                /* longest accepted `oob` after trimming */
    LIMIT_TENANT_SEGMENT = 253,     /* a domain name */
    LIMIT_LABEL = 512,              /* masked address: at most one character of two bytes per source byte */
    LIMIT_TOKEN = 4096,             /* one signed JWT */
    LIMIT_ATTRIBUTES_REPLY = 16384, /* an error that names attributes with their patterns */
    LIMIT_TOKEN_REPLY = 24576,      /* three tokens, with the claims of an extension */
    LIMIT_BEARER = 8192,            /* an access token that comes back: it came in a header */
    LIMIT_REPLY = 16384,            /* a JSON reply: three tokens of LIMIT_TOKEN at most, usually 4 KiB */
    LIMIT_DISCOVERY = 32768,        /* JWKS of three algorithms, current, next and retired keys with certificates */
    LIMIT_METRICS = 49152,          /* every event, every endpoint with its histogram */

    /* passcodes (spec V1, 4.11) */
    LIMIT_CODE_DIGITS_MIN = 6,
    LIMIT_CODE_DIGITS_MAX = 10,

    /* queues and caches */
    LIMIT_WRITER_QUEUE = 4096,             /* exchanges waiting for the disk; more get 503 */
    LIMIT_COMMIT_GROUP = 256,              /* exchanges in one transaction */
    LIMIT_MAILS_AT_ONCE = 16,              /* mails taken from the outbox together */
    LIMIT_OUTBOX = 100000,                 /* pending mails; a challenge beyond it gets 503 */
    LIMIT_COUNTED_AHEAD = 8192,            /* open codes whose wrong answers need no write, 48 bytes each */
    LIMIT_RECENT_USERS = 1024,             /* users whose rows are remembered, 1 KiB each */
    LIMIT_RECENT_PASSCODES = 2048,         /* and passcodes, 224 bytes each */
    LIMIT_THROTTLE_SLOTS = 65536,          /* client addresses and tenants counted at once, 32 bytes each */
    LIMIT_SQLITE_CACHE_KIB = 256,          /* page cache of a database connection that reads */
    LIMIT_SQLITE_WRITER_CACHE_KIB = 1024,  /* of the one that writes: it alone keeps its pages over commits */
    LIMIT_LOG_GATHERED = 128 * 1024,       /* bytes of a commit that go to the database's log in one piece */
    LIMIT_DIRECTORY_TEXT = 8 * 1024 * 1024 /* tenants, applications and user flows held in memory */
};

#endif
