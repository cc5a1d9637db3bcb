# SPDX-License-Identifier: Apache-2.0
"""Markdown to the HTML of an article: cmark-gfm does the work; here headings get their ids, links their places, listings
their colours, and what is wide a box of its own that scrolls."""
import html
import posixpath
import re
import subprocess
from collections import namedtuple

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

import diagrams


class Missing(Exception):
    """A link to nothing."""


Heading = namedtuple("Heading", "level id text")
Article = namedtuple("Article", "body headings files")

FORMATTER = HtmlFormatter(nowrap=True)
LANGUAGES = {"sh": "bash", "console": "console", "haproxy": "text", "mermaid": None}
ABSOLUTE = re.compile(r"^([a-z][a-z0-9+.-]*:|//|#)", re.I)


def plain(fragment):
    return html.unescape(re.sub(r"<[^>]+>", "", fragment)).strip()


def slug(text):
    """As GitHub makes them, so that links in the repository are good here, too."""
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")


def relative(source, target):
    """From one page of the site to another."""
    return posixpath.relpath(target, posixpath.dirname(source) or ".")


def breakable(match):
    """Long names in cells may break where their words end."""
    return re.sub(r"<code>.*?</code>", lambda code: re.sub(r"(?<=[a-z0-9A-Z}])([/_.])(?=[A-Za-z{])", r"\1<wbr>", code.group(0)), match.group(0))


class Renderer:
    """One page: `source` is its path in the repository, `output` in the site."""

    def __init__(self, source, output, places, symbols):
        self.source, self.output = source, output
        self.places = places  # path in the repository → page in the site
        self.symbols = symbols  # name in the C API → page#id
        self.headings, self.files, self.used = [], {}, {}

    # ---- headings ----

    def unique(self, wanted):
        count = self.used.get(wanted, 0)
        self.used[wanted] = count + 1
        return wanted if count == 0 else f"{wanted}-{count}"

    def heading(self, match):
        level, inner = int(match.group(1)), match.group(2)
        text = plain(inner)
        own = self.unique(slug(text.split(", ")[0] if text.startswith("doorcode_") else text))
        others = text.split(", ")[1:] if text.startswith("doorcode_") else []
        spans = "".join(f'<span id="{self.unique(slug(other))}"></span>' for other in others)
        self.headings.append(Heading(level, own, text))
        if level == 1:
            return f"<h1>{inner}</h1>"
        return f'{spans}<h{level} id="{own}">{inner}<a class="anchor" href="#{own}" aria-label="Link to {html.escape(text)}">#</a></h{level}>'

    # ---- links ----

    def place_of(self, address):
        """Where the site has what a link in the source points to; None for folders, which a site has not."""
        path, _, fragment = address.partition("#")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(self.source), path))
        if f"{target}/README.md" in self.places:
            target = f"{target}/README.md"
        if target in self.places:
            place = self.places[target]
        elif self.places["files"](target):
            place = f"files/{target}"
            self.files[place] = target
        elif self.places["folders"](target):
            return None
        else:
            raise Missing(f"{self.source}: nothing is at {address}")
        return relative(self.output, place) + (f"#{fragment}" if fragment else "")

    def link(self, match):
        address, inner = html.unescape(match.group(1)), match.group(2)
        if ABSOLUTE.match(address):
            return match.group(0)
        place = self.place_of(address)
        return f'<a href="{html.escape(place)}">{inner}</a>' if place else f'<span class="path">{inner}</span>'

    def image(self, match):
        target = posixpath.normpath(posixpath.join(posixpath.dirname(self.source), html.unescape(match.group(1))))
        place = "images/" + target.removeprefix("docs/images/")
        self.files[place] = target
        lazy = ' loading="lazy"' if len(self.files) > 2 else ""
        return f'<img src="{relative(self.output, place)}" alt="{match.group(2)}"{lazy}>'

    def symbol(self, match):
        name = match.group(1)
        place = self.symbols.get(name)
        if not place or place.startswith(self.output + "#"):
            return match.group(0)
        return f'<a class="symbol" href="{relative(self.output, place)}">{match.group(0)}</a>'

    # ---- listings ----

    def listing(self, match):
        language, meta, text = match.group(1) or "", match.group(2) or "", html.unescape(match.group(3))
        if language == "mermaid":
            return diagrams.states(text)
        words = meta.split()
        run = "run" in words
        label = next((word[5:] for word in words if word.startswith(("file=", "note="))), "run by the tests" if run else "")
        note = f'<span class="note">{html.escape(label)}</span>' if label else ""
        return f'<div class="listing">{note}<pre tabindex="0"><code>{self.colours(language, text)}</code></pre></div>'

    @staticmethod
    def colours(language, text):
        name = LANGUAGES.get(language, language)
        try:
            return highlight(text, get_lexer_by_name(name, stripnl=False), FORMATTER).rstrip("\n") if name else html.escape(text)
        except ClassNotFound:
            return html.escape(text)

    # ---- all of it ----

    def article(self, markdown):
        body = subprocess.run(
            ["cmark-gfm", "--full-info-string", "--extension", "table"],
            input=markdown, capture_output=True, text=True, check=True).stdout
        listings = []

        def keep(match):
            listings.append(self.listing(match))
            return f"\x00{len(listings) - 1}\x00"

        body = re.sub(r'<pre><code(?: class="language-([^"]*)")?(?: data-meta="([^"]*)")?>(.*?)</code></pre>', keep, body, flags=re.S)
        body = diagrams.charts(body)
        body = re.sub(r"<h([1-6])>(.*?)</h\1>", self.heading, body, flags=re.S)
        body = re.sub(r'<img src="([^"]*)" alt="([^"]*)"[^>]*/>', self.image, body)
        body = re.sub(r'(?<!">)<code>(doorcode_\w+)(?:\(\))?</code>', self.symbol, body)
        body = re.sub(r'<a href="([^"]*)">(.*?)</a>', self.link, body, flags=re.S)
        body = re.sub(r'<(t[hd]) align="(\w+)">', r'<\1 class="\2">', body)
        body = re.sub(r"<thead>\s*<tr>\s*(?:<th[^>]*></th>\s*)+</tr>\s*</thead>", "", body)
        body = re.sub(r"<th([^>]*)></th>", r"<td\1></td>", body)
        body = re.sub(r"<td[^>]*>.*?</td>", breakable, body, flags=re.S)
        body = re.sub(r"<table>", '<div class="table" tabindex="0" role="group" aria-label="Table"><table>', body)
        body = body.replace("</table>", "</table></div>")
        body = re.sub(r"<(hr|br) />", r"<\1>", body)
        body = re.sub("\x00(\\d+)\x00", lambda match: listings[int(match.group(1))], body)
        return Article(body, self.headings, self.files)
