"""An exhibit is called by what it is: no name of a file stands in a judgment or a letter."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st
from pydantic import BaseModel

from odr.evidence.exhibits.describing_many import ManyInput, ManyLine
from odr.evidence.inputs import ExhibitInput
from odr.evidence.sources.webpage_acts import CaptureInput
from odr.filing.inputs import ExhibitLine
from odr.ground.errors import InvalidInput
from odr.procedure.acts.table import TABLE
from odr.procedure.forms import fields as forms
from odr.procedure.forms.exhibit_titles import ExhibitTitle, as_recorded, looks_like_file_name, title_from
from odr.procedure.forms.inputs import marks

DEVICES = (
    "IMG_2019", "IMG_20251111_101010.jpg", "DSC01234", "PXL_20251111_101010123", "VID-20251111-WA0001",
    "Screenshot_20251111-101010_WeChat", "Screenshot_20251111-101010_微信", "Screenshot 2025-11-11 at 10.10.10",
    "mmexport1699700000000", "wx_camera_1699700000000", "微信图片_20251111101010", "截屏2025-11-11 10.10.10",
    "QQ图片20251111101010", "photo 3", "Photo (1)", "scan0001", "20251111_101010", "1699700000", "未命名1",
    "550e8400-e29b-41d4-a716-446655440000", "chat.txt", "合同.pdf", "IMG_2019.HEIC", "order page.png",
)  # fmt: skip
NAMES = (
    "Chat with the shop, 11 November", "与店铺的聊天记录，11月11日", "Order page", "订单", "Contract", "Photo 1 and 2 of the damage",
    "Image of the broken phone 1", "照片：破损的包装", "截图：订单页面2025年11月11日", "Page of shop.example.com on 11 November",
    "Invoice no. 20251111", "录音：2025年11月11日与客服通话", "Parcel SF1234567890",
)  # fmt: skip


@pytest.mark.parametrize("words", DEVICES)
def test_name_of_a_file_is_no_title(words: str) -> None:
    """What a camera, a telephone or a chat program called a file is refused, with a sentence that says what to write."""
    with pytest.raises(InvalidInput) as refused:
        forms.parse(ExhibitInput, {"upload": "a", "title": words, "proves": "x", "source": "y"})
    assert [fault.location for fault in refused.value.faults] == [("title",)]
    assert "chat with the shop" in refused.value.faults[0].message.render("en")
    assert "与店铺的聊天记录" in refused.value.faults[0].message.render("zh-Hans")


@pytest.mark.parametrize("words", NAMES)
def test_what_people_call_a_thing_is_a_title(words: str) -> None:
    """A day, a number or a web address in a title is no reason to refuse it."""
    assert not looks_like_file_name(words)
    assert forms.parse(ExhibitInput, {"upload": "a", "title": words, "proves": "x", "source": "y"}).title == words


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40), st.sampled_from(["jpg", "HEIC", "png", "pdf", "mp4", "txt", "docx", "ofd"]))
def test_no_words_with_the_ending_of_a_file_are_a_title(stem: str, ending: str) -> None:
    """Whatever stands before the ending: with the ending it is a file's name."""
    if stem.strip() and not stem.endswith((" ", "\t")):
        assert looks_like_file_name(f"x{stem.strip()}x.{ending}")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_what_is_proposed_from_a_file_name_would_be_taken(name: str) -> None:
    """A proposal is a title that the court takes, or there is none."""
    proposed = title_from(name)
    assert proposed == "" or not looks_like_file_name(proposed)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["IMG_", "DSC", "PXL_", "Screenshot_", "mmexport", "微信图片_", "截屏", "photo "]),
    st.integers(1000, 10**14),
    st.sampled_from(["", ".jpg", " (1)", "_edited", " copy"]),
)
def test_nothing_is_proposed_where_a_device_gave_the_name(begin: str, number: int, end: str) -> None:
    """The box is empty, and the person says what it is."""
    assert title_from(f"{begin}{number}{end}") == ""


def test_what_a_person_called_their_file_is_proposed() -> None:
    """Without the ending it is a title already."""
    assert title_from("Contract_with_shop.pdf") == "Contract with shop"
    assert title_from("与店铺的聊天记录.png") == "与店铺的聊天记录"


def test_every_act_that_names_an_exhibit_asks_in_the_same_way() -> None:
    """Wherever a form names a file of evidence by a title, that title is one of this kind."""
    models: list[type[BaseModel]] = [ExhibitInput, ManyLine, ExhibitLine, CaptureInput]
    for model in models:
        assert any(isinstance(mark, ExhibitTitle) for mark in marks(model.model_fields["title"])), model
    for act in TABLE:
        fields = act.input.model_fields
        if "title" in fields and "upload" in fields:
            assert any(isinstance(mark, ExhibitTitle) for mark in marks(fields["title"])), act.name


def test_many_files_are_not_named_by_their_files_either() -> None:
    """Left empty, a name is taken from what the file shows, and that must be words."""
    values = {"origin": "screen", "files-0-upload": "a", "files-0-take": "true", "files-0-proves": "IMG_2019.jpg"}
    with pytest.raises(InvalidInput) as refused:
        forms.parse(ManyInput, values)
    assert [fault.location for fault in refused.value.faults] == [("files", 0, "proves")]


def test_what_is_recorded_is_read_as_it_stands() -> None:
    """An entry of a time when a file's name was taken is read for ever."""
    with as_recorded():
        assert ExhibitInput(upload="a", title="IMG_2019.jpg", proves="x", source="y").title == "IMG_2019.jpg"
