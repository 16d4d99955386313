"""A CLIP tokenizer whose merges spell whole words of the lexicon."""

import itertools
import string
from collections.abc import Iterator

from transformers import CLIPTokenizer

from training.sketch.lexicon import LEXICON
from training.sketch.syllabus import TAUGHT
from training.sketch.vocabulary import words_of

LENGTH = 32
START, END, UNKNOWN = "<|startoftext|>", "<|endoftext|>", "<|unk|>"


def _phrases() -> Iterator[str]:
    for subject in LEXICON["subjects"].values():
        yield from (form for pair in subject["words"] for form in pair)
    for group in ("sizes", "positions", "counts", "relations"):
        for phrases in LEXICON[group].values():
            yield from phrases
    yield from _surroundings()


def _taught_phrases() -> Iterator[str]:
    for subject in TAUGHT:
        yield from (form for pair in LEXICON["subjects"][subject]["words"] for form in pair)
    for group in ("counts", "relations"):
        for phrases in LEXICON[group].values():
            yield from phrases
    yield from _surroundings()


def _surroundings() -> Iterator[str]:
    for group in ("colours", "places", "lights"):
        for phrases in LEXICON[group].values():
            yield from phrases
    yield from LEXICON["tags"].values()
    for after, before in LEXICON["styles"].values():
        yield from after + before
    yield from LEXICON["openings"] + LEXICON["praise"] + LEXICON["quiet"]


def known_words() -> list[str]:
    return _words(_phrases())


def taught_words() -> list[str]:
    """The part of the known words that the denoiser learns to draw: what it cannot draw it must not claim to know."""
    return _words(_taught_phrases())


def _words(phrases: Iterator[str]) -> list[str]:
    return sorted({word for phrase in phrases for word in words_of(phrase)})


def _spell(word: str, ranks: dict[tuple[str, str], int]) -> list[str]:
    pieces = [*word[:-1], word[-1] + "</w>"]
    while len(pieces) > 1:
        rank, at = min((ranks.get(pair, len(ranks)), k) for k, pair in enumerate(itertools.pairwise(pieces)))
        if rank == len(ranks):
            break
        pieces[at : at + 2] = ["".join(pieces[at : at + 2])]
    return pieces


def build_tokenizer() -> CLIPTokenizer:
    letters = string.ascii_lowercase + string.digits + ".,'-!?"
    ids = {token: k for k, token in enumerate([START, END, UNKNOWN, *letters, *(c + "</w>" for c in letters)])}
    ranks: dict[tuple[str, str], int] = {}
    # A later merge has the lowest rank, so it cannot disturb a word that earlier merges already spell.
    for word in known_words():
        while len(pieces := _spell(word, ranks)) > 1:
            ranks[pieces[0], pieces[1]] = len(ranks)
            ids.setdefault(pieces[0] + pieces[1], len(ids))
    return CLIPTokenizer(vocab=ids, merges=list(ranks), unk_token=UNKNOWN, model_max_length=LENGTH)
