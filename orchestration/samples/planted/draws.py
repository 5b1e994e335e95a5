"""Randomness as SQL: every number is a fixed function of the seed and of what it is drawn for.

DuckDB's `hash` of several values combines them by exclusive or, so that two draws for one
customer would be the same number but for some flipped bits. Every draw here hashes one number.
"""

import hashlib

# 24 bits make a share fine enough, and leave room for several shares in one hash.
SHARE_BITS = 24


def constant(*words: object) -> str:
    """Return a number of 64 bits that stands for some words."""
    digest = hashlib.sha256("\x1f".join(map(str, words)).encode()).digest()
    return f"{int.from_bytes(digest[:8], 'big')}::ubigint"


def draw(key: str, stream: str) -> str:
    """Return 64 random bits for a key of 64 bits; each stream is a draw of its own."""
    return f"hash(xor({key}, {constant(stream)}))"


def share(bits: str, *, shift: int = 0, width: int = SHARE_BITS) -> str:
    """Return a number in [0, 1) of `width` bits of a draw."""
    return f"((({bits}) >> {shift}) & {(1 << width) - 1})::double / {1 << width}"


def uniform(key: str, stream: str) -> str:
    """Return a number in [0, 1)."""
    return share(draw(key, stream))


def below(key: str, stream: str, bound: str | int) -> str:
    """Return a whole number in [0, bound)."""
    return f"floor({uniform(key, stream)} * {bound})::integer"


def normal(key: str, stream: str) -> str:
    """Return a standard normal number (Box and Muller 1958)."""
    radius = f"sqrt(-2 * ln(1 - {uniform(key, stream + ' radius')}))"
    return f"({radius} * cos(2 * pi() * {uniform(key, stream + ' angle')}))"


def pick(key: str, stream: str, values: tuple[str, ...]) -> str:
    """Return one of some texts, each as likely."""
    listed = ", ".join(f"'{value}'" for value in values)
    return f"([{listed}])[1 + {below(key, stream, len(values))}]"
