#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks a written site: site/check.py OUTPUT. Every link within it leads to a page and a place that are there, no id is twice on
a page, every page can be reached from the first, pictures have a text, and tidy finds the HTML valid."""
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# tidy is older than these two attributes.
KNOWN = ('proprietary attribute "loading"', 'proprietary attribute "aria-current"')


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.ids, self.links, self.faults = [], [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if "id" in attrs:
            self.ids.append(attrs["id"])
        for name in ("href", "src"):
            if name in attrs:
                self.links.append(attrs[name])
        if tag == "img" and not attrs.get("alt"):
            self.faults.append(f"no text for {attrs.get('src')}")


def read(path):
    reader = Reader()
    reader.feed(path.read_text())
    return reader


def target_of(page, link):
    """(file, fragment), or None where it leads out of the site."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None
    path = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    return path, unquote(parts.fragment)


def check_page(root, page, pages):
    reader = pages[page]
    for fault in reader.faults:
        yield fault
    for one in {one for one in reader.ids if reader.ids.count(one) > 1}:
        yield f"the id {one} is there twice"
    for link in reader.links:
        target = target_of(page, link)
        if target is None:
            continue
        path, fragment = target
        if not path.is_file() or root not in path.parents:
            yield f"nothing is at {link}"
        elif fragment and path in pages and fragment not in pages[path].ids:
            yield f"no such place: {link}"


def reached(root, pages):
    seen, todo = set(), [root / "index.html"]
    while todo:
        page = todo.pop()
        if page in seen or page not in pages:
            continue
        seen.add(page)
        todo += [target[0] for target in (target_of(page, link) for link in pages[page].links) if target]
    return seen


def tidy(page):
    found = subprocess.run(["tidy", "-e", "-q", "--drop-empty-elements", "no", str(page)], capture_output=True, text=True, check=False)
    return [line for line in found.stderr.split("\n") if line and not line.endswith(KNOWN)]


def main():
    root = Path(sys.argv[1]).resolve()
    pages = {path: read(path) for path in sorted(root.rglob("*.html"))}
    faults = []
    for page in pages:
        name = page.relative_to(root)
        faults += [f"{name}: {fault}" for fault in check_page(root, page, pages)]
        faults += [f"{name}: {fault}" for fault in tidy(page)]
    faults += [f"{page.relative_to(root)}: no page leads here" for page in pages if page not in reached(root, pages)]
    print("\n".join(faults + [f"site: {len(pages)} pages, {sum(len(r.links) for r in pages.values())} links, {len(faults)} faults"]))
    return 1 if faults or len(pages) < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
