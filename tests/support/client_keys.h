/* SPDX-License-Identifier: Apache-2.0 */
/* client_keys.h: invented keys and certificates of client applications, for tests alone. CERTIFICATE_OLD belongs to
 * KEY_STRANGER and ended in 2021. X5T_…: their thumbprints, base64url. */
#ifndef DOORCODE_TESTS_CLIENT_KEYS_H
#define DOORCODE_TESTS_CLIENT_KEYS_H

#define KEY_RSA                                                          \
    "-----BEGIN PRIVATE KEY-----\n"                                      \
    "MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQDkMQ+h7OlLueh1\n" \
    "wHuBZ63LXK/NIPSdXCgO+14JzxA1Zi3KDE1v4L30+hc95oqSQujJSrcq6ZfUIfFb\n" \
    "HApgq3R/q3PtpBEG3EZFpkcFkJHnUElESsBG+XyBiV+P012O0PrUQk1uVxWVUv54\n" \
    "wFmg8oxObiFRzo7mxxi9Xx/1o5/Ke2BhetCcNMT7fpBFDvqv41QTKF29AdfxRTpn\n" \
    "ITKufsUVfSFjlO+Hx9nt6hVYl9YlmYAFcGKxH+tTN5In9bkm4iA7gb/jfUh3Apgv\n" \
    "Lb4EVqhm4+zAChOybVzOp9nlsqvtq004kyaY002x6Y2ej5YukL+pVvqlykfj2ATF\n" \
    "gdlI+5/pAgMBAAECggEACtZIpDDx5cUwZMfi0FhklilH9mw3qccqu4a/u86wD0p+\n" \
    "Z199CFCU/OQpWT4lu8CpOQa5xbQzysuKNes86UPjQ71DA24cr+XOAY3zcVshDr+k\n" \
    "RyBssBeLoe7spqeMBIBov86z9NxLu7HQwNp+Yd4lqy41mg1prHdCoHBlfmnfqMLr\n" \
    "Fd8Mcxa20TFTLb/4e7JkI78WI2rEXGfgFZQ6UyCp0HaoDgmpR96XW8RdGvhLvFl/\n" \
    "i9l4a1ysH3v12g8Z+cwlomMy5jNrmPawXKehA3b+pgZGB/tKw7mXhX7JVClK864G\n" \
    "5CTYsxQnlEKAdTKY0aWIruBHItfL0vhuzWWO7rnXzQKBgQD9YguJgGrl9oyKnIYR\n" \
    "TNcjvN3W7/nVj6AkGIx6FHN8oCvcv+3grDnAsvcp9TLl4dvsGgd08eAJIZSMxLPr\n" \
    "jxtCTvCIhOtiXNujBCKxxgw0HVM5Si3b5Ex/NF7y2wYHbjbmpd2nNr318q3Btu0u\n" \
    "Iv1s0A02f8AkBCclAci/EPX9FQKBgQDmjGi4IYacc5UG8pi50XdqrRayfV11ihmR\n" \
    "wYye0++qRZ05wJ8Z+QS043vg02hx2KTZbXDYBOUiYoq/91OmFFmRSKB9ziUR1cci\n" \
    "vAS8IvuWKpqkWKev7MBYGhBpEIgZmvLq8Ty3vPuiFOtBMv4YNs+C4I6PvN+ReN6X\n" \
    "FQvzRSOUhQKBgCQ8DSJQtvjD1T1NPO7kai+2JpNCJhwgOepviEc8/XbpANzEpaPn\n" \
    "fSrNbQMXCXxOXEDbSA21OTCVGMU4q/IXuPI2j7c2KuMaHF6njL6Xb89UEj6zGPPF\n" \
    "Jhtaxek84RPW8wrw1U3ASlINrkNxgWGDp3IUHo+YnUWJQn/MTYTlTAgxAoGAddur\n" \
    "oQ3Kgep4cd/NAZk6gfdQVhjOkUry/VdDquJPb+08jgyRiTaLGGn+pxWMHD8TLu/K\n" \
    "szP1axmTMsWeJpXan/HP0eBzhOWTcodJqF/922uWOJP1zXKrdZ6FayB/Yw+aRU7j\n" \
    "qk5bGSW2ilMmIHzMomxnlMWKSRTQPc4NmORsZv0CgYA8ghOxas+Hh8MO0mUQHJwE\n" \
    "kIscUVSADO6Bsd1M7+kyX1Yrh6dPEEp58Pahy7IEsX+N83uH4ajO9kRF+mOW/RHr\n" \
    "m/fkOHTfrPpfw2tPg3sR96KH1zLOMJreUSK8+M9J4OxyKB5hzPfFc4le+jLUmgO5\n" \
    "9cBgmE6+k3k1Nl/UvoKIsg==\n"                                         \
    "-----END PRIVATE KEY-----\n"

