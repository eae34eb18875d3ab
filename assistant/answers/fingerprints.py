"""One-way fingerprints of the articles, so that the copy test works without their text.

Each sequence of eight words is kept as five bytes of its BLAKE2 hash, sorted, so that neither
words nor their order can be read back. The names of the people and businesses in the articles
are kept the same way.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

RUN = 8
LONGEST_NAME = 4
FILE = "knowledge/fingerprints.json"
_BYTES = 5
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_QUOTED = re.compile(r"[\"\u201c]([^\"\u201c\u201d\n]{1,160})[\"\u201d]")
_QUOTE_WORDS = 12


@dataclass(frozen=True)
class Article:
    """What is kept of one article: its length in words and its hashed sequences."""

    sha256: str
    words: int
    sequences: frozenset[str]


@dataclass(frozen=True)
class Fingerprints:
    """What is kept of all articles."""

    articles: Mapping[str, Article]
    names: frozenset[str]

    def copied(self, text: str) -> list[tuple[str, str]]:
        """Runs of eight words that stand in an article, outside quotation marks.

        Args:
            text: any text.

        Returns:
            (article id, the eight words) for the first run of each stretch.
        """
        found: list[tuple[str, str]] = []
        for part in outside_quotes(text):
            words, until = normal(part), -1
            for start in range(len(words) - RUN + 1):
                article = self._article_with(_hash(words[start : start + RUN]))
                if article and start > until:
                    found.append((article, " ".join(words[start : start + RUN])))
                if article:
                    until = start + 1
        return found

    def holds(self, article: str, quote: str) -> bool:
        """Whether a quote stands in an article word for word, as far as can be told.

        Args:
            article: id of an article.
            quote: its words; "..." stands for words left out.

        Returns:
            False when a run of eight words of the quote is not in the article.
        """
        kept = self.articles[article].sequences
        parts = [normal(part) for part in re.split(r"\.\.\.|\u2026", quote)]
        return all(_hash(run) in kept for words in parts for run in _runs(words))

    def named(self, text: str) -> list[str]:
        """The names from the articles that stand in a text."""
        words = normal(text)
        return [
            " ".join(words[start : start + length])
            for length in range(1, LONGEST_NAME + 1)
            for start in range(len(words) - length + 1)
            if _hash(words[start : start + length]) in self.names
        ]

    def _article_with(self, sequence: str) -> str:
        for name, article in self.articles.items():
            if sequence in article.sequences:
                return name
        return ""


def normal(text: str) -> list[str]:
    """A text as bare lower-case words, so that case, accents and typography do not hide a copy."""
    text = unicodedata.normalize("NFKD", text.replace("\u2019", "'"))
    return _WORD.findall("".join(c for c in text if not unicodedata.combining(c)).lower())


def outside_quotes(text: str) -> list[str]:
    """The stretches of a text between its quotations of at most twelve words."""
    stretches, last = [], 0
    for quoted in _QUOTED.finditer(text):
        if len(normal(quoted[1])) <= _QUOTE_WORDS:
            stretches.append(text[last : quoted.start()])
            last = quoted.end()
    return [*stretches, text[last:]]


def _runs(words: Sequence[str]) -> Iterator[Sequence[str]]:
    return (words[start : start + RUN] for start in range(len(words) - RUN + 1))


def _hash(words: Sequence[str]) -> str:
    return hashlib.blake2b(" ".join(words).encode(), digest_size=_BYTES).hexdigest()


def load_fingerprints(root: Path) -> Fingerprints:
    """Reads the fingerprints of a project.

    Raises:
        OSError, ValueError, KeyError, TypeError: the file is missing or not as written by us.
    """
    kept = json.loads((root / FILE).read_text(encoding="utf-8"))
    articles = {
        name: Article(entry["sha256"], int(entry["words"]), frozenset(entry["sequences"]))
        for name, entry in kept["articles"].items()
    }
    return Fingerprints(articles, frozenset(kept["names"]))


def fingerprint_files(root: Path, files: Mapping[str, Path], *, names: Iterable[str] = ()) -> Path:
    """Writes the fingerprints of the articles anew.

    Args:
        root: the project's folder.
        files: article id -> the file with its whole text (kept outside the project).
        names: people, businesses and phone numbers of the articles; added to those kept.

    Returns:
        The file written.

    Raises:
        OSError: an article cannot be read or the file cannot be written.
    """
    path = root / FILE
    kept = json.loads(path.read_text(encoding="utf-8"))["names"] if path.exists() else []
    articles = {}
    for name, file in sorted(files.items()):
        raw = file.read_bytes()
        words = normal(raw.decode("utf-8"))
        articles[name] = {
            "sha256": hashlib.sha256(raw).hexdigest(),
            "words": len(words),
            "sequences": sorted({_hash(run) for run in _runs(words)}),
        }
    hashed = {_hash(normal(name)) for name in names if normal(name)}
    content = {
        "about": "One-way hashes of the articles' eight-word sequences and of names in them. "
        "No text can be read back. Written by assistant/answers/fingerprints.py.",
        "articles": articles,
        "names": sorted({*kept, *hashed}),
    }
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")
    return path


def article_ids(files: Iterable[Path], sha256: Mapping[str, str]) -> dict[str, Path]:
    """Which article each file is, by its checksum.

    Args:
        files: files with an article's text.
        sha256: article id -> checksum, from sources.yml.

    Returns:
        Article id -> file.

    Raises:
        LookupError: a file is none of the articles; the message names it.
    """
    by_sum = {value: name for name, value in sha256.items()}
    found = {}
    for file in files:
        checksum = hashlib.sha256(file.read_bytes()).hexdigest()
        if checksum not in by_sum:
            raise LookupError(f"{file.name} is no article of sources.yml (sha256 {checksum}).")
        found[by_sum[checksum]] = file
    return found
