# SPDX-License-Identifier: Apache-2.0
"""The C API as Markdown, from the public headers: each comment with the declarations it stands before.

A group is a comment and the declarations up to the next empty line; a comment at a declaration's end is about that one. A
group with neither is a fault: nothing public goes without a text.
"""
import re

LICENCE = re.compile(r"^/\* SPDX[^\n]*\n")
FUNCTION = re.compile(r"\b(doorcode_\w+)\s*\(")
TYPE = re.compile(r"^(enum|struct)\s+(doorcode_\w+)\s*\{")


class Missing(Exception):
    """A declaration without a text."""


def comment_text(comment):
    body = comment.strip()[2:-2]
    lines = [re.sub(r"^ \* ?", "", line).rstrip() for line in body.strip("\n").split("\n")]
    lines[0] = lines[0].lstrip()
    return "\n".join(lines)


def as_markdown(text):
    """Names become code, an indented example a listing."""
    out, listing = [], []
    for line in text.split("\n") + [""]:
        if line.startswith("    ") or (listing and not line):
            listing.append(line[4:])
            continue
        if listing:
            out += ["", "```c", "\n".join(listing).rstrip(), "```", ""]
            listing = []
        line = re.sub(r"(?<![`\w])((?:doorcode|DOORCODE)_\w+(?:\(\))?)(?!\w)", r"`\1`", line)
        out.append(line.replace("<", "&lt;").replace("*", "\\*"))
    if listing:
        out += ["", "```c", "\n".join(listing).rstrip(), "```"]
    return "\n".join(out)


def blocks(text):
    """The header's body, cut at empty lines outside of braces and comments."""
    current, depth, in_comment = [], 0, False
    for line in text.split("\n"):
        if not line.strip() and depth == 0 and not in_comment:
            if current:
                yield "\n".join(current)
            current = []
            continue
        bare = re.sub(r"/\*.*?\*/", "", line)
        in_comment = "/*" in bare or (in_comment and "*/" not in bare)
        if not in_comment:
            depth += bare.count("{") - bare.count("}")
        current.append(line)
    if current:
        yield "\n".join(current)


def glued(parts):
    """A constant without a comment belongs to what follows it."""
    held = ""
    for part in parts:
        if re.match(r"enum \{[^\n]*\};$", part):
            held += part + "\n"
        else:
            yield held + part
            held = ""
    if held:
        yield held.rstrip("\n")


def without_machinery(text):
    """No directives, and nothing that is for C++ alone."""
    text = re.sub(r"^#ifdef __cplusplus\n.*?^#endif\n", "", text, flags=re.M | re.S)
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*\n", "", text, flags=re.M)


def split_groups(block):
    """(comment or None, declarations) for each comment within a block."""
    parts = re.split(r"^(/\*(?:[^*]|\*(?!/))*\*/)\n", block + "\n", flags=re.M)
    if parts[0].strip():
        yield None, parts[0].strip("\n")
    for i in range(1, len(parts), 2):
        yield parts[i], parts[i + 1].strip("\n")


SECTION = re.compile(r"/\* ---- (.*?) ---- \*/")


def signature(code):
    """Inline functions without their bodies."""
    return re.sub(r"^(static inline [^{;]*?)\n\{\n.*?^\}", r"\1;", code, flags=re.M | re.S)


def names(code):
    found = [m.group(2) for m in re.finditer(TYPE.pattern, code, flags=re.M)]
    bare = re.sub(r"/\*.*?\*/", "", code, flags=re.S)
    bare = re.sub(r"\{.*\}", "", bare, flags=re.S)
    for declaration in bare.split(";"):
        match = FUNCTION.search(declaration)
        if match:
            found.append(match.group(1))
    return list(dict.fromkeys(found))


def describe(comment, code, previous):
    if comment:
        return as_markdown(comment_text(comment))
    if "/*" in code or re.match(r"(struct doorcode_\w+;\s*)+$", code) or code.startswith("static inline"):
        return ""
    raise Missing(f"no text for: {code.split(chr(10))[0]} (after {previous})")


def page(name, text):
    """One header as a page: its opening comment, then a section for each type and group of functions."""
    text = LICENCE.sub("", text)
    match = re.match(r"/\*(?:[^*]|\*(?!/))*\*/", text)
    intro = comment_text(match.group(0))
    intro = re.sub(r"^\w+\.h: ", "", intro)
    body = text[match.end():]
    out = [f"# doorcode/{name}\n", as_markdown(intro[0].upper() + intro[1:]), ""]
    previous, level = "the beginning", "###" if SECTION.search(body) else "##"
    for block in glued(blocks(without_machinery(body))):
        for comment, code in split_groups(block):
            if not code:
                section = SECTION.fullmatch(comment)
                out += [f"## {section.group(1).capitalize()}" if section else as_markdown(comment_text(comment)), ""]
                continue
            found = names(code)
            about = describe(comment, code, previous)
            previous = code.split("\n")[0]
            out += [f"{level} " + ", ".join(found) + "\n"] if found else []
            out += [about, "", "```c", signature(code), "```", ""]
    return "\n".join(out)
