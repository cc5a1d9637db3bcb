/* SPDX-License-Identifier: Apache-2.0 */
/* client_bodies.h: recorded answers in the shape of spec V1, 3, and the parts of requests that recur. */
#ifndef DOORCODE_TESTS_CLIENT_BODIES_H
#define DOORCODE_TESTS_CLIENT_BODIES_H

#include "support/client_session.h"

#define TOKEN(word) "{\"continuation_token\":\"" word "\"}"
#define OOB(word)                                                                                                \
    "{\"continuation_token\":\"" word "\",\"challenge_type\":\"oob\",\"binding_method\":\"prompt\",\"challenge_" \
    "channel\":\"email\",\"challenge_target_label\":\"s*m@e*********g\",\"code_length\":8}"
#define PASSWORD(word) "{\"continuation_token\":\"" word "\",\"challenge_type\":\"password\"}"
#define TOKENS                                                                                                       \
    "{\"token_type\":\"Bearer\",\"scope\":\"openid profile offline_access\",\"expires_in\":4199,\"ext_expires_in\":" \
    "4199,\"access_token\":\"a.b.c\",\"refresh_token\":\"1.r\",\"id_token\":\"@ID_TOKEN@\",\"client_info\":\"e30\"}"
#define GRANT(suberror, code) "{\"error\":\"invalid_grant\",\"suberror\":\"" suberror "\",\"error_codes\":[" code "]}"
#define INTERRUPT(error, code, word) \
    "{\"error\":\"" error "\",\"error_codes\":[" code "],\"continuation_token\":\"" word "\"}"
#define ATTRIBUTES(word)                                                                                        \
    "{\"error\":\"attributes_required\",\"error_codes\":[55106],\"continuation_token\":\"" word                 \
    "\",\"required_attributes\":[{\"name\":\"displayName\",\"type\":\"string\",\"required\":true,\"options\":{" \
    "\"regex\":\"^.{1,256}$\"}},{\"name\":\"extension_9c1f_shoeSize\",\"type\":\"integer\",\"required\":false}]}"
#define MFA(word)                                                                                                \
    "{\"error\":\"invalid_grant\",\"suberror\":\"mfa_required\",\"error_codes\":[50076],\"continuation_token\":" \
    "\"" word "\"}"
#define REGISTRATION(word)                                                                           \
    "{\"error\":\"invalid_grant\",\"suberror\":\"registration_required\",\"error_codes\":[50076],\"" \
    "continuation_token\":\"" word "\"}"
#define METHODS(word)                                                                                            \
    "{\"continuation_token\":\"" word "\",\"methods\":[{\"id\":\"6f3c\",\"challenge_type\":\"oob\",\"challenge_" \
    "channel\":\"email\",\"login_hint\":\"s*m@e*********g\"},{\"id\":\"e1b7\",\"challenge_type\":\"oob\","       \
    "\"challenge_channel\":\"sms\",\"login_hint\":\"+4********7\"}]}"
#define REGISTRABLE(word)                                                                                         \
    "{\"continuation_token\":\"" word "\",\"methods\":[{\"id\":\"email\",\"challenge_type\":\"oob\",\"challenge_" \
    "channel\":\"email\",\"login_hint\":\"sam@example.org\"},{\"id\":\"sms\",\"challenge_type\":\"oob\","         \
    "\"challenge_channel\":\"sms\",\"login_hint\":\"\"}]}"
#define REGISTER_OOB(word)                                                                                       \
    "{\"continuation_token\":\"" word "\",\"challenge_type\":\"oob\",\"binding_method\":\"prompt\",\"challenge_" \
    "target\":\"+4790000007\",\"challenge_channel\":\"sms\",\"code_length\":8}"

#define YES(text)                          \
    {                                      \
        .status = "200 OK", .body = (text) \
    }
#define NO(text)                                    \
    {                                               \
        .status = "400 Bad Request", .body = (text) \
    }
#define HICCUP                                                       \
    {                                                                \
        .status = "400 Bad Request", .type = "text/html", .body = "" \
    }

#define SIGNIN_TYPES "&challenge_type=oob%20password%20redirect"
#define CAPABLE "&capabilities=mfa_required%20registration_required"
#define SCOPES "&scope=openid%20profile%20offline_access&client_info=1"
#define USER "&username=sam%40example.org"

#define expect(session, state) assert_int_equal(doorcode_flow_state((session)->flow), DOORCODE_##state)
#define expect_error(session, word) assert_int_equal(session_error(session), DOORCODE_ERROR_##word)
#define CONTINUE "signup/v1.0/continue"

#endif
