"""The English translation: collect the sentences, check that none is missing, compile.

    tools/messages.py collect   write every sentence of the program into django.po
    tools/messages.py check     fail when one is missing, stale, fuzzy or loses a place
    tools/messages.py compile   write django.mo (part of `make install`)

The sentences in code and templates are Chinese, so Chinese needs no catalogue. Django's own
makemessages needs the GNU gettext programs; this needs only Babel.
"""

import io
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src/jimin"
PO = SOURCE / "locale/en/LC_MESSAGES/django.po"
FUNCTIONS = dict.fromkeys(
    ["_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"], None
)
# Fixed, so that collecting twice gives the same file.
HEADER = r"""# The English of Jimin. `make messages` collects the sentences; the keys are Chinese.
msgid ""
msgstr ""
"Language: en\n"
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

"""
PLACE = re.compile(r"%(?:\(\w+\))?[sd]")


def main(arguments: list[str]) -> int:
    match arguments:
        case ["collect"]:
            return collect()
        case ["check"]:
            return check()
        case ["compile"]:
            return compile_()
    print(__doc__)
    return 2


def collect() -> int:
    catalogue, wanted = kept(), written()
    before = len(catalogue)
    catalogue.update(wanted, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        file.write(HEADER.encode())
        write_po(
            file, catalogue, width=0, sort_by_file=True, include_lineno=False, omit_header=True
        )
    untranslated = sum(not message.string for message in catalogue if message.id)
    print(f"{PO.relative_to(ROOT)}: {before} sentences before, {len(catalogue)} now,", end=" ")
    print(f"{untranslated} without translation")
    return 0


def check() -> int:
    catalogue, wanted = kept(), written()
    wrong = list(failings(catalogue, wanted))
    for place, sentence, what in wrong[:40]:
        print(f"{place}: {what}: {sentence!r}")
    if len(wrong) > 40:
        print(f"… and {len(wrong) - 40} more")
    print(f"{len(wanted)} sentences, {len(wrong)} not in order")
    return 1 if wrong else 0


def failings(catalogue: Catalog, wanted: Catalog) -> Iterator[tuple[str, object, str]]:
    for message in wanted:
        if not message.id:
            continue
        place = message.locations[0][0] if message.locations else "?"
        have = catalogue.get(message.id, message.context)
        strings = translations(have)
        if have is None:
            yield place, message.id, "not collected yet"
        elif have.fuzzy:
            yield place, message.id, "marked fuzzy"
        elif not strings or not all(strings):
            yield place, message.id, "not translated"
        elif any(places(text) != places(singular(message)) for text in strings):
            yield place, message.id, "the translation has other places"
    for message in catalogue:
        if message.id and wanted.get(message.id, message.context) is None:
            yield str(PO.relative_to(ROOT)), message.id, "no longer in the program"


def compile_() -> int:
    # Unfinished sentences stay out: Django then shows the Chinese.
    with PO.with_suffix(".mo").open("wb") as file:
        write_mo(file, kept())
    return 0


def kept() -> Catalog:
    """The catalogue in the repository, or an empty one."""
    if PO.exists():
        with PO.open("rb") as file:
            return read_po(file, locale="en", domain="django")
    return Catalog("en", fuzzy=False)


def written() -> Catalog:
    """Every sentence of the code and the templates."""
    catalogue = Catalog("en", fuzzy=False)
    for path in sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("templates/**/*.*")]):
        if "tests" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # In brackets, or the indentation of the page would be read as Python's.
            text = f"(\n{templatize(text, origin=str(path))}\n)"
        for sentence, context in sentences(text):
            catalogue.add(sentence, locations=[(str(path.relative_to(ROOT)), 0)], context=context)
    return catalogue


def sentences(text: str) -> Iterator[tuple[str | tuple[str, str], str | None]]:
    """The sentences in a Python text, each with its context. Calls with a variable are passed by:
    what they translate is written as a sentence elsewhere."""
    calls: Iterable[tuple[Any, ...]] = extract_python(
        io.BytesIO(text.encode()), FUNCTIONS, [], {"encoding": "utf-8"}
    )
    for _line, function, found, _comments in calls:
        match function.removesuffix("_lazy"), found:
            case "ngettext", (str(one), str(many), *_):
                yield (one, many), None
            case "pgettext", (str(context), str(sentence)):
                yield sentence, context
            case _, str(sentence) if sentence:
                yield sentence, None


def translations(message: Message | None) -> list[str]:
    if message is None:
        return []
    found: Any = message.string
    return list(found) if isinstance(found, tuple) else [found]


def singular(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, tuple) else message.id)


def places(text: str) -> set[str]:
    return set(PLACE.findall(text.replace("%%", "")))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
