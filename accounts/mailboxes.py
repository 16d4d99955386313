"""Which spellings of an address reach one mailbox, so that one person has one account. Why: docs/adr/0003."""

import unicodedata

# Nothing decomposes these, and mail systems and keyboards mix them with their plain letter.
LETTERS = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d"})
DOTS_DO_NOT_COUNT = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}


def mailbox(email: str) -> str:
    local, _, domain = email.strip().rpartition("@")
    # Of a domain no diacritic may be dropped: exämple.com and example.com are two houses.
    local, domain = _plain(local), _ascii(unicodedata.normalize("NFKC", domain).casefold())
    if domain in DOTS_DO_NOT_COUNT:
        return f"{local.replace('.', '')}@{DOTS_DO_NOT_COUNT[domain]}"
    return f"{local}@{domain}"


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    letters = unicodedata.normalize("NFKD", folded)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).translate(LETTERS)


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain
