/* Signs a user in with a code that is sent by mail:  ./first sam@example.org */
#include <doorcode/client.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    struct doorcode_options options;
    struct doorcode_client *client;
    struct doorcode_flow *flow;
    char code[64];

    doorcode_options_init(&options);
    options.authority = "http://localhost:8080/petstore.onmicrosoft.com"; /* `doorcode dev`, or your tenant's address */
    options.client_id = "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31";
    const struct doorcode_error *error = doorcode_client_new(&options, &client);
    if (error != NULL)
        return fprintf(stderr, "%s %s\n", error->message, error->advice), 1;

    enum doorcode_state state = doorcode_signin_start(client, argc > 1 ? argv[1] : "", &flow);
    while (state == DOORCODE_CODE_REQUIRED) {
        if ((error = doorcode_flow_error(flow)) != NULL) /* a wrong code: the flow goes on */
            puts(error->message);
        printf("The code that was sent to %s: ", doorcode_flow_challenge(flow)->target_label);
        fflush(stdout);
        if (fgets(code, sizeof(code), stdin) == NULL)
            break;
        state = doorcode_flow_submit_code(flow, code);
    }
    if (state == DOORCODE_COMPLETED)
        printf("Signed in; the access token has %zu bytes.\n", strlen(doorcode_flow_tokens(flow)->access_token));
    else if ((error = doorcode_flow_error(flow)) != NULL)
        printf("%s %s\n", error->message, error->advice);
    doorcode_flow_free(flow);
    doorcode_client_free(client);
    return state != DOORCODE_COMPLETED;
}
