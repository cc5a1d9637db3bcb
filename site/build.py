#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the documentation as plain HTML: site/build.py BUILD OUTPUT, where BUILD has the programs doorcode and
doorcode_reference. Pages come from the Markdown of the repository, from the tables of the program (doorcode_reference), from the
public headers, and from a server that is started for it. Ends with 1 where a table, a header or a link lacks something."""
import argparse
import html
import json
import os
import re
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import headers
import render
import server

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "site"
TEXT_MOST = 8000  # of a section, in the search

# source: its path in the repository, also of pages that no file has; title: in the navigation; text: gives the Markdown.
Page = namedtuple("Page", "source output title text")


def page_of_file(source, title, output=None):
    path = ROOT / source
    output = output or re.sub(r"\.md$", ".html", source.removeprefix("docs/")).lower()
    return Page(source, output, title, path.read_text)


def page_of_table(build, name, title):
    def text():
        return subprocess.run([build / "doorcode_reference", name], capture_output=True, text=True, check=True).stdout

    return Page(f"docs/reference/{name}.md", f"reference/{name}.html", title, text)


def page_of_endpoints(build):
    """A parameter that the router's table names has to be one that the code reads."""
    page = page_of_table(build, "api", "Endpoints")
    code = "".join(path.read_text() for room in ("api", "flow") for path in (ROOT / "src" / room).rglob("*.c"))
    for cell in re.findall(r"^\| `(?:GET|POST) [^|]*\| ([^|]*) \|", page.text(), flags=re.M):
        for name in re.findall(r"`\[?([\w-]+)\]?`", cell):
            if f'"{name}"' not in code:
                raise headers.Missing(f"src/api/router.c names the parameter {name}, which no endpoint reads")
    return page


def page_of_header(path):
    return Page(f"include/doorcode/{path.name}", f"reference/{path.stem}-h.html", f"doorcode/{path.name}",
                lambda: headers.page(path.name, path.read_text()))


def declared():
    return "".join(path.read_text() for path in (ROOT / "include/doorcode").glob("*.h"))


def page_of_comparison():
    """What it says of libdoorcode has to be there."""
    page = page_of_file("docs/reference/sdk-comparison.md", "Beside the official SDKs")
    for name in set(re.findall(r"`((?:doorcode|DOORCODE)_\w+)", page.text())):
        if not re.search(rf"\b{name}\b", declared()):
            raise headers.Missing(f"{page.source} names {name}, which no header declares")
    return page


def page_of_answers():
    """Entra's answers at every place where a flow may wait for one: the table that the tests play."""
    page = page_of_file("tests/entra/README.md", "Entra's answers", "reference/entra.html")
    table = (ROOT / "tests/entra/cells.def").read_text().split("\n", 1)[1]
    return page._replace(text=lambda: f"{page.text()}\n## The table\n\n```c\n{table}```\n")


def first_title(path):
    return re.sub(r"[`*]", "", path.read_text().split("\n", 1)[0].lstrip("# ")).strip()


def decisions():
    return [page_of_file(str(path.relative_to(ROOT)), first_title(path)) for path in sorted((ROOT / "docs/decisions").glob("*.md"))]


def decisions_page(pages):
    rows = "\n".join(f"- [{page.title}]({Path(page.source).name})" for page in pages)
    return f"# Decisions\n\nWhy things are as they are, in the order in which they were decided.\n\n{rows}\n"


def samples():
    found = sorted((ROOT / "samples").glob("*/README.md")) + sorted((ROOT / "samples").glob("README.md"))
    return [page_of_file(str(path.relative_to(ROOT)), first_title(path), f"samples/{path.parent.name}.html") for path in found]


# In the order in which somebody needs them; others follow.
GUIDES = ("install", "sign-up-passwords-second-factors", "declare-applications", "command-line", "emulator-in-ci", "from-entra-and-back",
          "self-hosting", "c-tutorial", "postman")


def guides():
    found = [path.stem for path in (ROOT / "docs/guides").glob("*.md") if path.stem != "first-sign-in"]
    found.sort(key=lambda name: (GUIDES.index(name) if name in GUIDES else len(GUIDES), name))
    return [page_of_file(f"docs/guides/{name}.md", first_title(ROOT / f"docs/guides/{name}.md")) for name in found]


def plan(build, running):
    """The sections of the navigation, and pages that only lead on from others."""
    lists = decisions()
    sections = [
        ("Start", [page_of_file("README.md", "Doorcode", "index.html"),
                   page_of_file("docs/guides/first-sign-in.md", "Your first sign-in")]),
        ("Guides", guides()),
        ("On the wire", [page_of_endpoints(build),
                         Page("docs/reference/recorded.md", "reference/recorded.html", "The wire, recorded", lambda: server.recorded_page(running)),
                         page_of_table(build, "errors", "Errors"),
                         page_of_file("docs/flows.md", "The flows"),
                         page_of_file("docs/pages.md", "Hosted pages")]),
        ("Running it", [page_of_table(build, "settings", "Settings"),
                        page_of_table(build, "manifest", "Manifests"),
                        page_of_table(build, "commands", "Commands"),
                        page_of_table(build, "events", "Events"),
                        Page("docs/reference/metrics.md", "reference/metrics.html", "Metrics", lambda: server.metrics_page(running))]),
        ("C library", [page_of_header(path) for path in sorted((ROOT / "include/doorcode").glob("*.h"))] +
         [page_of_table(build, "c-errors", "Kinds of errors")] +
         [page_of_comparison(), page_of_answers()]),
        ("Samples", samples()),
        ("About", [page_of_file("ARCHITECTURE.md", "Architecture"), page_of_file("SECURITY.md", "Security"),
                   page_of_file("bench/RESULTS.md", "What it costs", "results.html"),
                   page_of_file("CHANGELOG.md", "Changes"), page_of_file("CONTRIBUTING.md", "Contributing"),
                   Page("docs/decisions/index.md", "decisions/index.html", "Decisions", lambda: decisions_page(lists))]),
    ]
    return [(title, pages) for title, pages in sections if pages], lists