#define KEY_EC                                                           \
    "-----BEGIN PRIVATE KEY-----\n"                                      \
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg8xIENm8Sc+6tJQTo\n" \
    "bwpQSWqoyV4kW7VNgYksyZel4GShRANCAAT+vD7tIvTKzSMbcDghjY4CcSBmbRrK\n" \
    "gf6ItlsHMFTcgNli5W+c1LVH9R0MUeQfK05lOb9d+Yf1ID8ilJqSEsFP\n"         \
    "-----END PRIVATE KEY-----\n"

#define KEY_STRANGER                                                     \
    "-----BEGIN PRIVATE KEY-----\n"                                      \
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7B0uSXJjxE37T\n" \
    "GyMslOR9YAQW+hSQ74Je+UCs1j9ZeSzgw3Ja8mgYidH7Mx9GDXhP3uPv7VxvMLgT\n" \
    "FhZDihvciKw8teL41jzKcwJEfF/sRt9ZH+8rQgYF+GweBURGamMER/8BqTV3BBK2\n" \
    "kuXHH+DdtQnsjwEalPI3WkAy8KrAxqzpqeFVErdtJjhsdcyI6lTWCJviQTrKglNt\n" \
    "D9SOq/hBq+nnxUDcP+hc2y1a8XYceZS6urWN1vLNSnwHxr5kkB+PostgCz2yXcru\n" \
    "ZLXTEq/hUSvwf2sKmhl4vKmLs+tLoAN/tVymtfTPgpSKXIbQXWmO3tD71979qCvC\n" \
    "bfNvfdw9AgMBAAECggEAEXTj29xithWwv7mHtfCLxxwAJbjf1ItWatDu9XLl5M8H\n" \
    "nk7/zHdVufybKcwiviIhuaq/MbTA7OvqMnXcTB+G7DWhheUgM0Oj1u2XJ5dISMBw\n" \
    "tlvhsfLupv4B8WdicQQbC9pAdgI6KEqsCHh7k/NoxKjSLU9Hthhy5zG4TkjiVy3K\n" \
    "vOZb9JZ7qt/A2/ISD4AoysI7GYLp78krDCl9SvEpLz1GH3UERcL6E53EzkCn9lra\n" \
    "r097x8XdkVVhhD/l0FxWusz4Yp+u6ul2CZQ3hw3bu+4hqBZIr/YZ/UsCPemzW0pS\n" \
    "p9c5hR9lc9ZjTZxRovHp5t3S0N62H7qpNdOzbYNJjQKBgQD/iN7D7silClKrPUcw\n" \
    "qegBuJcaAj2hO+fHFStQ7L7QmDD/69YmPvN5Uts6raKDAu3AdByuMAncjL4sqeGg\n" \
    "bynzP5vGPXYlX5VrLF+jcahOmQzk0l/tW4rmHkBfsWVVbGGZu5E+aaoabtV6BQkF\n" \
    "dj37gRtb8bN2wCv/kM4yaB4EWwKBgQC7XnzRhtSrlgiryihfdPNUdSlHdmH0QoPU\n" \
    "kEjlCukXEow5mF2ZzsFpsv+4lmWU7356KibgWdcTME/tCItYSZiZaUagCoP0mZP6\n" \
    "r+NLPn76tyJwH0FmPLuAYkUQsCp1BQxcs7Llrw0AM2aJolgupO23wwelI4YAxGDj\n" \
    "ep17wdSlRwKBgQDt/h3rwkNhYyHnlqTtL/GDWNZyRM/9kPunsZGsRzLYuEY6tP24\n" \
    "lTzSLFc+aWVIO7wPWJU1rkwg+3xLwNUBRUd+5ClDEw8sc7+IF8XjRgIJYgZeP4lU\n" \
    "WcQd2uL9vQyx6MVmFwmJZYQmJj/w6yuhyKSlz3MZyRzqZsUTu1wwGkSKrQKBgGh+\n" \
    "69HXBmijhjZ4ykdibAqgRONMDJkzN16nEWBb019Awt+kMB+FhayzXZbOmdyULM9p\n" \
    "DsF0mVRkT078wun8MZTtd6vt8WXK+RKIYZUnR53/4L7zT3/7Qv74z1fdR/B3Xkud\n" \
    "FJqwI+oGwJrl5ZQt+z3PEUZyJ1vqKbb0PTw1/6glAoGAHNOcNuQmMMYCEHHM51J/\n" \
    "toD+BEddxIRg1VhKN7amO8leRlzBdrdWg4bU89hGwt4nM9quWQHmi9NL+MaR5/il\n" \
    "qA9biBx1rCaNpbxTnjDfSzZ0T6A0Xdx3RwlClAW6rw5jYHnoXX2WhJNXmJYN94he\n" \
    "8lbrekwOLoG4RuIYiqVJDZE=\n"                                         \
    "-----END PRIVATE KEY-----\n"

