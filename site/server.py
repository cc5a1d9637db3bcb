# SPDX-License-Identifier: Apache-2.0
"""What only a running server knows: the metrics it has, and its answers on the wire. A development server in memory is
started, asked, and stopped; the pages are written from what it said."""
import json
import random
import re
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

TENANT = "petstore.onmicrosoft.com"
CODES, PASSWORDS, FACTORS = ("1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31", "5e903f62-a14d-4058-8d3f-8f4c516a7e94",
                             "6fa14073-b25e-4169-8e40-9a5d627b8fa5")
KNOWN_PASSWORD, NEW_PASSWORD = "Blue-Kettle-42", "Red-Lantern-17"
SHORT = 48
WAIT_SECONDS = 60


def free_port():
    """Not of those that the system gives to connections: one of them might take it before the server does."""
    while True:
        port = random.randrange(10000, 30000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


class Server:
    """A development server for as long as the `with` lasts."""

    def __init__(self, program):
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [program, "dev", "--memory", "--http-port", str(self.port), "--https-port", "0"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        end = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                return self if self.get("/readyz") else self
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("the development server did not start")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def get(self, path):
        with urllib.request.urlopen(self.origin + path, timeout=WAIT_SECONDS) as answer:
            return answer.read().decode()

    def post(self, path, fields):
        """(status, text): an error is an answer, too."""
        data = urllib.parse.urlencode(fields).encode()
        try:
            with urllib.request.urlopen(self.origin + path, data, timeout=WAIT_SECONDS) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def code(self, address, former):
        """(id, code) of the first mail or text message to the address after the one with the id `former`."""
        end = time.monotonic() + WAIT_SECONDS
        query = urllib.parse.urlencode({"address": address})
        while time.monotonic() < end:
            try:
                mail = json.loads(self.get(f"/dev/inbox/latest?{query}"))
                if mail["id"] != former:
                    return mail["id"], mail["code"]
            except urllib.error.HTTPError:
                pass
            time.sleep(0.05)
        raise RuntimeError(f"no mail to {address} came")


# ---- metrics ----

def metrics_page(server):
    text = server.get("/metrics")
    out = ["# Metrics", "",
           "What `/metrics` tells Prometheus (text format 0.0.4), read from a running server. The events' own table says "
           "[when each is counted](events.md). `metrics.from` in the [settings](settings.md#metrics) says who may read them.",
           "", "| metric | type | labels | what it is |", "| --- | --- | --- | --- |"]
    for name, about in re.findall(r"^# HELP (\S+) (.*)$", text, flags=re.M):
        kind = re.search(rf"^# TYPE {name} (\w+)$", text, flags=re.M).group(1)
        labels = sorted({label for inner in re.findall(rf"^{name}(?:_bucket)?\{{([^}}]*)\}}", text, flags=re.M)
                         for label in re.findall(r'(\w+)="', inner)})
        shown = " ".join(f"`{label}`" for label in labels)
        out.append(f"| `{name}` | {kind} | {shown} | {about} |")
    return "\n".join(out) + "\n"


# ---- recorded answers ----

def shortened(value):
    """Tokens are long and say nothing to a reader."""
    if isinstance(value, dict):
        return {name: shortened(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shortened(inner) for inner in value]
    if isinstance(value, str) and len(value) > 2 * SHORT and " " not in value:
        return value[:SHORT] + "…"
    return value


class Recorder:
    """Posts steps of a flow, each with the newest continuation token, and writes them down."""

    def __init__(self, server, client):
        self.server, self.client, self.token, self.former = server, client, None, {}
        self.out = []

    def say(self, text):
        self.out += [text, ""]

    def expect_mail(self, address):
        """Remembers the newest mail there is before another is asked for."""
        try:
            mail = json.loads(self.server.get(f"/dev/inbox/latest?{urllib.parse.urlencode({'address': address})}"))
            self.former[address] = mail["id"]
        except urllib.error.HTTPError:
            self.former[address] = None

    def code(self, address):
        return self.server.code(address, self.former.get(address))[1]

    def step(self, path, refused="", **fields):
        """`refused`: the suberror or error that is expected; any other answer is not what the page wants to show."""
        sent = {"client_id": self.client}
        if self.token and "refresh_token" not in fields and "username" not in fields:
            sent["continuation_token"] = self.token
        sent.update(fields)
        status, text = self.server.post(f"/{TENANT}{path}", sent)
        answer = json.loads(text)
        if (answer.get("suberror") or answer.get("error", "")) != refused:
            raise RuntimeError(f"{path}: {answer}")
        self.token = answer.get("continuation_token", self.token)
        shown = "\n&".join(urllib.parse.urlencode({name: shortened(value)}, safe="/{}:,\"") for name, value in sent.items()).replace("%E2%80%A6", "…")
        self.out += ["```http", f"POST /{{tenant}}{path}", "", shown, "```", "", f"```json note={status}",
                     json.dumps(shortened(answer), indent=2, ensure_ascii=False), "```", ""]
        return answer


def sign_in(server):
    r = Recorder(server, CODES)
    r.say("## Sign-in with a code")
    r.step("/oauth2/v2.0/initiate", username="sam@example.org", challenge_type="oob redirect")
    r.expect_mail("sam@example.org")
    r.step("/oauth2/v2.0/challenge")
    r.say("A wrong code burns nothing: the same continuation token is good for the next try.")
    code = r.code("sam@example.org")
    r.step("/oauth2/v2.0/token", refused="invalid_oob_value", grant_type="oob", oob="00000000" if code != "00000000" else "11111111",
           scope="openid offline_access")
    tokens = r.step("/oauth2/v2.0/token", grant_type="oob", oob=code, scope="openid offline_access", client_info="1")
    r.say("## Refresh")
    r.step("/oauth2/v2.0/token", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    r.say("## The web fallback")
    r.say("A user with a password, and a client that cannot ask for one:")
    r.step("/oauth2/v2.0/initiate", username="pat@example.org", challenge_type="oob redirect")
    return r.out


def second_factor(server):
    r = Recorder(server, FACTORS)
    r.say("## Sign-in with a password and a second factor")
    r.step("/oauth2/v2.0/initiate", username="ned@example.org", challenge_type="oob password redirect",
           capabilities="mfa_required registration_required")
    r.step("/oauth2/v2.0/challenge")
    r.step("/oauth2/v2.0/token", refused="mfa_required", grant_type="password", password=KNOWN_PASSWORD, scope="openid offline_access")
    methods = r.step("/oauth2/v2.0/introspect")["methods"]
    target = "+4790000007"
    r.expect_mail(target)
    r.step("/oauth2/v2.0/challenge", id=methods[0]["id"])
    r.step("/oauth2/v2.0/token", grant_type="mfa_oob", oob=r.code(target), scope="openid offline_access")
    return r.out


def sign_up(server):
    r = Recorder(server, PASSWORDS)
    r.say("## Sign-up with a password and attributes")
    r.step("/signup/v1.0/start", username="new@example.org", challenge_type="oob password redirect")
    r.expect_mail("new@example.org")
    r.step("/signup/v1.0/challenge")
    r.step("/signup/v1.0/continue", refused="credential_required", grant_type="oob", oob=r.code("new@example.org"))
    r.step("/signup/v1.0/challenge")
    r.step("/signup/v1.0/continue", refused="password_too_short", grant_type="password", password="short")
    r.step("/signup/v1.0/continue", refused="attributes_required", grant_type="password", password=NEW_PASSWORD)
    r.step("/signup/v1.0/continue", grant_type="attributes", attributes='{"displayName":"Nell New"}')
    r.step("/oauth2/v2.0/token", grant_type="continuation_token", scope="openid offline_access")
    return r.out


def reset(server):
    r = Recorder(server, PASSWORDS)
    r.say("## Password reset")
    r.step("/resetpassword/v1.0/start", username="pat@example.org", challenge_type="oob redirect")
    r.expect_mail("pat@example.org")
    r.step("/resetpassword/v1.0/challenge")
    r.step("/resetpassword/v1.0/continue", grant_type="oob", oob=r.code("pat@example.org"))
    r.step("/resetpassword/v1.0/submit", new_password=NEW_PASSWORD)
    r.step("/resetpassword/v1.0/poll_completion")
    return r.out


def registration(server):
    r = Recorder(server, FACTORS)
    r.say("## Registration of a second factor")
    r.say("With the password of the reset above.")
    r.step("/oauth2/v2.0/initiate", username="pat@example.org", challenge_type="oob password redirect",
           capabilities="mfa_required registration_required")
    r.step("/oauth2/v2.0/challenge")
    r.step("/oauth2/v2.0/token", refused="registration_required", grant_type="password", password=NEW_PASSWORD,
           scope="openid offline_access")
    r.step("/register/v1.0/introspect")
    r.expect_mail("pat.second@example.org")
    r.step("/register/v1.0/challenge", challenge_type="oob", challenge_channel="email", challenge_target="pat.second@example.org")
    r.step("/register/v1.0/continue", grant_type="oob", oob=r.code("pat.second@example.org"))
    r.step("/oauth2/v2.0/token", grant_type="continuation_token", scope="openid offline_access")
    return r.out


def discovery(server):
    configuration = json.loads(server.get(f"/{TENANT}/v2.0/.well-known/openid-configuration"))
    text = json.dumps(configuration, indent=2).replace(server.origin, "https://login.example")
    return ["## Discovery", "", "```http", "GET /{tenant}/v2.0/.well-known/openid-configuration", "```", "", "```json", text, "```", ""]


def recorded_page(server):
    out = ["# The wire, recorded", "",
           "Every endpoint of native authentication in flows that a server of this very version answered when this page was made. "
           "Tokens are cut. [Endpoints](api.md) lists the parameters, [errors](errors.md) what can go wrong.", ""]
    for flow in (sign_in, second_factor, sign_up, reset, registration, discovery):
        out += flow(server)
    return "\n".join(out).replace(server.origin, "https://login.example")