# ---- the parts of a page ----

def navigation(sections, current):
    out = []
    for title, pages in sections:
        out.append(f"<h2>{title}</h2>\n<ul>")
        for page in pages:
            here = ' aria-current="page"' if page.output == current else ""
            out.append(f'<li><a href="{render.relative(current, page.output)}"{here}>{html.escape(page.title)}</a></li>')
        out.append("</ul>")
    return "\n".join(out)


def contents(headings):
    shown = [heading for heading in headings if heading.level in (2, 3)]
    if len(shown) > 40:
        shown = [heading for heading in shown if heading.level == 2]
    if len(shown) < 2:
        return ""
    items = "\n".join(f'<li class="l{heading.level}"><a href="#{heading.id}">{html.escape(heading.text).replace("_", "_<wbr>")}</a></li>' for heading in shown)
    return f'<nav class="contents" aria-label="On this page"><h2>On this page</h2>\n<ul>\n{items}\n</ul></nav>'


def turn(pages, place):
    out = []
    for step, word in ((-1, "Previous"), (1, "Next")):
        other = place + step
        if 0 <= other < len(pages):
            page = pages[other]
            out.append(f'<a class="{word.lower()}" href="{render.relative(pages[place].output, page.output)}">'
                       f"<small>{word}</small>{html.escape(page.title)}</a>")
    return "".join(out)


def description(article):
    match = re.search(r"<p>(.*?)</p>", article.body, flags=re.S)
    return html.escape(" ".join(render.plain(match.group(1)).split())[:160]) if match else "Doorcode"


def sections_of(article, page):
    """(title, address, page, text) for the search: one entry a heading."""
    parts = re.split(r'<h[2-6] id="([^"]+)">(.*?)<a class="anchor".*?</h[2-6]>', article.body, flags=re.S)
    entries = [(page.title, page.output, page.title, parts[0])]
    entries += [(render.plain(parts[i + 1]), f"{page.output}#{parts[i]}", page.title, parts[i + 2]) for i in range(1, len(parts), 3)]
    return [(title, address, name, " ".join(render.plain(text).split())[:TEXT_MOST]) for title, address, name, text in entries]


def symbols_of(pages):
    """name → page#id of what the headers declare."""
    found = {}
    for page in pages:
        if page.source.startswith("include/"):
            for line in re.findall(r"^##+ (doorcode_.*)$", page.text(), flags=re.M):
                found.update((name, f"{page.output}#{name}") for name in line.split(", "))
    return found


class Site:
    def __init__(self, output, version):
        self.output, self.version = output, version
        self.template = (HERE / "page.html").read_text()
        self.tracked = set(subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n"))
        self.search = []

    def put(self, name, text):
        path = self.output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def fill(self, **parts):
        return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match.group(1)], self.template)

    def write_page(self, page, places, symbols, sections, around):
        renderer = render.Renderer(page.source, page.output, places, symbols)
        article = renderer.article(page.text())
        for place, source in article.files.items():
            (self.output / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / source, self.output / place)
        self.search += sections_of(article, page)
        title = "Doorcode" if page.output == "index.html" else f"{page.title} · Doorcode"
        self.put(page.output, self.fill(
            title=html.escape(title), description=description(article), root=render.relative(page.output, "index.html").removesuffix("index.html"),
            kind="home" if page.output == "index.html" else "page", version=html.escape(self.version),
            navigation=navigation(sections, page.output), body=article.body, turn=around, contents=contents(article.headings)))

    def write(self, sections, others):
        pages = [page for _, section in sections for page in section]
        places = {page.source: page.output for page in pages + others}
        places["files"] = lambda target: target in self.tracked
        places["folders"] = lambda target: (ROOT / target).is_dir()
        symbols = symbols_of(pages)
        for i, page in enumerate(pages):
            self.write_page(page, places, symbols, sections, turn(pages, i))
        for page in others:
            self.write_page(page, places, symbols, sections, "")
        for name in ("site.css", "site.js", "icon.svg"):
            shutil.copyfile(HERE / name, self.output / name)
        (self.output / "files").mkdir(exist_ok=True)
        shutil.copyfile(ROOT / "LICENSE", self.output / "files/LICENSE")
        self.put("search.js", "window.doorcodeSearch = " + json.dumps(self.search, ensure_ascii=False) + ";\n")
        return len(pages) + len(others)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path)
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    version = subprocess.run([build / "doorcode", "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
    fresh = arguments.output.with_name(arguments.output.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        with server.Server(str(build / "doorcode")) as running:
            sections, others = plan(build, running)
            count = Site(fresh, version).write(sections, others)
    except (headers.Missing, render.Missing) as error:
        sys.exit(f"site: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"site: {error}\n{error.stderr}")
    shutil.rmtree(arguments.output, ignore_errors=True)
    os.rename(fresh, arguments.output)
    print(f"site: {count} pages in {arguments.output}")


if __name__ == "__main__":
    main()