#define CERTIFICATE_RSA                                                  \
    "-----BEGIN CERTIFICATE-----\n"                                      \
    "MIICujCCAaKgAwIBAgIUJsBUzi2h7mmtuXIDSPj3MyjiDD0wDQYJKoZIhvcNAQEL\n" \
    "BQAwFjEUMBIGA1UEAwwLcGV0cy1kYWVtb24wIBcNMjAwMTAxMDAwMDAwWhgPMjEy\n" \
    "MDAxMDEwMDAwMDBaMBYxFDASBgNVBAMMC3BldHMtZGFlbW9uMIIBIjANBgkqhkiG\n" \
    "9w0BAQEFAAOCAQ8AMIIBCgKCAQEA5DEPoezpS7nodcB7gWety1yvzSD0nVwoDvte\n" \
    "Cc8QNWYtygxNb+C99PoXPeaKkkLoyUq3KumX1CHxWxwKYKt0f6tz7aQRBtxGRaZH\n" \
    "BZCR51BJRErARvl8gYlfj9NdjtD61EJNblcVlVL+eMBZoPKMTm4hUc6O5scYvV8f\n" \
    "9aOfyntgYXrQnDTE+36QRQ76r+NUEyhdvQHX8UU6ZyEyrn7FFX0hY5Tvh8fZ7eoV\n" \
    "WJfWJZmABXBisR/rUzeSJ/W5JuIgO4G/431IdwKYLy2+BFaoZuPswAoTsm1czqfZ\n" \
    "5bKr7atNOJMmmNNNsemNno+WLpC/qVb6pcpH49gExYHZSPuf6QIDAQABMA0GCSqG\n" \
    "SIb3DQEBCwUAA4IBAQALhWLUtzobiIGoB0TDFYL5nTCYJPJbQjJi2rS3g3N19sSD\n" \
    "qCJ6YVXCZqag+oexjGVWsWqRB2RWOacrPZoB/fhk0+Hp8l+Av8zq541svIIlxvMZ\n" \
    "EL8o7MZHZOaqaNKiD0ASa071yLBbTTiGigPj4yTLezggrfYw3BQ3DgrQBu5cqCqG\n" \
    "KoQyXpvwUatUPueKs8w4bJr9EpZswkLaGty3B2cyaY52mNhaOj/jfC/XuON6+hVD\n" \
    "KZEFxS8hfeVs5U8Qmiuat9lvex+sMpB1bFak8XqJmpdB99lTQIIaecOeUnQGlLeX\n" \
    "24DgOrabkabhTCc+IFlgaBQYcAub3vFwtPFnr/H4\n"                         \
    "-----END CERTIFICATE-----\n"

