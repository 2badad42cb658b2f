"""A chat in several pictures is one exhibit; of a picture in which something is blurred the others see the copy alone."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from odr.docket.models import DocketEntry
from odr.evidence.intake.belonging import Belongs
from odr.evidence.intake.upload_errors import BadUploadRequest
from odr.evidence.models import Blob, CompilationKind, Exhibit, PartKind, SealState, Upload
from odr.evidence.store.ports import desk_of
from odr.filing.inputs import ExhibitLine
from odr.ground.errors import InvalidInput
from tests.evidence.test_case_file import made, signed_in, with_exhibits
from tests.scene import Scene, claim

ORIGIN = "http://localhost"
GIVEN = {"title": "Chat with the shop, 11 November", "proves": "What was promised", "source": "My phone"}
WHY = "The face of my child, from the shop."


def picture(shade: int) -> bytes:
    """A small picture of one grey."""
    made = io.BytesIO()
    Image.new("L", (60, 40), shade).save(made, "PNG")
    return made.getvalue()


def send(scene: Scene, who: str, data: bytes, belongs: Belongs | None = None, name: str = "IMG_1.png") -> Upload:
    """A picture that was sent, perhaps as part of another."""
    return desk_of(scene.court).receive(scene.people[who], name, "image/png", io.BytesIO(data), belongs)


def chat(scene: Scene, who: str = "li", count: int = 3) -> list[Upload]:
    """A chat in several pictures."""
    head = send(scene, who, picture(0))
    return [head, *(send(scene, who, picture(n), Belongs(head.reference, PartKind.PAGE)) for n in range(1, count))]


def blurred(scene: Scene, original: Upload, who: str = "li", shade: int = 200) -> Upload:
    """The copy for the others."""
    return send(scene, who, picture(shade), Belongs(original.reference, PartKind.COPY), "copy.png")


def last(scene: Scene) -> Exhibit:
    with scene.court.database.read() as session:
        found = session.scalars(select(Exhibit).order_by(Exhibit.id.desc())).first()
        assert found is not None
        _ = found.along, found.seal
        session.expunge_all()
        return found


def at(scene: Scene, exhibit: Exhibit) -> str:
    return f"/cases/{scene.case().reference}/exhibits/{exhibit.label}"


def test_pictures_of_one_chat_are_one_exhibit_in_order(small_scene: Scene) -> None:
    """They are offered as one file, submitted as one, shown in the order in which they were sent, each with its receipt."""
    with_exhibits(small_scene)
    sent = chat(small_scene)
    li = signed_in(small_scene, "li")
    offered = li.get(f"/cases/{small_scene.case().reference}/exhibits/many").text
    assert offered.count(sent[0].reference) and "3 in all" in offered
    assert not any(each.reference in offered for each in sent[1:])
    small_scene.do("submit_exhibit", "li", upload=sent[0].reference, **GIVEN)
    exhibit = last(small_scene)
    assert [each.reference for each in exhibit.along] == [each.reference for each in sent[1:]]
    page = signed_in(small_scene, "haiyun").get(at(small_scene, exhibit)).text
    assert "3 pictures, in order" in page and page.count("<figure") == 3
    for place, upload in enumerate(sent[1:], 2):
        answer = li.get(f"{at(small_scene, exhibit)}/files/{place}")
        assert hashlib.sha256(answer.data).hexdigest() == upload.sha256
        assert li.get(f"{at(small_scene, exhibit)}/files/{place}/receipt.json").status_code == 200
        assert li.get(f"{at(small_scene, exhibit)}/files/{place}/preview").mimetype == "image/png"
    assert li.get(f"{at(small_scene, exhibit)}/files/4").status_code == 404
    with small_scene.court.database.read() as session:
        entry = session.scalars(select(DocketEntry).order_by(DocketEntry.id.desc())).first()
        assert entry is not None and all(each.sha256 in entry.payload for each in sent)
        assert all(row.used_at for row in session.scalars(select(Upload).where(Upload.part_of.is_not(None))))
    _, data = made(small_scene, "haiyun", CompilationKind.KIT, exhibit.label)
    with zipfile.ZipFile(io.BytesIO(data)) as bag:
        digests = {hashlib.sha256(bag.read(name)).hexdigest() for name in bag.namelist()}
    assert {each.sha256 for each in sent} <= digests
    row, _ = made(small_scene, "haiyun", CompilationKind.BUNDLE)
    assert row.pages and row.pages >= 6


def test_a_picture_of_a_chat_that_has_not_arrived_is_not_left_out_unseen(small_scene: Scene) -> None:
    """While one of them is on its way the exhibit is not submitted without it."""
    from odr.evidence.intake.upload import Announced

    with_exhibits(small_scene)
    head = send(small_scene, "li", picture(0))
    belongs = Belongs(head.reference, PartKind.PAGE)
    begun = desk_of(small_scene.court).begin(small_scene.people["li"], Announced("IMG_2.png", 70_000, belongs=belongs))
    with pytest.raises(InvalidInput) as refused:
        small_scene.do("submit_exhibit", "li", upload=head.reference, **GIVEN)
    assert refused.value.faults[0].location == ("upload",)
    desk_of(small_scene.court).give_up(small_scene.people["li"], begun.reference)
    small_scene.do("submit_exhibit", "li", upload=head.reference, **GIVEN)


def test_a_file_belongs_to_one_of_the_same_sender_that_is_in_no_case(small_scene: Scene) -> None:
    """Not to somebody else's, not to a copy, and not to an exhibit: nothing comes into a case unseen."""
    with_exhibits(small_scene)
    head = send(small_scene, "li", picture(0))
    copy = blurred(small_scene, head)
    for who, to in (("haiyun", head), ("li", copy)):
        with pytest.raises(BadUploadRequest):
            send(small_scene, who, picture(9), Belongs(to.reference, PartKind.PAGE))
    small_scene.do("submit_exhibit", "li", upload=head.reference, **GIVEN, why_secret=WHY)
    with pytest.raises(BadUploadRequest):
        blurred(small_scene, head, shade=201)
    assert len(last(small_scene).along) == 1


