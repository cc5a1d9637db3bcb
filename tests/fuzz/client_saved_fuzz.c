/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a saved flow: what is restored is saved as the same text again. */
#include "base/err.h"
#include "doorcode/client.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct doorcode_client *client_once(void)
{
    static struct doorcode_client *client;
    struct doorcode_options options;
    doorcode_options_init(&options);
    options.authority = "https://login.example.org/petstore";
    options.client_id = "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31";
    if (client == NULL)
        ASSERT(doorcode_client_new(&options, &client) == NULL);
    return client;
}

static void look(struct doorcode_flow *flow)
{
    size_t count;
    const struct doorcode_method *methods = doorcode_flow_methods(flow, &count);
    for (size_t i = 0; i < count; i++)
        ASSERT(strlen(methods[i].id) + strlen(methods[i].channel) + strlen(methods[i].hint) > 0);
    const struct doorcode_attribute *attributes = doorcode_flow_attributes(flow, &count);
    for (size_t i = 0; i < count; i++)
        ASSERT(strlen(attributes[i].name) + strlen(attributes[i].type) + strlen(attributes[i].regex) > 0);
    const struct doorcode_challenge *challenge = doorcode_flow_challenge(flow);
    ASSERT(challenge == NULL || strlen(challenge->target_label) + strlen(challenge->channel) < 1 << 20);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct doorcode_flow *flow;
    char *text = malloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    enum doorcode_state state = doorcode_flow_restore(client_once(), text, &flow);
    size_t need = doorcode_flow_save(flow, NULL, 0);
    ASSERT((state == DOORCODE_FAILED) == (need == 0));
    look(flow);
    char *again = malloc(need + 1);
    if (need > 0) {
        ASSERT(doorcode_flow_save(flow, again, need) == need);
        ASSERT(doorcode_flow_state(flow) == state);
    }
    free(again);
    free(text);
    doorcode_flow_free(flow);
    return 0;
}
