/* SPDX-License-Identifier: Apache-2.0 */
/* Reading what an application proves itself with: secrets, by their hashes, and certificates. */
#include "base/hex.h"
#include "base/secret.h"
#include "server/manifest_scope.h"

#include <string.h>

static const struct client_secret *stored_by_hash(const struct application *stored, const uint8_t hash[32])
{
    for (size_t i = 0; stored != NULL && i < stored->secret_count; i++)
        if (secret_eq(stored->secrets[i].hash, hash, sizeof stored->secrets[i].hash))
            return &stored->secrets[i];
    return NULL;
}

/* The field's check has seen to its form. */
static void read_hash(const char *text, uint8_t hash[32])
{
    const char *hex = text + sizeof "sha256:" - 1;

    for (size_t i = 0; i < 32; i++)
        hash[i] = (uint8_t)((unsigned)hex_digit(hex[2 * i]) << 4 | (unsigned)hex_digit(hex[2 * i + 1]));
}

static instant time_of(const char *text)
{
    instant at = 0;

    return text != NULL && clock_parse(slice_of(text), &at) ? at : 0;
}

/* What is wrong with the one among those before it; *field: where. NULL: nothing. */
static const char *check_secret(const struct client_secret *secrets, size_t i, const char **field)
{
    const struct client_secret *secret = &secrets[i];

    *field = "endsAt";
    if (secret->ends_at != 0 && secret->ends_at <= secret->starts_at)
        return "must be after startsAt";
    for (size_t k = 0; k < i; k++) {
        *field = "keyId";
        if (guid_eq(secrets[k].key_id, secret->key_id))
            return "is the id of another secret";
        *field = "hash";
        if (secret_eq(secrets[k].hash, secret->hash, sizeof secret->hash))
            return "is the hash of another secret";
    }
    return NULL;
}

/* A secret without keyId is known by its hash. */
static err read_secret(struct scope *s, const struct field_reader *reader, const struct map_list *list, size_t i,
                       const struct application *stored, struct client_secret *secrets)
{
    struct yaml_value map = yml_item(list->value, i);
    struct manifest_secret draft;
    struct field_reader inner;

    memset(&draft, 0, sizeof draft);
    TRY(fields_read_item(reader, "secrets", list, i, manifest_secret_fields, &draft, &inner));
    if (draft.hash == NULL)
        return field_complain(&inner, map, "hash",
                              "is missing; 'doorcode app add-secret' makes a secret with its hash");
    secrets[i] = (struct client_secret){ .key_id = draft.key_id,
                                         .hint = slice_of(draft.hint),
                                         .starts_at = time_of(draft.starts_at),
                                         .ends_at = time_of(draft.ends_at),
                                         .name = slice_of(draft.name) };
    read_hash(draft.hash, secrets[i].hash);
    const struct client_secret *known = stored_by_hash(stored, secrets[i].hash);
    if (guid_is_nil(draft.key_id))
        secrets[i].key_id = known != NULL ? known->key_id : guid_new(s->a->options->rng);
    const char *field;
    const char *wrong = check_secret(secrets, i, &field);
    return wrong == NULL ? OK : field_complain(&inner, map, field, wrong);
}

static err read_secrets(struct scope *s, const struct field_reader *reader, struct yaml_value map,
                        const struct map_list *list, const struct application *stored, struct application *app)
{
    struct client_secret *secrets = plan_take(&s->a->plan, list->n * sizeof *secrets);

    if (list->n > LIMIT_SECRETS)
        return field_complain(reader, map, "secrets", "has more than 10 entries");
    ENSURE(secrets != NULL, NO_MEMORY);
    for (size_t i = 0; i < list->n; i++)
        TRY(read_secret(s, reader, list, i, stored, secrets));
    app->secrets = secrets;
    app->secret_count = list->n;
    return OK;
}

err scope_read_credentials(struct scope *s, const struct field_reader *reader, struct yaml_value map,
                           const struct manifest_application *draft, const struct application *stored,
                           struct application *app)
{
    if (draft->certificates.n > LIMIT_CERTIFICATES)
        return field_complain(reader, map, "certificates", "has more than 4 entries");
    TRY(scope_slices(&s->a->plan, &draft->certificates, &app->certificates));
    if (draft->secrets.value.yaml != NULL)
        return read_secrets(s, reader, map, &draft->secrets, stored, app);
    /* A manifest that names no secrets leaves those there are: most are made by `app add-secret`. */
    app->secrets = stored == NULL ? NULL : stored->secrets;
    app->secret_count = stored == NULL ? 0 : stored->secret_count;
    return OK;
}
