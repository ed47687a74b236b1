"""Codes that carry their own proof, against a plain SipHash-2-4 and a plain check symbol written here."""

from collections.abc import Callable

import pytest

from loyalty import CodeKey, CouponCode, InputError, LoyaltyError, Refused, verify_code

MASK = (1 << 64) - 1
COUNTED = bytes(range(16))


def siphash(key: bytes, message: bytes) -> int:
    """SipHash-2-4, word by word as its paper has it."""
    k0, k1 = int.from_bytes(key[:8], "little"), int.from_bytes(key[8:], "little")
    v0, v1, v2, v3 = k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573

    def turned(word: int, by: int) -> int:
        return (word << by | word >> (64 - by)) & MASK

    def rounds(times: int) -> None:
        nonlocal v0, v1, v2, v3
        for _ in range(times):
            v0, v2 = (v0 + v1) & MASK, (v2 + v3) & MASK
            v1, v3 = turned(v1, 13) ^ v0, turned(v3, 16) ^ v2
            v0 = turned(v0, 32)
            v2, v0 = (v2 + v1) & MASK, (v0 + v3) & MASK
            v1, v3 = turned(v1, 17) ^ v2, turned(v3, 21) ^ v0
            v2 = turned(v2, 32)

    padded = message + bytes(7 - len(message) % 8) + bytes([len(message) & 255])
    for at in range(0, len(padded), 8):
        word = int.from_bytes(padded[at : at + 8], "little")
        v3 ^= word
        rounds(2)
        v0 ^= word
    v2 ^= 255
    rounds(4)
    return v0 ^ v1 ^ v2 ^ v3


ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
POWERS = [1]
while len(POWERS) < 31:
    doubled = POWERS[-1] << 1
    POWERS.append(doubled ^ 0b100101 if doubled & 32 else doubled)


def times(one: int, other: int) -> int:
    """The product in GF(32), by logarithms."""
    return POWERS[(POWERS.index(one) + POWERS.index(other)) % 31] if one and other else 0


def digits(number: int, width: int) -> list[int]:
    return [number >> 5 * place & 31 for place in reversed(range(width))]


