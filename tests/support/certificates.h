/* SPDX-License-Identifier: Apache-2.0 */
/* certificates.h: certificates of applications, in PEM. Their private keys are nowhere. */
#ifndef DOORCODE_TESTS_CERTIFICATES_H
#define DOORCODE_TESTS_CERTIFICATES_H

/* RSA, 2048 bits. */
#define CERTIFICATE_RSA                                                  \
    "-----BEGIN CERTIFICATE-----\n"                                      \
    "MIIDETCCAfmgAwIBAgIUJbjOJMhyTccsfJSRZtKScmcz2RAwDQYJKoZIhvcNAQEL\n" \
    "BQAwFzEVMBMGA1UEAwwMc2hvcC5leGFtcGxlMCAXDTI2MTEyOTAyMTM0NloYDzIx\n" \
    "MjYxMTA1MDIxMzQ2WjAXMRUwEwYDVQQDDAxzaG9wLmV4YW1wbGUwggEiMA0GCSqG\n" \
    "SIb3DQEBAQUAA4IBDwAwggEKAoIBAQDBDY8mEAVTAnfxLa2qPL6hIUvZPb8Cj9DP\n" \
    "WfqNDe57bC758pCPlLBIQDlqlfrSc3wqzYKxKHSo9ydOs5dJAg5HW95kV+BdAfHU\n" \
    "05ZVluV1Y1GpXP7l4Hvlgtl8Pr5glIHTnQxQMgzFHq8nbJGPIafgGW1sR4pHriu2\n" \
    "djTBtIE5+kP0fsbR8Jt9adJIcSMD9BSgPAchhr0eIZEo0bZnE/Waf6dQlZm3Dhpq\n" \
    "eo0t0Gd5spUD0eV6jviGONLa80GqQR2KXA+s611rkHrLdQ9H7CfPU6SOa9IU0Eus\n" \
    "7TpkkR0VLT29pt0KsnYGVJqL68AsN65xWr7EGDxL4yC/SSyWSWaHAgMBAAGjUzBR\n" \
    "MB0GA1UdDgQWBBQYJIB2zrbiz1MA/YaXTf8W6wFVFTAfBgNVHSMEGDAWgBQYJIB2\n" \
    "zrbiz1MA/YaXTf8W6wFVFTAPBgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUA\n" \
    "A4IBAQC+eAcYeh9Z6mmQvph2ZN2EuK2yrIuaOqhr+Ples0MdmZDJluBc4Ucred0D\n" \
    "ikln/SsrZ2VbRO3pWR5yDQxtHGokLBqG9SIokwG/AiHo2alb7KNNhsHM68Sz+kAj\n" \
    "xCug0iphQFoWGiX/ayEBj+AcYk136nAMTbrFd7dZy7lc5n6iWUjxjoJcyeOD3r85\n" \
    "qmlBxD/iS4otL7ZWmLmhbVgIiE4jaxmjf+WQy6aD3GmRo+qMKwuyptP2WMBDuSFv\n" \
    "Se+IiHmAU8LNigKS9m3tm/bo70yqiKndgWaMXsq1As4QTGqjpVxWFVe5QlHkOE9b\n" \
    "D+1KHcrs+zzqHdykafxY8MyP/syo\n"                                     \
    "-----END CERTIFICATE-----\n"

/* RSA, 1024 bits. */
#define CERTIFICATE_RSA_1024                                             \
    "-----BEGIN CERTIFICATE-----\n"                                      \
    "MIICDjCCAXegAwIBAgIUZxgsxobPO2OmAkIZi8LnQi8zq7EwDQYJKoZIhvcNAQEL\n" \
    "BQAwGDEWMBQGA1UEAwwNc2hvcnQuZXhhbXBsZTAgFw0yNjExMjkwMjEzNDZaGA8y\n" \
    "MTI2MTEwNTAyMTM0NlowGDEWMBQGA1UEAwwNc2hvcnQuZXhhbXBsZTCBnzANBgkq\n" \
    "hkiG9w0BAQEFAAOBjQAwgYkCgYEArMFCXIj2WuIIJR8xlvLZv5FEBt6K34vo/odW\n" \
    "q4MoiHutO/47dmrcm/nuDRtjDlXaMf/MD2uSLvcYgkiy+YyjHFXLF4Qvv7Y9gEtr\n" \
    "AFk6rj2HG3FtALpm3YNU/3d5SMfY2jh4ryDJOrkSyukneP+LJ1UfZsPkVs252T/G\n" \
    "9wfMlUkCAwEAAaNTMFEwHQYDVR0OBBYEFKB6uW1BhUnvBNp55aNnQhvbFQh3MB8G\n" \
    "A1UdIwQYMBaAFKB6uW1BhUnvBNp55aNnQhvbFQh3MA8GA1UdEwEB/wQFMAMBAf8w\n" \
    "DQYJKoZIhvcNAQELBQADgYEAP4cG2Q7TautADSyHIzuhAhgacC8bgKiLHhSCOw7d\n" \
    "kdPLViBBj0PYwiCzB6P8fJ/0Ou72jCO9vU+IeQEnvpYlYhjPT8CBOV6WIHcDuMRp\n" \
    "/RxuNxDMNe3BrGIkYelGYgJp9oyMuORnzv2JUhZEfuMytiJiShb/sgybXYnWBI58\n" \
    "zSc=\n"                                                             \
    "-----END CERTIFICATE-----\n"

/* P-256. */
#define CERTIFICATE_EC                                                   \
    "-----BEGIN CERTIFICATE-----\n"                                      \
    "MIIBhjCCAS2gAwIBAgIUBpxaGESTAk02G9M4LxViZlumLPwwCgYIKoZIzj0EAwIw\n" \
    "GDEWMBQGA1UEAwwNY3VydmUuZXhhbXBsZTAgFw0yNjExMjkwMjEzNDZaGA8yMTI2\n" \
    "MTEwNTAyMTM0NlowGDEWMBQGA1UEAwwNY3VydmUuZXhhbXBsZTBZMBMGByqGSM49\n" \
    "AgEGCCqGSM49AwEHA0IABKyUSTjqNZ/CYdFlURHfJ46pO7R6om6hQUFdmP2+B4Vi\n" \
    "aHwglDURTdmlzWLWthaQAWG+v9iWqQIjTE3Yd+0vKDSjUzBRMB0GA1UdDgQWBBTG\n" \
    "3pllt4LbDUKaX7ntVBYEtlosjTAfBgNVHSMEGDAWgBTG3pllt4LbDUKaX7ntVBYE\n" \
    "tlosjTAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIGwrEEooAib2\n" \
    "Is3Yik1qfzwvRq6eLUQJ8/1h3Fn8CAV5AiAY5pTQy76+LNJZ8Eli22fW7cPo0ymG\n" \
    "hrANEqQicO+6Vw==\n"                                                 \
    "-----END CERTIFICATE-----\n"

#endif
