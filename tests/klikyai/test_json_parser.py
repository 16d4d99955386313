import json
import time

import pytest

from accounts.errors import Refused
from klikyai.json_parser import DEPTH, loads

EVIL = {
    "duplicate keys": b'{"a": 1, "a": 2}',
    "duplicate keys below": b'{"a": [{"b": 1, "b": 1}]}',
    "duplicate by escape": b'{"a": 1, "\\u0061": 2}',
    "deep lists": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep and never closed": b"[" * 100_000,
    "NUL": b'{"a": "x\\u0000y"}',
    "NUL in a name": b'{"x\\u0000": 1}',
    "raw NUL": b'{"a": "\x00"}',
    "lone high surrogate": b'{"a": "\\ud800"}',
    "lone low surrogate": b'{"a": "\\udc00x"}',
    "surrogate in a name": b'{"\\ud800": 1, "b": 1}',
    "duplicate surrogate names": b'{"\\ud800": 1, "\\ud800": 1}',
    "NaN": b'{"a": NaN}',
    "Infinity": b"[-Infinity]",
    "infinite by exponent": b'{"a": 1e999}',
    "a number of a million digits": b"1" * 1_000_000,
    "not UTF-8": b'{"a": "\xff"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "cut off": b'{"a": ',
    "trailing": b"{} {}",
    "single quotes": b"{'a': 1}",
    "comment": b"{/**/}",
    "byte order mark": b"\xef\xbb\xbf{}",
    "many names twice": b"{" + b'"a":1,"b":1,' * 40_000 + b'"c":1}',
    "unclosed string": b'"' + b'\\"' * 100_000,
}


@pytest.mark.parametrize("raw", EVIL.values(), ids=EVIL.keys())
def test_evil_json_is_refused(raw: bytes) -> None:
    started = time.process_time()
    with pytest.raises(Refused) as refused:
        loads(raw)
    assert time.process_time() - started < 2
    json.dumps([refused.value.message, refused.value.details]).encode()


@pytest.mark.parametrize(
    "raw",
    [b'{"a": [1, 2.5, -3, true, null, "\xc3\xa9"]}', b'{"a": "\\ud83d\\ude00"}', b'{"a": "[[{{\\"[[" }', b"[]"],
)
def test_good_json_is_read_as_ever(raw: bytes) -> None:
    assert loads(raw) == json.loads(raw)


def test_brackets_inside_text_are_not_depth() -> None:
    assert loads(json.dumps({"a": "[" * 1000}).encode()) == {"a": "[" * 1000}


def test_the_deepest_that_is_allowed_passes() -> None:
    assert loads(b"[" * DEPTH + b"]" * DEPTH)


def test_no_body_reads_as_no_fields() -> None:
    assert loads(b" ") == {}


def test_a_field_given_twice_is_named() -> None:
    with pytest.raises(Refused) as refused:
        loads(b'{"prompt": 1, "prompt": 2}')
    assert "prompt" in refused.value.details


def test_the_standard_library_would_let_most_of_it_pass() -> None:
    for name in ("duplicate keys", "NUL", "lone high surrogate", "NaN", "infinite by exponent"):
        json.loads(EVIL[name])
    with pytest.raises(RecursionError):
        json.loads(EVIL["deep lists"])