def test_others_see_the_copy_and_the_court_has_the_original(small_scene: Scene) -> None:
    """From the start the original is encrypted and kept from the others, who see the blurred copy and are told so; the judge
    rules, and may open it.
    """
    with_exhibits(small_scene)
    sent = chat(small_scene, count=2)
    copy = blurred(small_scene, sent[0])
    with pytest.raises(InvalidInput) as refused:
        small_scene.do("submit_exhibit", "li", upload=sent[0].reference, **GIVEN)
    assert refused.value.faults[0].location == ("why_secret",)
    small_scene.do("submit_exhibit", "li", upload=sent[0].reference, **GIVEN, why_secret=WHY)
    exhibit = last(small_scene)
    assert exhibit.seal is not None and (exhibit.seal.state, exhibit.seal.whole) == (SealState.ASKED, False)
    haiyun, li, judge = (signed_in(small_scene, who) for who in ("haiyun", "li", "judge"))
    path = at(small_scene, exhibit)
    page = haiyun.get(path).text
    assert "You see a copy in which the party blurred or cut away something. The court has the original." in page
    assert sent[0].sha256 not in page and copy.sha256 in page and sent[1].sha256 in page
    seen = [haiyun.get(f"{path}/{what}").status_code for what in ("file", "preview/1", "receipt.json")]
    assert seen == [403, 403, 403]
    assert haiyun.get(f"{path}/files/2").data == picture(1), "a further picture without a copy is open"
    assert haiyun.get(f"{path}/files/3").data == picture(200), "the copy"
    for who in (li, judge):
        assert who.get(f"{path}/file").data == picture(0)
        assert "The others see a copy" in who.get(path).text
    with small_scene.court.database.read() as session:
        wrapped = {
            u.reference: session.get_one(Blob, u.blob_id).wrapped is not None for u in session.scalars(select(Upload))
        }
        entry = session.scalars(select(DocketEntry).order_by(DocketEntry.id.desc())).first()
        assert entry is not None and sent[0].sha256 not in entry.payload and copy.sha256 in entry.payload
    assert [wrapped[u.reference] for u in (sent[0], sent[1], copy)] == [True, False, False]
    for kind in (CompilationKind.CASE_FILE, CompilationKind.BUNDLE):
        _, data = made(small_scene, "haiyun", kind)
        if kind is CompilationKind.CASE_FILE:
            with zipfile.ZipFile(io.BytesIO(data)) as bag:
                digests = {hashlib.sha256(bag.read(name)).hexdigest() for name in bag.namelist()}
            assert copy.sha256 in digests and sent[1].sha256 in digests and sent[0].sha256 not in digests
    answer = haiyun.get(f"/api/v1/cases/{small_scene.case().reference}")
    assert sent[0].sha256 not in answer.text
    small_scene.do("order_seal", "judge", exhibit=exhibit.reference, answer="open", reasons="It is needed to decide.")
    assert haiyun.get(f"{path}/file").data == picture(0)