#define CERTIFICATE_EC                                                   \
    "-----BEGIN CERTIFICATE-----\n"                                      \
    "MIIBMzCB2qADAgECAhQylZwwF+zYNU71riyimQ/nVFcl+DAKBggqhkjOPQQDAjAZ\n" \
    "MRcwFQYDVQQDDA5wZXRzLWRhZW1vbi1lYzAgFw0yMDAxMDEwMDAwMDBaGA8yMTIw\n" \
    "MDEwMTAwMDAwMFowGTEXMBUGA1UEAwwOcGV0cy1kYWVtb24tZWMwWTATBgcqhkjO\n" \
    "PQIBBggqhkjOPQMBBwNCAAT+vD7tIvTKzSMbcDghjY4CcSBmbRrKgf6ItlsHMFTc\n" \
    "gNli5W+c1LVH9R0MUeQfK05lOb9d+Yf1ID8ilJqSEsFPMAoGCCqGSM49BAMCA0gA\n" \
    "MEUCIEj0QkiIHj/sUxsmipUpBN6iyCf9QIAkRpCGyvvOCJpLAiEAvdIUIVnIwMBo\n" \
    "2mZWym0o8upJjS+pPQzZfTS4yjKEDX8=\n"                                 \
    "-----END CERTIFICATE-----\n"

#define CERTIFICATE_OLD                                                  \
    "-----BEGIN CERTIFICATE-----\n"                                      \
    "MIICsjCCAZqgAwIBAgIULYXX4yulC3dXKNWTKdWd9ZgKCgMwDQYJKoZIhvcNAQEL\n" \
    "BQAwEzERMA8GA1UEAwwIcGV0cy1vbGQwHhcNMjAwMTAxMDAwMDAwWhcNMjEwMTAx\n" \
    "MDAwMDAwWjATMREwDwYDVQQDDAhwZXRzLW9sZDCCASIwDQYJKoZIhvcNAQEBBQAD\n" \
    "ggEPADCCAQoCggEBALsHS5JcmPETftMbIyyU5H1gBBb6FJDvgl75QKzWP1l5LODD\n" \
    "clryaBiJ0fszH0YNeE/e4+/tXG8wuBMWFkOKG9yIrDy14vjWPMpzAkR8X+xG31kf\n" \
    "7ytCBgX4bB4FREZqYwRH/wGpNXcEEraS5ccf4N21CeyPARqU8jdaQDLwqsDGrOmp\n" \
    "4VUSt20mOGx1zIjqVNYIm+JBOsqCU20P1I6r+EGr6efFQNw/6FzbLVrxdhx5lLq6\n" \
    "tY3W8s1KfAfGvmSQH4+iy2ALPbJdyu5ktdMSr+FRK/B/awqaGXi8qYuz60ugA3+1\n" \
    "XKa19M+ClIpchtBdaY7e0PvX3v2oK8Jt82993D0CAwEAATANBgkqhkiG9w0BAQsF\n" \
    "AAOCAQEAGcg+R4MJPBZmEFmJXbH9cx7iomIJBidIT1gFn2zikBe2qvP9A+rd1qKM\n" \
    "osy1PAeNdOnCL0fIETGa4t6UdpLFMeqZ6tFTL5u5A0SorvlnUbgbAIbNEEaXAn23\n" \
    "ZhMOH1Ovm8y6Ragoz3eYq9XTvds4VBrbJCbl1v4WaFI1Oh7L+MvkoYsBf7Ffy5fJ\n" \
    "UcyrHfIvDPmO86anorEW6ZnC1EayyRJWFKMCyACNzFb6Akv+B+zFT7OJQNfuaZ6i\n" \
    "ilYuCtBOa587Uzhd+T8+MSFca0lfVx2s5GT8E5li4AaN0+DxYAfBSN9Is8fFdUqU\n" \
    "DPkjaF0bKGM9iT+blVL3D2pvHVZAew==\n"                                 \
    "-----END CERTIFICATE-----\n"

