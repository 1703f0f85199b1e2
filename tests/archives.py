"""What an archive that the portal hands out says."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

from openpyxl import load_workbook


def text_in(content: bytes) -> str:
    """The cells of a workbook; of any other archive the names of its files, and what stands in them."""
    with ZipFile(BytesIO(content)) as archive:
        if "[Content_Types].xml" not in archive.namelist():
            return " ".join(f"{name} {archive.read(name).decode(errors='replace')}" for name in archive.namelist())
    return " ".join(str(cell) for row in load_workbook(BytesIO(content)).active.values for cell in row)