def test_the_judge_keeps_the_original_sealed_and_the_copy_stays_open(small_scene: Scene) -> None:
    """An order to seal covers what the party asked for: the others go on seeing the copy."""
    with_exhibits(small_scene)
    head = send(small_scene, "li", picture(0))
    blurred(small_scene, head)
    small_scene.do("submit_exhibit", "li", upload=head.reference, **GIVEN, why_secret=WHY)
    exhibit = last(small_scene)
    small_scene.do(
        "order_seal", "judge", exhibit=exhibit.reference, answer="seal", reasons="A child is in it.", readers=[]
    )
    haiyun, path = signed_in(small_scene, "haiyun"), at(small_scene, exhibit)
    assert haiyun.get(f"{path}/file").status_code == 403 and haiyun.get(f"{path}/files/2").status_code == 200


def test_all_of_a_chat_is_sealed_where_it_is_asked_for_whole(small_scene: Scene) -> None:
    """Kept from others whole, no picture of it is open, and each is encrypted."""
    with_exhibits(small_scene)
    sent = chat(small_scene)
    small_scene.do("submit_exhibit", "li", upload=sent[0].reference, **GIVEN, secret=True, why_secret=WHY)
    exhibit, haiyun = last(small_scene), signed_in(small_scene, "haiyun")
    assert [haiyun.get(f"{at(small_scene, exhibit)}/{p}").status_code for p in ("file", "files/2", "files/3")] == [
        403
    ] * 3
    with small_scene.court.database.read() as session:
        blobs = [
            session.get_one(Blob, each.blob_id)
            for each in session.scalars(select(Upload).where(Upload.id >= sent[0].id))
        ]
        assert all(blob.wrapped is not None and blob.content is None for blob in blobs)


def test_intimate_pictures_are_kept_from_others_already_in_the_claim(small_scene: Scene) -> None:
    """Asked for in the claim, the file is encrypted in the moment it is lodged; nobody but court and claimant opens it."""
    upload, open_one = send(small_scene, "li", picture(5)), send(small_scene, "li", picture(6))
    secret = ExhibitLine(upload=upload.reference, **GIVEN, secret=True, why_secret=WHY)
    small_scene.lodge(claim(exhibits=[secret, ExhibitLine(upload=open_one.reference, **GIVEN)]))
    with small_scene.court.database.read() as session:
        first, second = session.scalars(select(Exhibit).order_by(Exhibit.id)).all()
        assert first.seal is not None and first.seal.state is SealState.ASKED and first.seal.why == WHY
        assert session.get_one(Blob, first.upload.blob_id).wrapped is not None and second.seal is None
    small_scene.accept()
    small_scene.work()
    small_scene.join()
    path = f"/cases/{small_scene.case().reference}/exhibits/C-1/file"
    assert [signed_in(small_scene, who).get(path).status_code for who in ("haiyun", "li", "judge")] == [403, 200, 200]
    assert signed_in(small_scene, "haiyun").get(path.replace("C-1", "C-2")).status_code == 200


def test_keeping_from_others_needs_its_reason_in_the_claim_too() -> None:
    """As after lodging: what must be kept from whom, and why."""
    with pytest.raises(Exception, match=r"why_secret|faults"):
        ExhibitLine(upload="a", **GIVEN, secret=True)


def test_a_corrected_claim_may_ask_for_it_too(small_scene: Scene) -> None:
    """Nobody else was served yet: what is ticked now is sealed from now on."""
    upload = send(small_scene, "li", picture(5))
    line = ExhibitLine(upload=upload.reference, **GIVEN)
    small_scene.lodge(claim(exhibits=[line]))
    small_scene.do("return_claim", "clerk", defects=[{"part": "facts", "what": "Name the day."}], days=7)
    given = claim(exhibits=[line.model_copy(update={"secret": True, "why_secret": WHY})])
    small_scene.do("correct_claim", "li", **given.model_dump(mode="json"))
    exhibit = last(small_scene)
    assert exhibit.seal is not None and exhibit.seal.state is SealState.ASKED


# -- the pages ---------------------------------------------------------------------


def form(client: FlaskClient, address: str, **fields: Any) -> Any:
    """The plain form of files, token first."""
    token = client.get("/uploads/new").text.split('name="csrf_token" value="')[1].split('"')[0]
    return client.post(
        address, data={"csrf_token": token, **fields}, content_type="multipart/form-data", headers={"Origin": ORIGIN}
    )


