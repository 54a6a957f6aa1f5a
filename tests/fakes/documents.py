"""Small documents made by code, good ones and hostile ones."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from typing import Any

import docx
import openpyxl
import pptx
from PIL import Image

BOMB_BYTES = 600_000_000


def pdf(pages: Sequence[str], *, picture: bytes = b"", outline: Sequence[str] = ()) -> bytes:
    """A PDF with a page of lines for each text, Korean too; `picture` (a JPEG) stands on the last page."""
    parts = _Pdf()
    catalog, tree, font = parts.reserve(), parts.reserve(), parts.reserve()
    parts.put(font, _korean_font(parts))
    shown = (
        parts.stream(picture, "/Type /XObject /Subtype /Image /Filter /DCTDecode" + _size(picture)) if picture else 0
    )
    leaves = []
    for number, text in enumerate(pages, start=1):
        with_picture = shown if number == len(pages) else 0
        content = parts.stream(_lines(text) + (b"q 200 0 0 200 50 50 cm /P Do Q\n" if with_picture else b""))
        resources = f"/Font << /F {font} 0 R >>" + (f" /XObject << /P {shown} 0 R >>" if with_picture else "")
        leaves.append(
            parts.add(
                f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 595 842] "
                f"/Resources << {resources} >> /Contents {content} 0 R >>"
            )
        )
    kids = " ".join(f"{leaf} 0 R" for leaf in leaves)
    parts.put(tree, f"<< /Type /Pages /Kids [{kids}] /Count {len(leaves)} >>")
    outlines = f" /Outlines {_outline(parts, outline, leaves)} 0 R" if outline else ""
    parts.put(catalog, f"<< /Type /Catalog /Pages {tree} 0 R{outlines} >>")
    return parts.written(catalog)


def looping_pdf() -> bytes:
    """Its page tree leads back to itself, and its page draws itself over and over."""
    parts = _Pdf()
    catalog, tree, form = parts.reserve(), parts.reserve(), parts.reserve()
    content = parts.stream(b"/A Do " * 2000)
    page = parts.add(
        f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 9 9] /Contents {content} 0 R"
        f" /Resources << /XObject << /A {form} 0 R >> >> >>"
    )
    inner = b"/A Do " * 2000
    parts.put(
        form,
        f"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /A {form} 0 R >> >>"
        f" /Length {len(inner)} >>\nstream\n{inner.decode()}\nendstream",
    )
    parts.put(tree, f"<< /Type /Pages /Kids [{page} 0 R {tree} 0 R] /Count 2000000000 >>")
    parts.put(catalog, f"<< /Type /Catalog /Pages {tree} 0 R >>")
    return parts.written(catalog)


def encrypted_pdf() -> bytes:
    encryption = "<< /Filter /Standard /V 1 /R 2 /P -4 /O <" + "41" * 32 + "> /U <" + "42" * 32 + "> >>"
    parts = _Pdf(trailer=f"/ID [<00> <00>] /Encrypt {encryption}")
    tree = parts.add("<< /Type /Pages /Kids [] /Count 0 >>")
    return parts.written(parts.add(f"<< /Type /Catalog /Pages {tree} 0 R >>"))


class _Pdf:
    """Numbered objects, and the table of where they stand."""

    def __init__(self, trailer: str = "") -> None:
        self._objects: list[bytes] = []
        self._trailer = trailer

    def reserve(self) -> int:
        self._objects.append(b"")
        return len(self._objects)

    def put(self, number: int, content: str | bytes) -> None:
        self._objects[number - 1] = content.encode() if isinstance(content, str) else content

    def add(self, content: str | bytes) -> int:
        number = self.reserve()
        self.put(number, content)
        return number

    def stream(self, content: bytes, entries: str = "") -> int:
        return self.add(f"<< {entries} /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream")

    def written(self, root: int) -> bytes:
        out, places = bytearray(b"%PDF-1.7\n"), []
        for number, content in enumerate(self._objects, start=1):
            places.append(len(out))
            out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
        start = len(out)
        out += f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n".encode()
        out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
        out += f"trailer\n<< /Size {len(places) + 1} /Root {root} 0 R {self._trailer} >>\n".encode()
        return bytes(out + f"startxref\n{start}\n%%EOF\n".encode())


def _korean_font(parts: _Pdf) -> str:
    """Glyph numbers are UTF-16 units, and the map says so, as in files that Korean programs write."""
    to_unicode = parts.stream(
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def "
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange "
        b"1 beginbfrange <0000> <FFFF> <0000> endbfrange endcmap end end"
    )
    system = "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"
    descriptor = parts.add(
        "<< /Type /FontDescriptor /FontName /Test /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800 "
        "/Descent -200 /CapHeight 700 /StemV 80 >>"
    )
    below = parts.add(
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Test {system} /FontDescriptor {descriptor} 0 R /DW 500 >>"
    )
    return (
        f"<< /Type /Font /Subtype /Type0 /BaseFont /Test /Encoding /Identity-H /DescendantFonts [{below} 0 R] "
        f"/ToUnicode {to_unicode} 0 R >>"
    )


def _lines(text: str) -> bytes:
    shown = "".join(f"<{line.encode('utf-16-be').hex()}> Tj T*\n" for line in text.split("\n"))
    return f"BT /F 11 Tf 14 TL 50 780 Td\n{shown}ET\n".encode()


def _size(jpeg: bytes) -> str:
    width, height = Image.open(io.BytesIO(jpeg)).size
    return f" /Width {width} /Height {height} /ColorSpace /DeviceRGB /BitsPerComponent 8"


def _outline(parts: _Pdf, titles: Sequence[str], pages: Sequence[int]) -> int:
    """One entry a page."""
    root = parts.reserve()
    numbers = [parts.reserve() for _ in titles]
    for index, title in enumerate(titles):
        following = f" /Next {numbers[index + 1]} 0 R" if index + 1 < len(numbers) else ""
        encoded = (b"\xfe\xff" + title.encode("utf-16-be")).hex()
        parts.put(
            numbers[index],
            f"<< /Title <{encoded}> /Parent {root} 0 R{following} /Dest [{pages[index]} 0 R /Fit] >>",
        )
    parts.put(root, f"<< /Type /Outlines /First {numbers[0]} 0 R /Last {numbers[-1]} 0 R /Count {len(numbers)} >>")
    return root


def word(*parts: tuple[str, Any]) -> bytes:
    """A DOCX of (style, text) parts; a "table" is rows of cells, a "picture" the bytes of one."""
    document = docx.Document()
    for style, content in parts:
        if style == "table":
            table = document.add_table(rows=0, cols=len(content[0]))
            for row in content:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
        elif style == "picture":
            document.add_picture(io.BytesIO(content))
        else:
            document.add_paragraph(content, style=style)
    return _saved(document)


def slides(*pages: tuple[str, str], picture: bytes = b"") -> bytes:
    """A PPTX of (title, text) slides; the picture stands on the last one."""
    presentation = pptx.Presentation()
    for title, text in pages:
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = text
    if picture:
        slide.shapes.add_picture(io.BytesIO(picture), 0, 0)
    return _saved(presentation)


def sheet(title: str, rows: Sequence[Sequence[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(list(row))
    return _saved(book)


def hwpx(heading: str, text: str, table: Sequence[Sequence[str]]) -> bytes:
    def paragraph(content: str, style: int = 0) -> str:
        return f'<hp:p styleIDRef="{style}"><hp:run>{content}</hp:run></hp:p>'

    rows = "".join(
        "<hp:tr>"
        + "".join(f"<hp:tc><hp:subList>{paragraph(words(cell))}</hp:subList></hp:tc>" for cell in row)
        + "</hp:tr>"
        for row in table
    )
    names = (
        'xmlns:hp="http://www.hancom.co.kr/hwpml/2011/paragraph" xmlns:hs="http://www.hancom.co.kr/hwpml/2011/section"'
    )
    section = f"<hs:sec {names}>{paragraph(words(heading), 2)}{paragraph(words(text))}{paragraph(f'<hp:tbl>{rows}</hp:tbl>')}</hs:sec>"
    header = (
        '<hh:head xmlns:hh="http://www.hancom.co.kr/hwpml/2011/head"><hh:styles>'
        '<hh:style id="0" name="바탕글"/><hh:style id="2" name="개요 1"/></hh:styles></hh:head>'
    )
    return zipped({"mimetype": "application/hwp+zip", "Contents/header.xml": header, "Contents/section0.xml": section})


def words(text: str) -> str:
    return f"<hp:t>{text}</hp:t>"


def zipped(entries: dict[str, str | bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in entries.items():
            package.writestr(name, content)
    return written.getvalue()


def zip_bomb() -> bytes:
    """A DOCX whose text unpacks to `BOMB_BYTES`."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        with package.open("word/document.xml", "w", force_zip64=True) as entry:
            for _ in range(BOMB_BYTES // 1_000_000):
                entry.write(b" " * 1_000_000)
    return written.getvalue()


def lying_zip_bomb() -> bytes:
    """The same, with a directory that calls it small."""
    return zip_bomb().replace(struct.pack("<L", BOMB_BYTES), struct.pack("<L", 5000))


def entity_bomb() -> bytes:
    """A DOCX whose XML defines entities of entities: a billion words from a few lines."""
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    text = f'<!DOCTYPE d [<!ENTITY a0 "lol">{entities}]>'
    good = word(("Normal", "PLACE"))
    with zipfile.ZipFile(io.BytesIO(good)) as package:
        inside: dict[str, str | bytes] = {name: package.read(name) for name in package.namelist()}
    document = bytes(inside["word/document.xml"]).decode().split("?>", 1)[1]
    inside["word/document.xml"] = f'<?xml version="1.0"?>{text}' + document.replace("PLACE", "&a9;")
    return zipped(inside)


def huge_png(width: int = 30_000, height: int = 30_000) -> bytes:
    """A small file that unpacks to 2.7 GB of pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(1)
    rows = b"".join(packer.compress(b"\0" * (1 + width * 3)) for _ in range(100)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def image(kind: str = "PNG", size: tuple[int, int] = (120, 80), color: str = "red") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, color).save(written, format=kind)
    return written.getvalue()


def _saved(document: Any) -> bytes:
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()
