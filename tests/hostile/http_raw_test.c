/* SPDX-License-Identifier: Apache-2.0 */
/* Malformed and odd requests as bytes: each gets a 4xx in JSON or a closed connection, nothing hidden in it is ever taken
 * for a request of its own, and the server goes on serving. */
#include "hostile/http_support.h"

/* What must come back. */
enum want {
    FINE = 200,      /* the connection stays open */
    NOT_FOUND = 404, /* reached the handler in good order */
    NOT_ALLOWED = 405,
    /* refused by us: JSON, then closed */
    REFUSED = 400,
    TARGET = 414,
    HEADERS = 431,
    TOO_LARGE = 413,
    CLOSED = 2000, /* without an answer */
};

struct row {
    const char *name;
    enum want want;
    struct slice start;
    struct slice fill; /* repeated `times` */
    size_t times;
    struct slice end;
};

#define S(literal)                     \
    {                                  \
        (literal), sizeof(literal) - 1 \
    }
#define ROW(name, want, text)                \
    {                                        \
        name, want, S(text), S(""), 0, S("") \
    }
#define POST "POST /echo HTTP/1.1\r\nHost: a\r\n"
#define HIDDEN "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"

static const struct row rows[] = {
    /* good ones, so that the table can tell */
    ROW("plain", FINE, POST "Content-Length: 3\r\n\r\nabc"),
    ROW("no body", FINE, POST "\r\n"),
    ROW("chunked", FINE, CHUNKED "3\r\nabc\r\n0\r\n\r\n"),
    ROW("chunks of one", FINE, CHUNKED "1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n"),
    ROW("chunk size in capitals, leading zeros", FINE, CHUNKED "0003\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n"),
    ROW("chunk extension", FINE, CHUNKED "3;a=b;c=\"d\"\r\nabc\r\n0;e\r\n\r\n"),
    ROW("trailer", FINE, CHUNKED "3\r\nabc\r\n0\r\nx-after: y\r\n\r\n"),
    ROW("absolute form", FINE, "GET http://other.example/echo HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("empty line before the request", FINE, "\r\n\r\n" POST "\r\n"),
    ROW("empty value", FINE, POST "x-client-OS:\r\nx-client-CPU: \r\n\r\n"),
    ROW("HTTP/1.1 with a later minor", FINE, "GET /echo HTTP/1.2\r\nHost: a\r\n\r\n"),
    ROW("body on GET", FINE, "GET /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"),
    ROW("unknown expectation", FINE, POST "Expect: tea\r\nContent-Length: 0\r\n\r\n"),
    ROW("body looks like a request", FINE, POST "Content-Length: 35\r\n\r\n" HIDDEN),
    { "largest body", FINE, S(POST "Content-Length: 1024\r\n\r\n"), S("a"), 1024, S("") },
    { "64 headers", FINE, S(POST), S("x: y\r\n"), 63, S("\r\n") },
    { "query of 8,000 bytes", FINE, S("GET /echo?"), S("abcd"), 2000,
      S(" HTTP/1.0\r\nConnection: keep-alive\r\n\r\n") },

    /* two readers, two lengths */
    ROW("length and chunked", REFUSED, POST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN),
    ROW("chunked and length", REFUSED, POST "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" HIDDEN),
    ROW("two lengths", REFUSED, POST "Content-Length: 0\r\nContent-Length: 35\r\n\r\n" HIDDEN),
    ROW("two equal lengths", REFUSED, POST "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
    ROW("two lengths in one header", CLOSED, POST "Content-Length: 3, 3\r\n\r\nabc"),
    ROW("plus sign", CLOSED, POST "Content-Length: +3\r\n\r\nabc"),
    ROW("minus sign", CLOSED, POST "Content-Length: -1\r\n\r\nabc"),
    ROW("minus zero", CLOSED, POST "Content-Length: -0\r\n\r\n"),
    ROW("hexadecimal", CLOSED, POST "Content-Length: 0x3\r\n\r\nabc"),
    ROW("exponent", CLOSED, POST "Content-Length: 3e0\r\n\r\nabc"),
    ROW("fraction", CLOSED, POST "Content-Length: 3.0\r\n\r\nabc"),
    ROW("empty length", CLOSED, POST "Content-Length:\r\n\r\n"),
    ROW("word", CLOSED, POST "Content-Length: three\r\n\r\nabc"),
    ROW("blank inside", CLOSED, POST "Content-Length: 3 3\r\n\r\nabc"),
    ROW("other digits", CLOSED, POST "Content-Length: \xd9\xa3\r\n\r\nabc"),
    ROW("2^64", CLOSED, POST "Content-Length: 18446744073709551616\r\n\r\nabc"),
    ROW("2^64 - 1", REFUSED, POST "Content-Length: 18446744073709551615\r\n\r\nabc"),
    ROW("2^63", REFUSED, POST "Content-Length: 9223372036854775808\r\n\r\nabc"),
    ROW("twenty zeros", REFUSED, POST "Content-Length: 00000000000000000003\r\n\r\nabc"),
    ROW("huge but legal", TOO_LARGE, POST "Content-Length: 999999999999999999\r\n\r\nabc"),
    ROW("blank before the colon", REFUSED, POST "Content-Length : 36\r\n\r\n" HIDDEN),
    ROW("tab before the colon", REFUSED, POST "Content-Length\t: 36\r\n\r\n" HIDDEN),
    ROW("blank before chunked's colon", REFUSED, POST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" HIDDEN),
    ROW("control in the length's name", REFUSED, POST "Content-\x01Length: 36\r\n\r\n" HIDDEN),
    ROW("vertical tab before chunked", REFUSED, POST "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n" HIDDEN),
    ROW("gzip", REFUSED, POST "Transfer-Encoding: gzip\r\n\r\n" HIDDEN),
    ROW("gzip, chunked", REFUSED, POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" HIDDEN),
    ROW("chunked, identity", REFUSED, POST "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" HIDDEN),
    ROW("identity", REFUSED, POST "Transfer-Encoding: identity\r\nContent-Length: 3\r\n\r\nabc"),
    ROW("chunked twice", REFUSED,
        POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN),
    ROW("quoted chunked", REFUSED, POST "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"),
    ROW("xchunked", REFUSED, POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" HIDDEN),
    ROW("empty transfer encoding", REFUSED, POST "Transfer-Encoding:\r\n\r\n" HIDDEN),
    ROW("chunked in HTTP/1.0", REFUSED, "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN),

    /* lines */
    ROW("folded header", REFUSED, POST "x: a\r\n b\r\n\r\n"),
    ROW("folded with tab", REFUSED, POST "x: a\r\n\tb\r\n\r\n"),
    ROW("folded length", REFUSED, POST "Content-Length:\r\n 36\r\n\r\n" HIDDEN),
    ROW("folded chunked", REFUSED, POST "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" HIDDEN),
    ROW("folded first header", REFUSED, "GET /echo HTTP/1.1\r\n Host: a\r\n\r\n"),
    ROW("fold before the end", REFUSED, POST " \r\n\r\n" HIDDEN),
    ROW("bare LF everywhere", REFUSED, "GET /echo HTTP/1.1\nHost: a\n\n"),
    ROW("bare LF after the request line", REFUSED, "GET /echo HTTP/1.1\nHost: a\r\n\r\n"),
    ROW("bare LF after a header", REFUSED, POST "x: y\nContent-Length: 35\r\n\r\n" HIDDEN),
    ROW("bare LF at the end", REFUSED, POST "x: y\r\n\n" HIDDEN),
    ROW("CR inside a value", REFUSED, POST "x: a\rContent-Length: 35\r\n\r\n" HIDDEN),
    ROW("CR CR LF", REFUSED, POST "x: a\r\r\n\r\n"),
    ROW("CR in the name", REFUSED, POST "x\ry: a\r\n\r\n"),
    ROW("no colon", REFUSED, POST "nothing here\r\n\r\n"),
    ROW("colon only", REFUSED, POST ":\r\n\r\n"),
    ROW("no name", REFUSED, POST ": value\r\n\r\n"),
    ROW("bytes beyond ASCII in a name", REFUSED, POST "x-\xc3\xbc: a\r\n\r\n"),
    ROW("parentheses in a name", REFUSED, POST "x(y): a\r\n\r\n"),
    ROW("slash in a name", REFUSED, POST "x/y: a\r\n\r\n"),
    ROW("at sign in a name", REFUSED, POST "x@y: a\r\n\r\n"),
    ROW("DEL in a value", REFUSED, POST "x: a\x7f\r\n\r\n"),
    ROW("escape in a value", REFUSED, POST "x: \x1b[31m\r\n\r\n"),

    /* NUL */
    ROW("NUL in a value", REFUSED, POST "x: a\0b\r\n\r\n"),
    ROW("NUL ends a value", REFUSED, POST "x: a\0\r\n\r\n"),
    ROW("NUL in the last value hides a length", REFUSED, POST "x: a\0\r\nContent-Length: 35\r\n\r\n" HIDDEN),
    ROW("NUL begins a line", REFUSED, POST "\0x: a\r\n\r\n" HIDDEN),
    ROW("NUL line hides headers", REFUSED, POST "\0\r\nContent-Length: 35\r\n\r\n" HIDDEN),
    ROW("NUL in a name", REFUSED, POST "x\0y: a\r\n\r\n"),
    ROW("NUL after the colon", REFUSED, POST "x:\0a\r\n\r\n"),
    ROW("NUL in Content-Length", REFUSED,
        POST "Content-Length: 0\0"
             "35\r\n\r\n" HIDDEN),
    ROW("NUL in Transfer-Encoding", REFUSED, POST "Transfer-Encoding: chunked\0x\r\n\r\n0\r\n\r\n" HIDDEN),
    ROW("NUL in the path", REFUSED, "GET /echo\0/x HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("NUL in the query", REFUSED, "GET /echo?a\0b HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("NUL in the method", REFUSED, "GE\0T /echo HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("NUL in the version", REFUSED, "GET /echo HTTP/1.\0\r\nHost: a\r\n\r\n"),
    ROW("NUL first", REFUSED, "\0GET /echo HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("NUL in the body", FINE, POST "Content-Length: 3\r\n\r\na\0b"),
    ROW("NUL in a chunk size", REFUSED, CHUNKED "3\0\r\nabc\r\n0\r\n\r\n"),
    { "NULs only", TARGET, S("\0"), S("\0"), 40000, S("\r\n\r\n") },

    /* chunks */
    ROW("chunk size empty", REFUSED, CHUNKED "\r\nabc\r\n0\r\n\r\n"),
    ROW("chunk size signed", REFUSED, CHUNKED "+3\r\nabc\r\n0\r\n\r\n"),
    ROW("chunk size negative", REFUSED, CHUNKED "-3\r\nabc\r\n0\r\n\r\n"),
    ROW("chunk size 0x", REFUSED, CHUNKED "0x3\r\nabc\r\n0\r\n\r\n"),
    ROW("chunk size with a blank before", REFUSED, CHUNKED " 3\r\nabc\r\n0\r\n\r\n"),
    ROW("chunk size with a blank after", REFUSED, CHUNKED "3 \r\nabc\r\n0\r\n\r\n"),
    ROW("chunk size no hexadecimal", REFUSED, CHUNKED "g\r\nabc\r\n0\r\n\r\n"),
    ROW("chunk size overflows", TOO_LARGE, CHUNKED "10000000000000003\r\nabc\r\n0\r\n\r\n"),
    ROW("chunk longer than said", REFUSED, CHUNKED "3\r\nabcdef\r\n0\r\n\r\n"),
    ROW("chunk without line end", REFUSED, CHUNKED "3\r\nabc0\r\n\r\n"),
    ROW("chunk size, extension only", REFUSED, CHUNKED ";a=b\r\nabc\r\n0\r\n\r\n"),
    ROW("trailer without colon", REFUSED, CHUNKED "0\r\nnothing here\r\n\r\n"),
    ROW("trailer tries a length", FINE, CHUNKED "0\r\nContent-Length: 35\r\n\r\n"),
    { "chunk size of many zeros", FINE, S(CHUNKED), S("0"), 4000, S("3\r\nabc\r\n0\r\n\r\n") },
    { "chunk extension of 8 KiB", FINE, S(CHUNKED "3;"), S("a"), 8000, S("\r\nabc\r\n0\r\n\r\n") },
    { "chunk extension flood", TOO_LARGE, S(CHUNKED "3;"), S("a"), 400000, S("\r\nabc\r\n0\r\n\r\n") },
    { "chunk size flood", TOO_LARGE, S(CHUNKED), S("0"), 400000, S("3\r\n") },
    { "trailer flood", HEADERS, S(CHUNKED "0\r\n"), S("x-trailer: y\r\n"), 4000, S("\r\n") },
    { "1,024 chunks of one", FINE, S(CHUNKED), S("1\r\na\r\n"), 1024, S("0\r\n\r\n") },
    { "one chunk too many", TOO_LARGE, S(CHUNKED), S("1\r\na\r\n"), 1025, S("0\r\n\r\n") },
    { "endless chunks", CLOSED, S(CHUNKED), S("10\r\n0123456789abcdef\r\n"), 40000, S("") },

    /* sizes */
    { "one byte too many", TOO_LARGE, S(POST "Content-Length: 1025\r\n\r\n"), S("a"), 1025, S("") },
    { "too large by 100 KiB", TOO_LARGE, S(POST "Content-Length: 102400\r\n\r\n"), S("a"), 102400, S("") },
    { "too large by 1 MiB", TOO_LARGE, S(POST "Content-Length: 1048576\r\n\r\n"), S("a"), 1048576, S("") },
    { "too large, then another request", TOO_LARGE, S(POST "Content-Length: 2048\r\n\r\n"), S("a"), 2048, S("") },
    { "body where none may be", TOO_LARGE, S("POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n"), S("a"), 1,
      S("") },
    { "large body", FINE, S("POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: 65536\r\n\r\n"), S("b"), 65536, S("") },
    { "large body in chunks", FINE, S("POST /large HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"),
      S("10\r\n0123456789abcdef\r\n"), 4096, S("0\r\n\r\n") },
    { "65 headers", HEADERS, S(POST), S("x: y\r\n"), 64, S("\r\n") },
    { "200 headers", HEADERS, S(POST), S("x: y\r\n"), 200, S("\r\n") },
    { "10,000 headers", HEADERS, S(POST), S("x: y\r\n"), 10000, S("\r\n") },
    { "value of 15 KiB", FINE, S(POST "x: "), S("y"), 15360, S("\r\n\r\n") },
    { "value of 100 KiB", HEADERS, S(POST "x: "), S("y"), 102400, S("\r\n\r\n") },
    { "name of 100 KiB", HEADERS, S(POST), S("y"), 102400, S(": z\r\n\r\n") },
    { "cookie of 8 KiB", FINE, S(POST "Cookie: "), S("a"), 2000, S("\r\n\r\n") },
    { "cookie of many parts", CLOSED, S(POST "Cookie: "), S("a=b;"), 2500, S("\r\n\r\n") },
    { "target of 8,193 bytes", TARGET, S("GET /"), S("a"), 8192, S(" HTTP/1.1\r\nHost: a\r\n\r\n") },
    { "target of 20 KiB", TARGET, S("GET /"), S("a"), 20480, S(" HTTP/1.1\r\nHost: a\r\n\r\n") },
    { "query of many arguments", CLOSED, S("GET /echo?"), S("&"), 4000, S(" HTTP/1.1\r\nHost: a\r\n\r\n") },
    { "method of 33 bytes", REFUSED, S(""), S("A"), 33, S(" /echo HTTP/1.1\r\nHost: a\r\n\r\n") },
    { "method of 4 KiB", REFUSED, S(""), S("A"), 4096, S(" /echo HTTP/1.1\r\nHost: a\r\n\r\n") },
    { "method of 100 KiB", TARGET, S(""), S("A"), 102400, S(" /echo HTTP/1.1\r\nHost: a\r\n\r\n") },
    { "empty lines without end", CLOSED, S(""), S("\r\n"), 200, S("\r\n") },

    /* methods */
    ROW("lower case", NOT_ALLOWED, "post /echo HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("mixed case", NOT_ALLOWED, "Post /echo HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("PUT", NOT_ALLOWED, "PUT /echo HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("DELETE", NOT_ALLOWED, "DELETE /echo HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("PATCH", NOT_ALLOWED, "PATCH /echo HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("TRACE", NOT_ALLOWED, "TRACE /echo HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("invented", NOT_ALLOWED, "BREW /echo HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("CONNECT", REFUSED, "CONNECT a.example:443 HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN),
    ROW("method with parentheses", REFUSED, "G(T /echo HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("method with quotes", REFUSED, "\"GET\" /echo HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("method beyond ASCII", REFUSED, "G\xc3\x8bT /echo HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("tab for blank", CLOSED, "GET\t/echo\tHTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("blank first", CLOSED, " GET /echo HTTP/1.1\r\nHost: a\r\n\r\n"),

    /* versions */
    ROW("HTTP/0.9", REFUSED, "GET /echo\r\n\r\n"),
    ROW("HTTP/0.9 by name", REFUSED, "GET /echo HTTP/0.9\r\n\r\n"),
    ROW("HTTP/2.0", REFUSED, "GET /echo HTTP/2.0\r\nHost: a\r\n\r\n"),
    ROW("HTTP/3.0", REFUSED, "GET /echo HTTP/3.0\r\nHost: a\r\n\r\n"),
    ROW("preface of HTTP/2", REFUSED, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ROW("http in lower case", REFUSED, "GET /echo http/1.1\r\nHost: a\r\n\r\n"),
    ROW("no version number", REFUSED, "GET /echo HTTP/\r\nHost: a\r\n\r\n"),
    ROW("HTTP/1", REFUSED, "GET /echo HTTP/1\r\nHost: a\r\n\r\n"),
    ROW("HTTP/1.10", REFUSED, "GET /echo HTTP/1.10\r\nHost: a\r\n\r\n"),
    ROW("HTTP/-1.1", REFUSED, "GET /echo HTTP/-1.1\r\nHost: a\r\n\r\n"),
    ROW("another protocol", REFUSED, "OPTIONS /echo RTSP/1.0\r\nHost: a\r\n\r\n"),
    ROW("SIP", REFUSED, "INVITE sip:a@b SIP/2.0\r\n\r\n"),
    ROW("no host", REFUSED, "GET /echo HTTP/1.1\r\n\r\n"),
    ROW("two hosts", REFUSED, "GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
    ROW("empty host", REFUSED, "GET /echo HTTP/1.1\r\nHost: \r\n\r\n"),
    ROW("host with a path", REFUSED, "GET /echo HTTP/1.1\r\nHost: a/b\r\n\r\n"),
    ROW("host with blanks", REFUSED, "GET /echo HTTP/1.1\r\nHost: a b\r\n\r\n"),
    ROW("host with a user", REFUSED, "GET /echo HTTP/1.1\r\nHost: u@a\r\n\r\n"),

    /* targets */
    ROW("asterisk", REFUSED, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("no slash", REFUSED, "GET echo HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("another scheme", REFUSED, "GET ftp://a/echo HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("file scheme", REFUSED, "GET file:///etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("authority only", REFUSED, "GET http://a HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("blank in the path", REFUSED, "GET /echo /x HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("two blanks", REFUSED, "GET  /echo HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("blank after the version", REFUSED, "GET /echo HTTP/1.1 \r\nHost: a\r\n\r\n"),
    ROW("fragment", REFUSED, "GET /echo#x HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("bytes beyond ASCII", REFUSED, "GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("tab in the path", REFUSED, "GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("CR in the path", REFUSED, "GET /a\rb HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("DEL in the path", REFUSED, "GET /a\x7f HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("escaped NUL", NOT_FOUND, "GET /echo%00 HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("broken escape", NOT_FOUND, "GET /echo%zz HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("escaped letter is another path", NOT_FOUND, "GET /ech%6f HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("dots", NOT_FOUND, "GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("dots to the same path", NOT_FOUND, "GET /x/../echo HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("two slashes", NOT_FOUND, "GET //echo HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("backslash", NOT_FOUND, "GET /\\echo HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("upper case", NOT_FOUND, "GET /ECHO HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("no target", REFUSED, "GET HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("method only", CLOSED, "GET\r\n\r\n"),

    /* headers that must be single */
    ROW("two content types", REFUSED, POST "Content-Type: a/b\r\nContent-Type: c/d\r\n\r\n"),
    ROW("two authorizations", REFUSED, POST "Authorization: a\r\nAuthorization: b\r\n\r\n"),
    ROW("two origins", REFUSED, POST "Origin: https://a\r\nOrigin: https://b\r\n\r\n"),
    ROW("two request ids", REFUSED, POST "client-request-id: a\r\nclient-request-id: b\r\n\r\n"),
    ROW("two expectations", REFUSED, POST "Expect: 100-continue\r\nExpect: 100-continue\r\n\r\n"),

    /* other protocols */
    ROW("TLS hello", CLOSED, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
    ROW("SSH", REFUSED, "SSH-2.0-OpenSSH 9\r\n"),
    ROW("SMTP", REFUSED, "EHLO client.example\r\n"),
    ROW("Redis", CLOSED, "*1\r\n$4\r\nPING\r\n"),
    ROW("a proxy's own header", REFUSED, "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" POST "\r\n"),
    ROW("noise", CLOSED, "\xff\xfe\xfd\x80\x81\r\n\r\n"),
    ROW("upgrade to HTTP/2 in the clear", FINE,
        POST "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n\r\n"),
    ROW("upgrade to websocket", FINE,
        POST "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n"),
    ROW("expect with too large a length", TOO_LARGE, POST "Expect: 100-continue\r\nContent-Length: 5000\r\n\r\n"),
};

static char sending[1 << 21];

static size_t compose(const struct row *row)
{
    struct buf b;

    buf_init(&b, sending, sizeof sending);
    buf_put(&b, row->start);
    for (size_t i = 0; i < row->times; i++)
        buf_put(&b, row->fill);
    buf_put(&b, row->end);
    assert_true(buf_ok(&b));
    return b.n;
}

static bool stays_open(const struct row *row)
{
    return row->want == FINE || row->want == NOT_FOUND || row->want == NOT_ALLOWED;
}

static bool as_wanted(const struct row *row, const struct answer *a)
{
    if (row->want == CLOSED)
        return a->closed && a->n == 0;
    if (stays_open(row))
        return a->status == (int)row->want && a->json && a->n == a->end && !a->closed;
    return a->status == (int)row->want && a->json && a->n == a->end;
}

/* A second request on the connection is answered if it stayed open, and only then. */
static bool goes_on(int fd)
{
    static struct answer a;

    a = (struct answer){ .n = 0 };
    if (!puts_to(fd, "HEAD /echo HTTP/1.1\r\nHost: a\r\n\r\n"))
        return false;
    answer_read(fd, &a, false, true);
    return a.status == 200;
}

static bool may_go_on(const struct row *row)
{
    return stays_open(row) || (row->want == TOO_LARGE && row->times > 0);
}

static void every_row_is_answered_or_closed(void **state)
{
    static struct test_server t;
    static struct answer a;
    unsigned wrong = 0;

    (void)state;
    test_start(&t, (struct http_options){ .request_seconds = 1, .idle_seconds = 5 });
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        int fd = dial(&t, 0);
        put(fd, sending, compose(row));
        a = (struct answer){ .n = 0 };
        answer_read(fd, &a, !may_go_on(row), false);
        if (!as_wanted(row, &a) || (stays_open(row) && !goes_on(fd))) {
            print_error("%s: got %d%s%s, %zu bytes, %zu in the first answer\n%.300s\n", row->name, a.status,
                        a.json ? " json" : "", a.closed ? " closed" : " open", a.n, a.end, a.bytes);
            wrong++;
        }
        close(fd);
        assert_alive(&t);
    }
    assert_int_equal(wrong, 0);
    assert_int_equal(t.smuggled, 0);
    assert_true(t.defects > 60);
    test_stop(&t, 2);
}

static void the_table_is_long_enough(void **state)
{
    (void)state;
    assert_true(sizeof rows / sizeof rows[0] >= 120);
}

static void too_large_leaves_the_connection_in_order(void **state)
{
    static struct test_server t;
    static struct answer a;
    static char body[5000];

    (void)state;
    test_start(&t, (struct http_options){ .workers = 1 });
    int fd = dial(&t, 0);
    memset(body, 'a', sizeof body);
    puts_to(fd, POST "Content-Length: 5000\r\n\r\n");
    put(fd, body, sizeof body);
    a = (struct answer){ .n = 0 };
    answer_read(fd, &a, false, false);
    assert_int_equal(a.status, 413);
    assert_true(goes_on(fd));
    close(fd);
    test_stop(&t, 2);
}

static void expect_is_answered(void **state)
{
    static struct test_server t;
    static struct answer a;

    (void)state;
    test_start(&t, (struct http_options){ .workers = 1 });
    int fd = dial(&t, 0);
    puts_to(fd, POST "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    a = (struct answer){ .n = 0 };
    answer_read(fd, &a, false, false);
    assert_int_equal(a.status, 100);
    puts_to(fd, "abc");
    a = (struct answer){ .n = 0 };
    answer_read(fd, &a, false, false);
    assert_int_equal(a.status, 200);
    close(fd);
    test_stop(&t, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_long_enough),
        cmocka_unit_test(every_row_is_answered_or_closed),
        cmocka_unit_test(too_large_leaves_the_connection_in_order),
        cmocka_unit_test(expect_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