def test_pictures_are_kept_together_by_the_plain_form(small_scene: Scene) -> None:
    """Without a script, too: a tick before they are chosen, and their order is that of the form."""
    li = signed_in(small_scene, "li")
    files = [(io.BytesIO(picture(n)), f"IMG_{n}.png") for n in range(3)]
    form(li, "/uploads/new", together="1", file=files)
    with small_scene.court.database.read() as session:
        rows = session.scalars(select(Upload).order_by(Upload.id)).all()
        assert [row.part_of for row in rows] == [None, rows[0].reference, rows[0].reference]
        assert {row.part_kind for row in rows[1:]} == {PartKind.PAGE}
        second = rows[1].reference
    page = li.get(f"/uploads/{second}").text
    assert "further picture of the same thing" in page
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    assert li.post(f"/uploads/{second}/alone", data={"csrf_token": token}).status_code == 303
    with small_scene.court.database.read() as session:
        found = session.scalar(select(Upload).where(Upload.reference == second))
        assert found is not None and found.part_of is None


def test_the_button_of_one_page_pressed_twice_sends_nothing_twice(small_scene: Scene) -> None:
    """On a poor line it is pressed again: small and large, each picture comes once, and together as they were. Another choice on a
    page one went back to, and the same file from another page, are sent.
    """
    li = signed_in(small_scene, "li")

    def press(page: str, *chosen: tuple[str, bytes]) -> int:
        files = [(io.BytesIO(data), name) for name, data in chosen]
        assert form(li, "/uploads/new", once=page, together="1", file=files).status_code < 400
        with small_scene.court.database.read() as session:
            return len(session.scalars(select(Upload)).all())

    once, again = (li.get("/uploads/new").text.split('name="once" value="')[1].split('"')[0] for _ in range(2))
    pictures = [("IMG_1.png", picture(1)), ("IMG_2.png", picture(2) + bytes(100_000)), ("IMG_3.png", picture(3))]
    assert press(once, *pictures) == press(once, *pictures) == 3
    with small_scene.court.database.read() as session:
        rows = session.scalars(select(Upload).order_by(Upload.id)).all()
        assert [row.part_of for row in rows] == [None, rows[0].reference, rows[0].reference]
    assert press(once, ("IMG_1.png", picture(4))) == 4
    assert press(again, pictures[0]) == 5


def test_a_copy_is_sent_by_the_plain_form(small_scene: Scene) -> None:
    """A copy made with any program is sent beside the original, which stays."""
    head = send(small_scene, "li", picture(0))
    li = signed_in(small_scene, "li")
    answer = form(li, f"/uploads/new?copy_of={head.reference}", file=[(io.BytesIO(picture(9)), "copy.png")])
    assert answer.status_code == 303 and head.reference in answer.location
    page = li.get(answer.location).text
    assert "Copies sent:" in page and "copy.png" in page
    with small_scene.court.database.read() as session:
        copy = session.scalars(select(Upload).order_by(Upload.id.desc())).first()
        assert copy is not None and (copy.part_of, copy.part_kind) == (head.reference, PartKind.COPY)


def test_programs_say_by_tus_what_belongs_together(small_scene: Scene) -> None:
    """``part_of`` and ``copy_of`` in the description; both at once is no description."""
    head, li = send(small_scene, "li", picture(0)), signed_in(small_scene, "li")
    token = li.get("/uploads/new").text.split('name="csrf_token" value="')[1].split('"')[0]

    def begin(**named: str) -> int:
        metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in named.items())
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Length": "70000",
            "Upload-Metadata": metadata,
            "X-CSRF-Token": token,
        }
        return li.post("/uploads/", headers=headers).status_code

    assert begin(filename="a.png", part_of=head.reference) == 201
    assert begin(filename="a.png", copy_of=head.reference) == 201
    assert begin(filename="a.png", copy_of=head.reference, part_of=head.reference) == 400
    assert begin(filename="a.png", part_of="a" * 26) == 400


def test_draft_asks_why_the_others_see_a_copy_only(small_scene: Scene) -> None:
    """The step of evidence tells what goes along with a file and asks for the reason; without it the claim is not sent."""
    from odr.filing.draft import drafts

    head = send(small_scene, "li", picture(0))
    blurred(small_scene, head)
    li = signed_in(small_scene, "li")
    with small_scene.court.database.write() as session:
        draft = drafts.open_draft(session, small_scene.people["li"], small_scene.court.clock.now()).reference
    page = li.get(f"/claim/{draft}/exhibits").text
    assert "The others see your copy" in page and page.count("exhibits-0-upload") and "exhibits-1-upload" not in page
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    values = {f"exhibits-0-{name}": value for name, value in {**GIVEN, "upload": head.reference}.items()}
    answer = li.post(f"/claim/{draft}/exhibits", data={"csrf_token": token, "continue": "1", **values})
    assert answer.status_code == 422 and "Say what you blurred or cut away in the copy, and why." in answer.text
    answer = li.post(
        f"/claim/{draft}/exhibits", data={"csrf_token": token, "continue": "1", **values, "exhibits-0-why_secret": WHY}
    )
    assert answer.status_code == 303
