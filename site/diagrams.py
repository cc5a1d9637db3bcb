# SPDX-License-Identifier: Apache-2.0
"""Pictures as SVG within the page: state diagrams by Graphviz, and bars beside tables of figures. They take the page's
colours, so that they are right in light and dark."""
import html
import re
import subprocess

EDGE = re.compile(r"^\s*(\S+) --> (\S+?)(?:: (.*))?$")
START, END = "start", "end"


def edges(text):
    """{(from, to): [labels]} of a Mermaid state diagram."""
    found = {}
    for line in text.split("\n"):
        match = EDGE.match(line)
        if match:
            origin, target, label = match.groups()
            pair = (START if origin == "[*]" else origin, END if target == "[*]" else target)
            found.setdefault(pair, []).append(label or "")
    return found


def dot(found):
    out = ['digraph { graph [bgcolor="transparent", ranksep=0.55, nodesep=0.35, pad=0.1]',
           'node [shape=box, style=rounded, fontname="sans-serif", fontsize=12, margin="0.16,0.09"]',
           'edge [fontname="sans-serif", fontsize=10, arrowsize=0.7]']
    nodes = {node for pair in found for node in pair}
    for node in sorted(nodes):
        if node in (START, END):
            out.append(f'{node} [shape={"circle" if node == START else "doublecircle"}, label="", width=0.16, style=filled, class="{node}"]')
        else:
            out.append(f'"{node}" [label="{node}"]')
    for (origin, target), labels in found.items():
        text = "\\n".join(f" {label} " for label in labels)
        out.append(f'"{origin}" -> "{target}" [label="{text}"]')
    return "\n".join(out + ["}"])


def states(text):
    found = edges(text)
    svg = subprocess.run(["dot", "-Tsvg"], input=dot(found), capture_output=True, text=True, check=True).stdout
    svg = svg[svg.index("<svg"):]
    svg = re.sub(r"<!--.*?-->|<title>.*?</title>", "", svg, flags=re.S)
    svg = re.sub(r' (?:xmlns:xlink|id|fill|stroke|width|height)="[^"]*"', "", svg)
    svg = svg.replace('font-family="sans-serif" ', "")
    names = ", ".join(sorted({node for pair in found for node in pair if node not in (START, END)}))
    svg = svg.replace("<svg", f'<svg role="img" aria-label="Diagram of the states {html.escape(names)}; the tables below say the same"', 1)
    width = re.search(r'viewBox="0\.00 0\.00 ([\d.]+)', svg).group(1)
    return f'<div class="diagram" tabindex="0" role="group" aria-label="Diagram">{svg.replace("<svg", f"<svg style={chr(34)}max-width:{float(width) * 1.25:.0f}px{chr(34)}", 1)}</div>'


# ---- bars ----

NUMBER = re.compile(r"^[^\d]*([\d,]+(?:\.\d+)?)")
LABEL, ROOM, BAR, STEP = 300, 420, 16, 30


def cells(row, tag):
    return [html.unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", row, flags=re.S)]


def bars(rows, title):
    most = max(value for _, value in rows)
    height = STEP * len(rows) + 6
    out = [f'<svg viewBox="0 0 {LABEL + ROOM + 80} {height}" role="img" aria-label="{html.escape(title)}, the figures of the table as bars">']
    for i, (name, value) in enumerate(rows):
        y, length = i * STEP + 6, max(2, value / most * ROOM)
        out.append(f'<text x="{LABEL - 10}" y="{y + 13}" class="name">{html.escape(name)}</text>'
                   f'<rect x="{LABEL}" y="{y}" width="{length:.1f}" height="{BAR}" rx="3"/>'
                   f'<text x="{LABEL + length + 8:.1f}" y="{y + 13}" class="value">{value:,g}</text>')
    return f'<figure class="bars">{"".join(out)}</svg><figcaption>{html.escape(title)}</figcaption></figure>'


def chart(match):
    table = match.group(0)
    head = cells(table, "th")
    column = next((i for i, name in enumerate(head) if "cpu-µs" in name), None)
    if column is None:
        return table
    rows = []
    for row in re.findall(r"<tr>(.*?)</tr>", table, flags=re.S):
        found = cells(row, "td")
        number = NUMBER.match(found[column]) if len(found) > column else None
        if number and not found[column].startswith(("(", "+")):
            rows.append((found[0], float(number.group(1).replace(",", ""))))
    return table + bars(rows, head[column].replace(": median (least)", "")) if len(rows) >= 3 else table


def charts(body):
    """After each table with a column of CPU times, the same as bars."""
    return re.sub(r"<table>.*?</table>", chart, body, flags=re.S)
