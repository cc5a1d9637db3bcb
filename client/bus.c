/* SPDX-License-Identifier: Apache-2.0 */
#ifdef DOORCODE_SECRET_SERVICE
#include "bus.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static struct bus_functions functions;
static bool is_loaded;

static const struct {
    const char *name;
    size_t offset;
} rows[] = {
#define BUS_FUNCTION(name) { "sd_bus_" #name, offsetof(struct bus_functions, name) },
#include "bus.def"
#undef BUS_FUNCTION
};

/* Never unloaded: it keeps state for each thread. */
static void load(void)
{
    void *library = dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
    is_loaded = library != NULL;
    for (size_t i = 0; is_loaded && i < sizeof(rows) / sizeof(rows[0]); i++) {
        void *function = dlsym(library, rows[i].name);
        memcpy((char *)&functions + rows[i].offset, &function, sizeof(function));
        is_loaded = function != NULL;
    }
}

const struct bus_functions *bus_load(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return is_loaded ? &functions : NULL;
}
#endif
