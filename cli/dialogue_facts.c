/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked about the user: attributes, and methods and contacts of a second factor. */
#include "base/buf.h"
#include "cli.h"
#include "dialogue_parts.h"
#include "terminal.h"

#include <jansson.h>
#include <string.h>

/* A line from a person; false at the end of the input. */
static bool type_line(struct dialogue *dialogue, char *text)
{
    dialogue->asked = true;
    fflush(dialogue->line->errors);
    setvbuf(stdin, NULL, _IONBF, 0); /* so that passwords and codes may follow */
    enum typed typed = terminal_read_line(stdin, text, DIALOGUE_LINE);
    if (typed == TYPED_TOO_LONG)
        text[0] = '\0';
    return typed != TYPED_END;
}

/* ---- attributes ---- */

/* Without a person: says which are missing, so that the script can give them. */
static void name_attributes(struct dialogue *dialogue, const struct doorcode_attribute *attributes, size_t count)
{
    struct buf text;
    buf_init(&text, dialogue->problem_text, sizeof(dialogue->problem_text));
    buf_puts(&text, "Give it as NAME=VALUE after the user:");
    for (size_t i = 0; i < count; i++)
        buf_fmt(&text, "%s %s%s", i > 0 ? "," : "", attributes[i].name, attributes[i].required ? "" : " (optional)");
    buf_puts(&text, ".");
    buf_putc(&text, '\0');
    dialogue_end(dialogue, "The server wants to know more about the user.",
                 buf_ok(&text) ? dialogue->problem_text : "Give it on a terminal.");
}

/* False at the end of the input. A value that has to be there is asked for until it is. */
static bool ask_attribute(struct dialogue *dialogue, const struct doorcode_attribute *attribute, json_t *answers)
{
    char text[DIALOGUE_LINE];
    do {
        fprintf(dialogue->line->errors, "%s%s: ", attribute->name, attribute->required ? "" : " (optional)");
        if (!type_line(dialogue, text))
            return false;
    } while (attribute->required && text[0] == '\0');
    if (text[0] != '\0')
        json_object_set_new(answers, attribute->name, json_string(text));
    return true;
}

static void submit(struct dialogue *dialogue, const struct doorcode_attribute *attributes, size_t count,
                   const json_t *answers)
{
    struct doorcode_value values[DIALOGUE_VALUES];
    size_t n = 0;
    for (size_t i = 0; i < count && n < DIALOGUE_VALUES; i++) {
        const char *text = json_string_value(json_object_get(answers, attributes[i].name));
        if (text != NULL)
            values[n++] = (struct doorcode_value){ attributes[i].name, text };
    }
    doorcode_flow_submit_attributes(dialogue->flow, values, n);
}

void dialogue_attributes(struct dialogue *dialogue)
{
    size_t count;
    const struct doorcode_attribute *attributes = doorcode_flow_attributes(dialogue->flow, &count);
    if (!dialogue->has_person) {
        name_attributes(dialogue, attributes, count);
        return;
    }
    json_auto_t *answers = json_object();
    bool got = answers != NULL;
    for (size_t i = 0; i < count && got; i++)
        got = ask_attribute(dialogue, &attributes[i], answers);
    if (got)
        submit(dialogue, attributes, count, answers);
    else
        dialogue_end(dialogue, "The server wants to know more about the user.", "Answer its questions.");
}

/* ---- methods ---- */

static const struct doorcode_method *find_method(const struct doorcode_method *methods, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++) {
        bool meant = slice_eq_nocase(slice_of(methods[i].channel), slice_of(word));
        if (meant || strcmp(methods[i].id, word) == 0)
            return &methods[i];
    }
    return NULL;
}

static const struct doorcode_method *ask_method(struct dialogue *dialogue, const struct doorcode_method *methods,
                                                size_t count)
{
    char text[DIALOGUE_LINE];
    uint64_t number;
    FILE *out = dialogue->line->errors;
    for (;;) {
        for (size_t i = 0; i < count; i++)
            fprintf(out, "%zu) %s %s\n", i + 1, methods[i].channel, methods[i].hint);
        fprintf(out, "Which one, 1 to %zu: ", count);
        if (!type_line(dialogue, text))
            return NULL;
        if (slice_to_u64(slice_of(text), count, &number) && number > 0)
            return &methods[number - 1];
    }
}

/* The one that was meant, the only one, or the one that a person chooses. NULL has ended the dialogue. */
static const struct doorcode_method *get_method(struct dialogue *dialogue)
{
    size_t count;
    const struct doorcode_method *methods = doorcode_flow_methods(dialogue->flow, &count);
    const char *word = command_value(dialogue->line, "method");
    const struct doorcode_method *method = NULL;
    if (word != NULL)
        method = find_method(methods, count, word);
    else if (count == 1)
        method = &methods[0];
    else if (dialogue->has_person && count > 0)
        method = ask_method(dialogue, methods, count);
    if (method == NULL)
        dialogue_end(dialogue, "It is not said which second factor is meant.",
                     "Name one that there is with --method: email, sms, or its id.");
    return method;
}

void dialogue_mfa(struct dialogue *dialogue)
{
    fprintf(dialogue->line->errors, "A second factor is needed.\n");
    const struct doorcode_method *method = get_method(dialogue);
    if (method == NULL)
        return;
    doorcode_flow_choose_method(dialogue->flow, method->id);
    if (!dialogue->asked)
        dialogue_end_if_refused(dialogue);
}

/* NULL at the end of the input, or where there is nobody to ask. `text` holds what is typed. */
static const char *get_contact(struct dialogue *dialogue, const struct doorcode_method *method, char *text)
{
    const char *contact = command_value(dialogue->line, "contact");
    if (contact != NULL)
        return contact;
    if (!dialogue->has_person)
        return method->hint[0] != '\0' ? method->hint : NULL;
    fprintf(dialogue->line->errors, "Contact for codes by %s%s%s%s: ", method->channel,
            method->hint[0] != '\0' ? " (empty line: " : "", method->hint, method->hint[0] != '\0' ? ")" : "");
    if (!type_line(dialogue, text))
        return NULL;
    return text[0] != '\0' ? text : method->hint;
}

void dialogue_registration(struct dialogue *dialogue)
{
    char text[DIALOGUE_LINE];
    fprintf(dialogue->line->errors, "A second factor has to be registered.\n");
    const struct doorcode_method *method = get_method(dialogue);
    const char *contact = method != NULL ? get_contact(dialogue, method, text) : NULL;
    if (contact != NULL)
        doorcode_flow_register_method(dialogue->flow, method->id, contact);
    else if (method != NULL)
        dialogue_end(dialogue, "A second factor has to be registered.",
                     "Give its address or phone number with --contact.");
    if (!dialogue->asked)
        dialogue_end_if_refused(dialogue);
}
