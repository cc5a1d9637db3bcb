/* SPDX-License-Identifier: Apache-2.0 */
/* listener.h: opens the ports. */
#ifndef DOORCODE_HTTP_LISTENER_H
#define DOORCODE_HTTP_LISTENER_H

#include "http/http.h"

enum { LISTENER_WHY = 200 };

/* A listening, non-blocking socket the caller closes; IO with *why. "::" takes IPv4 too. */
NODISCARD err listener_open(const struct http_listener *listener, int *fd, char why[LISTENER_WHY]);
/* 0 where it can't be told. */
uint16_t listener_port(int fd);

#endif
