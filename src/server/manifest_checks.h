/* SPDX-License-Identifier: Apache-2.0 */
/* manifest_checks.h: what texts of a manifest must look like. Each gives NULL, or what is wrong in words for the operator.
 * Pure, any thread. */
#ifndef DOORCODE_SERVER_MANIFEST_CHECKS_H
#define DOORCODE_SERVER_MANIFEST_CHECKS_H

const char *check_clean(const char *text); /* UTF-8 without control characters */
const char *check_lines(const char *text); /* the same, but with line breaks */
const char *check_label(const char *text); /* one DNS label: the tenant's sub-domain name */
const char *check_domain(const char *text);
const char *check_email(const char *text);
const char *check_https_url(const char *text);
const char *check_image(const char *text);            /* https, or data:image/…;base64,… */
const char *check_color(const char *text);            /* #rrggbb */
const char *check_origin(const char *text);           /* scheme://host[:port] and nothing else */
const char *check_public_origin(const char *text);    /* the same, https or http */
const char *check_redirect_uri(const char *text);     /* spec OIDC, 2.4: as for the web, and private schemes */
const char *check_web_redirect_uri(const char *text); /* https, or http on loopback */
const char *check_regex(const char *text);            /* what wire/pattern.h understands */
const char *check_second_factor(const char *text);    /* email or sms */
const char *check_contact_match(const char *text);    /* +47…, @example.com, or an address */
const char *check_hook_url(const char *text);         /* https, or http on loopback */
const char *check_identifier_uri(const char *text);   /* of an API: api://pets, https://…, urn:… */
const char *check_permission_value(const char *text); /* a scope or role of an API: Pets.Read */
const char *check_network(const char *text);          /* an IP address, or a network as 10.0.0.0/8 */
const char *check_name(const char *text);             /* of a claim or a text: letters, digits, _ . - */
const char *check_language(const char *text);
const char *check_text_key(const char *text); /* pages/texts.h */
const char *check_member(const char *text);   /* users or applications */
const char *check_time(const char *text);
const char *check_css(const char *text);
const char *check_secret_hash(const char *text); /* sha256:… */
const char *check_no_secret(const char *text);   /* always refused, with words that help */
const char *check_certificate(const char *text); /* PEM */
const char *check_guid(const char *text);
const char *check_password_hash(const char *text); /* PHC string of Argon2id */
const char *check_permission(const char *text);    /* a scope without blanks */

#endif
