"""Bytes to text: UTF-8, UTF-16, CP949 (with EUC-KR in it), and what a detector makes of the rest."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from charset_normalizer import from_bytes

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HANGUL = re.compile(r"[가-힣]")
# Signs that most of a Korean or Western text consists of.
_USUAL = re.compile(r"[\n\r\t -~가-힣]")
_MOSTLY = 0.7
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SAMPLE_BYTES = 65_536


def looks_like_text(head: bytes) -> bool:
    """Tell a text from other files by its first bytes."""
    return _marked(head) is not None or _bare_utf16(head) is not None or not _CONTROL.search(head)


def read_text(path: Path) -> str:
    """Return a file as text, with plain line ends. What cannot be decoded is replaced, not refused."""
    data = path.read_bytes()
    text = data.decode(_encoding_of(data), errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def _encoding_of(data: bytes) -> str:
    known = _marked(data) or _bare_utf16(data)
    if known:
        return known
    if _decodes(data, "utf-8"):
        return "utf-8"
    # Western text does not decode as CP949: its accented letters stand before small ASCII letters.
    if _decodes(data, "cp949") and _HANGUL.search(data[:_SAMPLE_BYTES].decode("cp949", errors="ignore")):
        return "cp949"
    best = from_bytes(data[:_SAMPLE_BYTES]).best()
    return best.encoding if best else "cp1252"


def _marked(data: bytes) -> str | None:
    return next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)


def _bare_utf16(data: bytes) -> str | None:
    """UTF-16 without its mark. It has zero bytes, which no other text has, and reads as words one way round only."""
    sample = data[: _SAMPLE_BYTES // 2 * 2]
    if b"\x00" not in sample:
        return None
    for encoding in ("utf-16-le", "utf-16-be"):
        text = sample[: len(sample) // 2 * 2].decode(encoding, errors="replace")
        if len(_USUAL.findall(text)) > _MOSTLY * len(text):
            return encoding
    return None


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
