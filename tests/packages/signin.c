/* SPDX-License-Identifier: Apache-2.0 */
/* signin AUTHORITY CLIENT-ID USER: what somebody writes first with libdoorcode. The code is read from the standard input. */
#include <doorcode/client.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    char code[32] = "";
    struct doorcode_options options;
    struct doorcode_client *client;
    struct doorcode_flow *flow = NULL;

    doorcode_options_init(&options);
    options.authority = argc > 1 ? argv[1] : NULL;
    options.client_id = argc > 2 ? argv[2] : NULL;
    const struct doorcode_error *error = doorcode_client_new(&options, &client);
    if (error != NULL) {
        fprintf(stderr, "signin: %s %s\n", error->message, error->advice);
        return 1;
    }
    enum doorcode_state state = doorcode_signin_start(client, argv[3], &flow);
    while (state == DOORCODE_CODE_REQUIRED && fgets(code, sizeof(code), stdin) != NULL)
        state = doorcode_flow_submit_code(flow, code);
    if (state == DOORCODE_COMPLETED)
        printf("signed in, scopes %s\n", doorcode_flow_tokens(flow)->scope);
    else
        fprintf(stderr, "signin: %s\n", doorcode_flow_error(flow) ? doorcode_flow_error(flow)->message : "not by code");
    doorcode_flow_free(flow);
    doorcode_client_free(client);
    return state == DOORCODE_COMPLETED ? 0 : 1;
}