def width(number: int) -> int:
    return max(1, -(-number.bit_length() // 5))


def issued(number: int, secret: bytes, template: int, serial: int) -> str:
    """A code as the documentation of the core describes it."""
    message = b"loyalty-code-1" + bytes([number]) + template.to_bytes(4, "little") + serial.to_bytes(8, "little")
    proof = siphash(secret, message) >> 4
    room = width(serial)
    while (1 + width(template) + room + 12 + 1) % 4:
        room += 1
    row = digits(number << 2 | width(template) - 1, 1) + digits(template, width(template))
    row += digits(serial, room) + digits(proof, 12)
    length = len(row) + 1
    check = POWERS[length % 31]
    for place, symbol in enumerate(row):
        check ^= times(POWERS[(length - 1 - place) % 31], symbol)
    text = "".join(ALPHABET[symbol] for symbol in [*row, check])
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def test_the_hash_is_the_published_one() -> None:
    # The reference implementation, vectors_sip64, for 0 and 15 bytes.
    assert siphash(COUNTED, b"") == 0x726FDB47DD0E0E31
    assert siphash(COUNTED, bytes(range(15))) == 0xA129CA6149BE45E5


# The same in the tests of Rust and C.
VECTORS = [
    (0, COUNTED, 0, 0, "000K-W9Y6-F8A8-J4BQ"),
    (0, COUNTED, 7, 1_234, "0700-16JB-VSXZ-4DP6-T7D2"),
    (1, b"\x5a" * 16, 7, 1_234, "4700-16JG-9B0V-NXFD-MPDS"),
    (2, b"\xc3" * 16, 7, 1_234, "8700-16JB-D4E9-KET5-Z4TA"),
    (7, COUNTED, 1_048_575, 2**64 - 1, "ZZZZ-Z0FZ-ZZZZ-ZZZZ-ZZZC-7FCW-7PAY-HEZ0"),
    (3, COUNTED, 1_023, 2**40, "DZZ0-0010-0000-000G-5H0Q-6NGF-8WCC"),
    (5, b"\xff" * 16, 32, 1_000_000, "N10Y-GJ09-1HE9-D5YW-6RQ5"),
]


@pytest.mark.parametrize("number, secret, template, serial, text", VECTORS)
def test_codes_are_those_that_are_worked_out_here(number: int, secret: bytes, template: int, serial: int, text: str) -> None:
    assert issued(number, secret, template, serial) == text
    key = CodeKey(number, secret)
    assert key.issue(template, serial) == text
    code = verify_code(text.lower().replace("-", " "), [key])
    assert (code.key, code.template, code.serial, str(code)) == (number, template, serial, text)


def test_many_codes_are_those_that_are_worked_out_here() -> None:
    for serial in [*range(200), *(3**power for power in range(41)), *(2**power - 1 for power in range(65))]:
        key, template = serial % 8, serial * 7919 % 1_048_576
        assert CodeKey(key, COUNTED).issue(template, serial) == issued(key, COUNTED, template, serial)


def test_keys_follow_each_other() -> None:
    old, new = CodeKey(1, b"\x5a" * 16), CodeKey(2, b"\xc3" * 16)
    text = old.issue(7, 1)
    assert verify_code(text, [old, new]).key == verify_code(text, (new, old)).key == 1
    with pytest.raises(Refused) as caught:
        verify_code(text, [new])
    assert caught.value.code == "code_not_genuine"
    with pytest.raises(Refused, match="code_not_genuine"):
        verify_code(text, [])
    with pytest.raises(Refused, match="code_misread"):
        verify_code(text[:-1] + ("A" if text[-1] != "A" else "B"), [old])


def test_what_is_no_code_no_key_or_no_number() -> None:
    key = CodeKey(0, COUNTED)
    for text in ["", "x" * 1000, "8700", "\0", "八七", "8" * 100_000]:
        with pytest.raises(Refused) as caught:
            verify_code(text, [key])
        assert caught.value.code == "code_misread"
    with pytest.raises(InputError, match="invalid_utf8 at text"):
        verify_code("\ud800", [key])
    wrong_calls: list[tuple[Callable[[], object], str]] = [
        (lambda: CodeKey(8, COUNTED), "number"),
        (lambda: CodeKey(-1, COUNTED), "number"),
        (lambda: CodeKey(0, COUNTED[1:]), "secret"),
        (lambda: CodeKey(0, bytes(16)), "secret"),
        (lambda: key.issue(1_048_576, 0), "template"),
        (lambda: key.issue(-1, 0), "template"),
        (lambda: key.issue(0, 2**64), "serial"),
        (lambda: key.issue(0, -1), "serial"),
    ]
    for call, path in wrong_calls:
        with pytest.raises(LoyaltyError) as wrong:
            call()
        assert wrong.value.path == path, wrong.value
    for bad in (
        lambda: CodeKey(True, COUNTED),
        lambda: CodeKey(0, "0123456789abcdef"),  # type: ignore[arg-type]
        lambda: key.issue(1.0, 2),  # type: ignore[arg-type]
        lambda: key.issue(1, True),
        lambda: verify_code(b"8700", [key]),  # type: ignore[arg-type]
        lambda: verify_code("8700", key),  # type: ignore[arg-type]
        lambda: verify_code("8700", [COUNTED]),  # type: ignore[list-item]
    ):
        with pytest.raises(TypeError):
            bad()


def test_nothing_secret_is_shown() -> None:
    key = CodeKey(3, b"\x5a" * 16)
    assert repr(key) == str(key) == "CodeKey(3, ...)"
    code = verify_code(key.issue(7, 9), [key])
    assert repr(code) == "CouponCode(template=7, serial=9, key=3)"
    assert isinstance(code, CouponCode)
    assert code == verify_code(key.issue(7, 9), [key]) and hash(code) == hash(verify_code(str(code), [key]))
    assert key == CodeKey(3, b"\x5a" * 16) and key != CodeKey(3, b"\x5b" * 16)
