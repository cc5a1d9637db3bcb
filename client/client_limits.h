/* SPDX-License-Identifier: Apache-2.0 */
/* client_limits.h: every bound of the client library, with its reason. */
#ifndef DOORCODE_CLIENT_LIMITS_H
#define DOORCODE_CLIENT_LIMITS_H

enum {
    CLIENT_ANSWER = 262144,     /* three tokens of 16 KiB and much room; beyond it the answer is refused */
    CLIENT_ANSWER_FIRST = 2048, /* what the block for answers begins with; it doubles up to CLIENT_ANSWER */
    CLIENT_TOKEN = 16384,       /* any token (spec V1, 1.10) */
    CLIENT_TEXT = 2048,         /* texts for people are cut here */
    CLIENT_WORD = 128,          /* error, suberror, challenge types, identifiers */
    CLIENT_URL = 2048,          /* authority */
    CLIENT_USERNAME = 1024,
    CLIENT_SCOPES = 2048,
    CLIENT_CLAIMS = 8192,    /* a request for claims, as JSON */
    CLIENT_SAVED = 524288,   /* a flow that is kept as a text: every list at its longest */
    CLIENT_QUERY = 1024,     /* what an application puts after addresses */
    CLIENT_HEADERS = 16,     /* headers of its own in a request */
    CLIENT_HEADER = 2000,    /* each of them */
    CLIENT_CODE = 64,        /* a typed code, blanks included */
    CLIENT_PASSWORD = 1024,  /* four times what the service allows (spec V1, 4.14), for any script of characters */
    CLIENT_METHODS = 16,     /* more ways to prove oneself are not shown */
    CLIENT_ATTRIBUTES = 128, /* 100 custom and 9 built-in ones (spec V1, 4.11, 4.13) */
    CLIENT_NAME = 512,       /* name of an attribute */
    CLIENT_FACTS = 65536,    /* attributes as JSON: more is over the server's limit of a body (spec V1, 1.9) */
    CLIENT_INTERVAL = 300,   /* seconds between codes where none are told (spec V1, 6.20) */
    CLIENT_POLL = 2, /* seconds between polls where none within 1 to CLIENT_POLL_MOST are told (spec V1, 3.11) */
    CLIENT_POLL_MOST = 15,
    CLIENT_DEVICE_POLL = 5, /* the same for a sign-in on another device, and added by slow_down (RFC 8628, 3.2, 3.5) */
    CLIENT_DEVICE_POLL_MOST = 3600,
    CLIENT_DEVICE_SECONDS = 900, /* that its code is good where nothing is told (spec OIDC, 4.1) */
    CLIENT_CONNECT_MS = 10000,
    CLIENT_TIMEOUT_MS = 30000,
    CLIENT_LOOK_MS = 250,          /* between two looks at a request, at most: time-outs of libcurl may get lost */
    CLIENT_REPEAT_MS = 500,        /* pause before a 5xx is asked again (spec V1, 1.9) */
    CLIENT_REPEAT_WAIT = 2,        /* seconds of Retry-After that are waited out; longer ones are the caller's */
    CLIENT_RETRY_AFTER = 86400,    /* more is taken as this */
    CLIENT_KEYS = 32,              /* of a tenant: two in use, a handful while they are changed */
    CLIENT_RSA_BYTES = 512,        /* RSA keys of 2,048 to 4,096 bits */
    CLIENT_TRUST_SECONDS = 3600,   /* that addresses and keys of a tenant are taken as known (spec OIDC, 1.5) */
    CLIENT_KEYS_SECONDS = 86400,   /* that keys still do for access tokens while the tenant cannot be asked */
    CLIENT_KEYS_PAUSE = 60,        /* seconds between questions for keys that strangers' tokens lead to */
    CLIENT_KEYS_RETRY = 5,         /* the same while there are none: not everybody waits for a server that is down */
    CLIENT_WEB_PATH = 128,         /* of the redirect address */
    CLIENT_SKEW = 300,             /* seconds that two clocks may differ (spec OIDC, 4.2) */
    CLIENT_BACKDATED = 300,        /* seconds that `iat` lies back, at Entra and at Doorcode (spec OIDC, 5.2) */
    CLIENT_REDIRECT = 8192,        /* query that comes back from the browser: a code and texts of an error */
    CLIENT_CODE_TEXT = 4096,       /* authorization code */
    CLIENT_WEB_MS = 600000,        /* for a person in a browser: ten minutes, as long as a mailed code is good */
    CLIENT_VISITORS = 32,          /* connections to the port that waits for the browser */
    CLIENT_VISITOR_MEMORY = 65536, /* of each: a head with the cookies that other programs left for localhost */
    CLIENT_VISITOR_MS = 10000,     /* from the first byte to the last of the answer */
    CLIENT_PAGE_MS = 2000,         /* that the last page may take to reach the browser */
    CLIENT_ACCOUNT_ID = 512,       /* uid.utid, or a sub, which has 255 at most (OpenID Connect Core, 2) */
    CLIENT_RENEW_AHEAD = 300,      /* seconds that a token has to live to be handed out, as in the SDKs */
    CLIENT_CACHE_MS = 60000,       /* to wait for a cache that others use: a renewal takes two calls at most */
    CLIENT_CACHE_PAUSE_MS = 20,    /* between two looks at it */
    CLIENT_UNLOCK_MS = 60000,      /* for a person to unlock the keyring */
    CLIENT_BLIND_MS = 20,          /* between steps where a caller has no room for the descriptors to wait for */
    CLIENT_WAITS = 24, /* descriptors to wait for: those of libcurl's few connections, and two of the port */
};

#endif
