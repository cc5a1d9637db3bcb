/* SPDX-License-Identifier: Apache-2.0 */
/* bus.h: sd-bus, the D-Bus client of libsystemd, loaded when it is first needed: most programs have no use for a keyring, and
 * some machines have no libsystemd. */
#ifndef DOORCODE_CLIENT_BUS_H
#define DOORCODE_CLIENT_BUS_H

#include <systemd/sd-bus.h>

struct bus_functions {
#define BUS_FUNCTION(name) __typeof__(&sd_bus_##name) name;
#include "bus.def"
#undef BUS_FUNCTION
};

/* NULL where there is no libsystemd, or an old one. Any thread. */
const struct bus_functions *bus_load(void);

#endif
