"""Checks a picture by its content and writes it anew: what is stored is a picture and nothing else."""

from __future__ import annotations

import io
from dataclasses import dataclass

from django.conf import settings
from PIL import Image, ImageOps

from chat.errors import PictureRefused

# More would fill the memory when it is unpacked: a 30,000 x 30,000 PNG takes 3.6 GB.
MOST_PIXELS = 50_000_000
# Models scale larger ones down themselves, and are charged for them.
_LONGEST_SIDE = 2048
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


@dataclass(frozen=True, slots=True)
class Picture:
    data: bytes
    media_type: str
    width: int
    height: int


def read_picture(data: bytes) -> Picture:
    """Return a PNG or JPEG of the picture, upright and without metadata; of an animation the first frame.

    Its longer side has at most 2,048 pixels. Raises PictureRefused.
    """
    if len(data) > settings.MAX_PICTURE_BYTES:
        raise PictureRefused(f"A picture may have at most {settings.MAX_PICTURE_BYTES:,} bytes.")
    try:
        return _written_anew(data)
    except PictureRefused:
        raise
    # Decoders of broken files raise many things; none of them says more than this.
    except Exception:
        raise PictureRefused from None


def _written_anew(data: bytes) -> Picture:
    # Only the head is read here, so that the size is known before anything is unpacked.
    with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise PictureRefused(f"A picture may have at most {MOST_PIXELS:,} pixels.")
        is_photo = opened.format == "JPEG"
        opened.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
        upright = ImageOps.exif_transpose(opened)
        upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
        plain = upright.convert("RGB" if is_photo else "RGBA")
    # Nothing but the pixels goes along.
    plain.info.clear()
    output = io.BytesIO()
    plain.save(output, "JPEG" if is_photo else "PNG", **({"quality": 90} if is_photo else {}))
    return Picture(output.getvalue(), "image/jpeg" if is_photo else "image/png", plain.width, plain.height)
