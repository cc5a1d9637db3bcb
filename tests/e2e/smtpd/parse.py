# SPDX-License-Identifier: Apache-2.0
"""Reads messages with Python's own parser and checks what a reader would see.

usage: parse.py FOLDER COUNT    each of user0 … user(COUNT-1) has at least one message in the folder
"""
import email
import email.policy
import pathlib
import re
import sys

TENANT = "Kites & Söhne 凧"


def fail(path, why):
    sys.exit(f"{path}: {why}")


def check(path):
    raw = path.read_bytes()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    number = int(re.fullmatch(r"user(\d+)@kites\.example", message["To"].addresses[0].addr_spec).group(1))
    code = str(31000000 + number)
    text = message.get_body(("plain",))
    html = message.get_body(("html",))
    if message.defects or text.defects or html.defects:
        fail(path, "defects")
    if any(header.defects for header in message.values()):
        fail(path, "defects in headers")
    if message.get_content_type() != "multipart/alternative":
        fail(path, message.get_content_type())
    if message["From"].addresses[0].addr_spec != "no-reply@login.example":
        fail(path, message["From"])
    if message["From"].addresses[0].display_name not in (TENANT, 'Kites "Söhne", 凧'):
        fail(path, message["From"])
    if TENANT not in message["Subject"] or code in message["Subject"]:
        fail(path, message["Subject"])
    if message["Auto-Submitted"] != "auto-generated" or message["X-Auto-Response-Suppress"] != "All":
        fail(path, "not marked as automatic")
    if not re.fullmatch(r"<doorcode\.[0-9a-f]{16}@login\.example>", message["Message-ID"].strip()):
        fail(path, message["Message-ID"])
    if message["Date"].datetime.year < 2024:
        fail(path, message["Date"])
    lines = text.get_content().splitlines()
    if lines.count(code) != 1 or TENANT not in text.get_content() or "{{" in text.get_content():
        fail(path, "text")
    page = html.get_content()
    language = message["Content-Language"]
    if f">{code}</p>" not in page or f'lang="{language}"' not in page or "Kites &amp; Söhne 凧" not in page:
        fail(path, "html")
    if re.findall(r"https?:[^\"' ]*", page) != ["https://cdn.kites.example/logo.png"]:
        fail(path, "requests")
    body = raw[re.search(rb"\r?\n\r?\n", raw).start():]
    if max(len(line) for line in re.split(rb"\r?\n", body)) > 76:
        fail(path, "long line")
    return number, language


def main():
    folder, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    found = [check(path) for path in sorted(folder.iterdir())]
    missing = set(range(count)) - {number for number, _ in found}
    if missing:
        sys.exit(f"{folder}: nothing for {sorted(missing)}")
    languages = sorted({language for _, language in found})
    print(f"{folder.name}: {len(found)} messages for {count} readers in {' '.join(languages)}")


main()
