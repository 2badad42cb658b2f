"""The bundle: every exhibit a person may see as one paginated PDF, made in the background and anchored."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, strategies as st
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import select

from odr.evidence.exhibits.preview import NoPreview, opened_left
from odr.evidence.kit import bundle
from odr.evidence.models import CompilationKind, Exhibit, ExhibitReading
from odr.ground.typeset import Typesetter
from tests.evidence.test_case_file import made, signed_in, with_exhibits
from tests.scene import Scene


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#8a6").save(out, kind)
    return out.getvalue()


def hostile_pdf(pages: int) -> bytes:
    """A PDF of so many pages that runs a script when opened, carries a file and links elsewhere."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for number in range(pages):
            page = pdf.add_blank_page(page_size=(400, 300))
            font = pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
            )
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
            page.Contents = pdf.make_stream(f"BT /F 20 Tf 40 200 Td (Invoice page {number + 1}) Tj ET".encode())
        action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('run')")
        pdf.Root.OpenAction = action
        pdf.attachments["evil.exe"] = b"MZ"
        pdf.save(out)
    return out.getvalue()


def submit(scene: Scene, who: str, content: bytes, filename: str, **more: object) -> None:
    upload = scene.upload(who, content, filename)
    given = {
        "title": f"File {filename} 😀",
        "category": "files",
        "proves": "That it was so",
        "source": "My phone",
        **more,
    }
    scene.do("submit_exhibit", who, upload=upload.reference, **given)


def test_bundle_is_paginated_indexed_linked_and_anchored(small_scene: Scene) -> None:
    """Each exhibit has its pages behind a sheet; index, links, bookmarks and page labels agree; what cannot be printed
    has its digest.
    """
    with_exhibits(small_scene)
    submit(small_scene, "li", picture(1200, 900, "JPEG"), "photo.jpg")
    submit(small_scene, "li", picture(400, 2400), "chat.png")
    submit(small_scene, "haiyun", hostile_pdf(3), "invoice.pdf")
    submit(small_scene, "haiyun", b"PK\x03\x04" + bytes(60), "all.zip")
    submit(small_scene, "haiyun", b"%PDF-1.7\nbroken", "broken.pdf")
    row, data = made(small_scene, "li", CompilationKind.BUNDLE)
    reader = PdfReader(io.BytesIO(data))
    text = [page.extract_text() for page in reader.pages]
    assert row.pages == len(reader.pages) and reader.page_labels == [str(n + 1) for n in range(len(text))]
    marks = {str(item.title): reader.get_destination_page_number(item) for item in reader.outline[1]}
    labels = {title.split()[0]: page for title, page in marks.items() if "-" in title}
    assert list(labels) == ["C-1", "C-2", "C-3", "R-1", "R-2", "R-3", "R-4"]
    # The index names each paper's page, and its links lead there.
    links = [a.get_object() for page in reader.pages[: labels["C-1"]] for a in page.get("/Annots", [])]
    assert len({str(link.get("/Dest") or link["/A"]["/D"]) for link in links}) >= len(labels)
    index = " ".join(text[: labels["C-1"]])
    assert all(label in index for label in labels)
    assert "order 8842" in text[labels["C-1"]] and "发货记录" in text[labels["R-1"]]
    # A photograph is one page, a long screenshot goes on over several, a PDF has its own pages with their text.
    assert labels["C-3"] - labels["C-2"] == 2 and labels["R-1"] - labels["C-3"] > 2
    assert [f"Invoice page {n}" in text[labels["R-2"] + n] for n in (1, 2, 3)] == [True] * 3
    with small_scene.court.database.read() as session:
        digests = {e.label: e.upload.sha256 for e in session.scalars(select(Exhibit))}
    for label in ("R-3", "R-4"):
        assert str(digests[label])[:40] in "".join(text[labels[label]].split())
    assert b"JavaScript" not in data and "/OpenAction" not in reader.trailer["/Root"] and not reader.attachments
    assert {each["item"] for each in row.left_out} == {"exhibit R-3", "exhibit R-4"}
    # Its own digest stands in the log, and who asked fetches file and receipt; nobody else does.
    path = f"/cases/{small_scene.case().reference}/files/{row.reference}"
    mine = signed_in(small_scene, "li")
    got = mine.get(path)
    assert got.data == data and got.headers["Content-Type"] == "application/pdf"
    said = json.loads(mine.get(f"{path}/receipt.json").data)
    assert said["sha256"] == row.sha256 and mine.get(f"{path}/receipt.proof").status_code == 200
    other = signed_in(small_scene, "haiyun")
    assert [other.get(path).status_code, other.get(f"{path}/receipt.json").status_code] == [404, 404]
    page = mine.get(f"/cases/{small_scene.case().reference}/files").get_data(as_text=True)
    assert row.sha256 is not None and row.sha256 in page and f"{row.pages} pages" in page


def test_bundle_names_what_is_sealed_and_logs_who_reads_it(small_scene: Scene) -> None:
    """A sealed file is a sheet with the reason for the other side; in the bench's bundle it is shown, and the reading
    is logged.
    """
    with_exhibits(small_scene)
    submit(small_scene, "li", b"the secret recipe", "recipe.txt", secret=True, why_secret="A trade secret.")
    row, data = made(small_scene, "haiyun", CompilationKind.BUNDLE)
    assert "secret recipe" not in "".join(p.extract_text() for p in PdfReader(io.BytesIO(data)).pages)
    assert [each["item"] for each in row.left_out] == ["exhibit C-2"] and "Sealed" in row.left_out[0]["why"]["en"]
    _, data = made(small_scene, "judge", CompilationKind.BUNDLE)
    assert "secret recipe" in "".join(p.extract_text() for p in PdfReader(io.BytesIO(data)).pages)
    with small_scene.court.database.read() as session:
        assert [(r.name, r.how) for r in session.scalars(select(ExhibitReading))] == [("Judge", "bundle")]


def test_case_without_exhibits_has_an_empty_bundle(small_scene: Scene) -> None:
    """There is an index also where nothing is to be bound yet."""
    small_scene.lodge()
    row, data = made(small_scene, "li", CompilationKind.BUNDLE)
    assert row.pages == len(PdfReader(io.BytesIO(data)).pages) == 1


@pytest.fixture(scope="module")
def setter() -> Typesetter:
    """Sets papers with the vendored faces."""
    root = Path(__file__).resolve().parents[2]
    return Typesetter(root / "fonts", root / "templates" / "documents")


@given(st.text())
def test_no_text_of_a_party_stops_a_bundle(setter: Typesetter, text: str) -> None:
    """Whatever a party wrote can be set: what has no letter in the court's faces is a box."""
    assert setter.missing(bundle.printable(setter, text)) == ""


def test_child_that_leaves_a_link_is_not_followed(tmp_path: Path) -> None:
    """What a child left is opened as a plain file or not at all."""
    (tmp_path / "shown").symlink_to("/etc/hostname")
    with pytest.raises(NoPreview):
        opened_left(tmp_path / "shown")
    (tmp_path / "pages").write_text("9999999")
    with pytest.raises(NoPreview):
        bundle._count(tmp_path, 300)
