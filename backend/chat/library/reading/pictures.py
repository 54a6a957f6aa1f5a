"""Pictures of documents: checked from their header, then drawn anew, so that only pixels are kept."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageOps

from chat.library.refusals import DocumentDamaged, PictureTooLarge

LEAST_SIDE = 64
MOST_PIXELS = 50_000_000
MOST_PICTURES = 200
# As large as a screen shows it, and as models that see want it at most.
KEPT_SIDE = 1600
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
_JPEG = "image/jpeg"

# Our own limit is checked first.
Image.MAX_IMAGE_PIXELS = None
warnings.simplefilter("ignore")


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """A picture as it was written into the folder: `number` is its file's name."""

    number: int
    media_type: str
    width: int
    height: int


@dataclass(slots=True)
class PictureFolder:
    """Writes pictures; the same one twice is one. `kept` is in the order of the numbers."""

    folder: Path
    kept: list[KeptPicture] = field(default_factory=list)
    _known: dict[bytes, KeptPicture | None] = field(default_factory=dict)

    def keep(self, data: bytes) -> KeptPicture | None:
        """Return the picture as kept; None for what is too small, too many or no picture."""
        digest = hashlib.sha256(data).digest()
        if digest not in self._known:
            self._known[digest] = self._draw(data) if len(self.kept) < MOST_PICTURES else None
        return self._known[digest]

    def _draw(self, data: bytes) -> KeptPicture | None:
        try:
            image = open_picture(io.BytesIO(data))
            if min(image.size) < LEAST_SIDE:
                return None
            return self.write(image)
        except (PictureTooLarge, DocumentDamaged):
            # A document is not refused for one of its pictures.
            return None

    def write(self, image: Image.Image) -> KeptPicture:
        """Draw an opened picture anew, no larger than is of use. Raise DocumentDamaged."""
        number = len(self.kept)
        try:
            image.draft("RGB", (KEPT_SIDE, KEPT_SIDE))
            image.thumbnail((KEPT_SIDE, KEPT_SIDE))
            drawn = ImageOps.exif_transpose(image)
            photo = image.format == "JPEG" or drawn.mode in {"CMYK", "YCbCr"}
            drawn = drawn.convert("RGB" if photo else "RGBA" if "A" in drawn.mode or drawn.mode == "P" else "RGB")
            drawn.save(self.folder / str(number), format="JPEG" if photo else "PNG", quality=85)
        except (OSError, ValueError, SyntaxError, EOFError, TypeError):
            raise DocumentDamaged from None
        picture = KeptPicture(number, _JPEG if photo else "image/png", *drawn.size)
        self.kept.append(picture)
        return picture


def open_picture(source: Path | io.BytesIO) -> Image.Image:
    """Read the header alone. Raise PictureTooLarge, or DocumentDamaged for what is no picture."""
    try:
        image = Image.open(source, formats=_FORMATS)
    except (OSError, ValueError, SyntaxError):
        raise DocumentDamaged from None
    if image.width * image.height > MOST_PIXELS:
        raise PictureTooLarge
    return image
