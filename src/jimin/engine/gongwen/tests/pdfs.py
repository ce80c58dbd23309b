"""Small PDF files for tests, with Chinese in a font that is not embedded."""

Placed = tuple[float, float, str]  # from the left, from the bottom, words
SIZE = 16

_FONT = (
    "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H"
    "/DescendantFonts[5 0 R]>>",
    "<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000"
    "/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/FontDescriptor 6 0 R>>",
    "<</Type/FontDescriptor/FontName/STSong-Light/Flags 4/FontBBox[0 -120 1000 880]/ItalicAngle 0"
    "/Ascent 880/Descent -120/CapHeight 880/StemV 80>>",
)
_PICTURE = (
    "<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8"
    "/Length 1>>stream\nA\nendstream"
)


def pdf(pages: list[list[Placed]], pictures: set[int] | None = None) -> bytes:
    """One list of placed words a page (A4); `pictures` names pages that show only a picture."""
    first = 8
    kids = " ".join(f"{first + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>",
        "<<>>",
        *_FONT,
        _PICTURE,
    ]
    for number, placed in enumerate(pages):
        drawn = "".join(
            f"BT /F1 {SIZE} Tf {x} {y} Td <{words.encode('utf-16-be').hex()}> Tj ET\n"
            for x, y, words in placed
        )
        if number in (pictures or set()):
            drawn += "q 400 0 0 600 50 50 cm /I1 Do Q\n"
        objects.append(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]"
            "/Resources<</Font<</F1 4 0 R>>/XObject<</I1 7 0 R>>>>"
            f"/Contents {first + 2 * number + 1} 0 R>>"
        )
        objects.append(f"<</Length {len(drawn)}>>stream\n{drawn}endstream")
    out, places = b"%PDF-1.5\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    return out + (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF"
    ).encode("latin-1")


def column(lines: list[str], *, left: float = 90, top: float = 740) -> list[Placed]:
    """Lines under each other; two full-width blanks before a line indent it by two characters."""
    placed = []
    for number, line in enumerate(lines):
        indent = len(line) - len(line.lstrip("\u3000"))
        placed.append((left + SIZE * indent, top - 28.0 * number, line.lstrip("\u3000")))
    return placed
