"""Follows every link inside of a folder of pages: what it names must be there.

    tests/links.py FOLDER
"""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """The targets that a page has, and those that it leads to."""

    def __init__(self, path):
        super().__init__()
        self.names, self.leads_to = set(), set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.names.update(attrs[key] for key in ("id", "name") if attrs.get(key))
        self.leads_to.update(attrs[key] for key in ("href", "src") if attrs.get(key))


def dead(folder):
    pages = {path.resolve(): Page(path) for path in folder.rglob("*.html")}
    followed = 0
    for path, page in pages.items():
        # It stands at any address that nobody serves, and cannot know where it is.
        if path.name == "404.html":
            continue
        for link in page.leads_to:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            followed += 1
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if target.is_dir():
                target /= "index.html"
            anchor = unquote(parts.fragment)
            known = pages.get(target)
            if not target.exists() or anchor and known and anchor not in known.names:
                yield f"{path.relative_to(folder.resolve())}: {link}"
    print(f"{len(pages)} pages, {followed} links followed", file=sys.stderr)


if __name__ == "__main__":
    found = sorted(dead(Path(sys.argv[1])))
    sys.exit("\n".join(found) or 0)
