"""Which words of a prompt the model has never met. Needs no torch."""

import json
import re
from pathlib import Path

WORD = re.compile(r"[^\W\d_]+|\d")


def words_of(text: str) -> list[str]:
    return WORD.findall(re.sub(r"['’]s\b", "", text.lower()))


def load_vocabulary(model: Path) -> frozenset[str]:
    return frozenset(json.loads((model / "vocabulary.json").read_text())["words"])


def unknown_words(prompt: str, known: frozenset[str]) -> list[str]:
    """In the order of the prompt, each once."""
    return list(dict.fromkeys(word for word in words_of(prompt) if word not in known))