#define CERTIFICATE_P384                                                 \
    "-----BEGIN CERTIFICATE-----\n"                                      \
    "MIIBYzCB66ADAgECAhRn6nOXT1oqE1RrR85vkUlZ/iLyIzAKBggqhkjOPQQDAjAT\n" \
    "MREwDwYDVQQDDAhwZXRzLTM4NDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAw\n" \
    "MDAwMFowEzERMA8GA1UEAwwIcGV0cy0zODQwdjAQBgcqhkjOPQIBBgUrgQQAIgNi\n" \
    "AATMrByNyhXj26LBr03PxwqnNPtW6vHWys1aIAsIgF88eSRMLKDEViuD7wKwfUvX\n" \
    "BdZH9KHEjxdt52fuA4FFWw90cq5MipkzHvnYLDRNw2VM90LEYqY4PBmkcNRvxAfX\n" \
    "IcAwCgYIKoZIzj0EAwIDZwAwZAIwRRqYC2VvRBRjCD+uZHJjZ+43gjecP/lM0ML7\n" \
    "kjWEhhsDsMhNFGtOzjQ5GvLPlBwUAjBlV7TYiXCrE5+26gRYD+atewShCqgH6M+j\n" \
    "T4gfBlpv3I3TzM5t40WQYJR/gDSmdIk=\n"                                 \
    "-----END CERTIFICATE-----\n"

#define CERTIFICATE_WEAK                                                 \
    "-----BEGIN CERTIFICATE-----\n"                                      \
    "MIIBsTCCARqgAwIBAgIUNKUaSrKp6f2wXKTeu9OauyOsj9EwDQYJKoZIhvcNAQEL\n" \
    "BQAwFDESMBAGA1UEAwwJcGV0cy13ZWFrMCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAw\n" \
    "MTAxMDAwMDAwWjAUMRIwEAYDVQQDDAlwZXRzLXdlYWswgZ8wDQYJKoZIhvcNAQEB\n" \
    "BQADgY0AMIGJAoGBAOAIeIE9mr/SkecggVpUKZm3Go1dVPzQaFdaDfsZ7xwfUGA6\n" \
    "bqa8sdn+jM88Mdwft9P+ToecCBwVsek3FRiV6/bu4O0ZgXCdPp7ZffuXTenQCUQK\n" \
    "3z12aNlKdFeYzftarPZntttW/7vas57czaybcIlCMeA+Il2npP/RiF3gtLhjAgMB\n" \
    "AAEwDQYJKoZIhvcNAQELBQADgYEAzVMeHRFM3fFq30eptbuND/CSN665TK/6wyQd\n" \
    "eire7SLUVDeA3Q5nYGXQYOYYF84gKw7TzZs588dKTyb3PI3qiqO0kBUIkOZWPauE\n" \
    "2t8hSK0w6c0Ky75535sOz8w6xb2RYyrDZUvqce7HZtVjwIAOyqARcHOTXU0QRl0q\n" \
    "PSz6Vtw=\n"                                                         \
    "-----END CERTIFICATE-----\n"

#define X5T_RSA "4A0sgnzlPK9hhk5f6xedpVa4YKc"
#define X5T_S256_RSA "7RNRxmlUejYg2b9dFgN5zlWTHJHSPwGr5V6e9NogWxo"
#define X5T_EC "15zbeCeGybMJwzyycMa4eE98ulA"
#define X5T_S256_EC "WSM1_bS6dykZXubIHnWVoGdwOyyQ83zkVuZpD9-uTSw"
#define X5T_OLD "eZHrwn_Vtgry_D_gw6TLMCsbzGI"
#define X5T_S256_OLD "EUtxK6aDvuSfYF-6gDpmdQxOhexgjo0V7pA2id5nSEQ"

#endif
