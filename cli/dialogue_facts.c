/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked about the user: attributes, and methods and contacts of a second factor. */
#include "base/buf.h"
#include "base/terminal.h"
#include "cli.h"
#include "dialogue_parts.h"

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

static bool is_refused(const struct dialogue *dialogue, const struct doorcode_attribute *attribute)
{
    const struct doorcode_error *error = doorcode_flow_error(dialogue->flow);
    for (size_t i = 0; error != NULL && i < error->invalid_attribute_count; i++) {
        if (strcmp(error->invalid_attributes[i], attribute->name) == 0)
            return true;
    }
    return false;
}

/* "extension_6c0f…_newsletter" is a newsletter to people. */
static const char *short_name(const char *name)
{
    struct slice rest;
    struct slice owner = slice_cut(slice_from(slice_of(name), strlen("extension_")), '_', &rest);
    bool is_long = slice_starts(slice_of(name), SLICE("extension_")) && owner.n > 0 && rest.n > 0;
    return is_long ? rest.p : name;
}

static void put_prompt(const struct dialogue *dialogue, const struct doorcode_attribute *attribute)
{
    FILE *out = dialogue->line->errors;
    const char *lead = " (";
    fputs(short_name(attribute->name), out);
    if (strcmp(attribute->type, "boolean") == 0) {
        fprintf(out, "%strue or false", lead);
        lead = ", ";
    }
    if (!attribute->required) {
        fprintf(out, "%soptional", lead);
        lead = ", ";
    }
    if (is_refused(dialogue, attribute) && attribute->regex[0] != '\0') {
        fprintf(out, "%smust match %s", lead, attribute->regex);
        lead = ", ";
    }
    fputs(lead[0] == ',' ? "): " : ": ", out);
}

/* False at the end of the input. A value that has to be there is asked for until it is. */
static bool ask_attribute(struct dialogue *dialogue, const struct doorcode_attribute *attribute)
{
    char text[DIALOGUE_LINE];
    do {
        put_prompt(dialogue, attribute);
        if (!type_line(dialogue, text))
            return false;
    } while (attribute->required && text[0] == '\0');
    json_object_set_new(dialogue->answers, attribute->name, text[0] != '\0' ? json_string(text) : json_null());
    return true;
}

/* Only what was refused is asked for again, and all of it where that is not told. */
static void forget_refused(struct dialogue *dialogue, const struct doorcode_attribute *attributes, size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (is_refused(dialogue, &attributes[i])) {
            json_object_del(dialogue->answers, attributes[i].name);
            any = true;
        }
    }
    if (!any)
        json_object_clear(dialogue->answers);
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
    if (dialogue->answers == NULL)
        dialogue->answers = json_object();
    forget_refused(dialogue, attributes, count);
    bool got = dialogue->answers != NULL;
    for (size_t i = 0; i < count && got; i++) {
        if (json_object_get(dialogue->answers, attributes[i].name) == NULL)
            got = ask_attribute(dialogue, &attributes[i]);
    }
    if (got)
        submit(dialogue, attributes, count, dialogue->answers);
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

/* Whether its channel means this one and not one before. */
static bool channel_means(const struct doorcode_method *methods, size_t which)
{
    for (size_t i = 0; i < which; i++) {
        if (slice_eq_nocase(slice_of(methods[i].channel), slice_of(methods[which].channel)))
            return false;
    }
    return true;
}

/* Says which there are, by the words that --method takes. */
static void name_methods(struct dialogue *dialogue, const struct doorcode_method *methods, size_t count,
                         const char *message)
{
    struct buf text;
    buf_init(&text, dialogue->problem_text, sizeof(dialogue->problem_text));
    buf_puts(&text, "Name one of these with --method:");
    for (size_t i = 0; i < count; i++) {
        const char *word = channel_means(methods, i) ? methods[i].channel : methods[i].id;
        buf_fmt(&text, "%s %s", i > 0 ? "," : "", word);
        if (methods[i].hint[0] != '\0')
            buf_fmt(&text, " (%s)", methods[i].hint);
    }
    buf_puts(&text, ".");
    buf_putc(&text, '\0');
    dialogue_end(dialogue, message, buf_ok(&text) && count > 0 ? dialogue->problem_text : "Name it with --method.");
}

/* The one that was meant, the only one, or the one that a person chooses. NULL has ended the dialogue. */
static const struct doorcode_method *get_method(struct dialogue *dialogue)
{
    size_t count;
    const struct doorcode_method *methods = doorcode_flow_methods(dialogue->flow, &count);
    const char *word = command_value(dialogue->line, "method");
    const struct doorcode_method *method = NULL;
    if (word == NULL && count == 1)
        return &methods[0];
    if (word != NULL)
        method = find_method(methods, count, word);
    else if (dialogue->has_person && count > 0)
        method = ask_method(dialogue, methods, count);
    if (method == NULL)
        name_methods(dialogue, methods, count,
                     word != NULL ? "There is no such second factor." : "It is not said which second factor is meant.");
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
