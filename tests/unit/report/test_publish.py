import pytest

from twinklr.core.errors import OutputError
from twinklr.core.report import check_target, publish


@pytest.fixture
def made(tmp_path):
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "song.xsq").write_text("new")
    (folder / "plan.json").write_text("{}")
    (folder / ".show.fseq").write_text("work in progress")
    return folder


def test_an_existing_sequence_needs_force(tmp_path, made):
    target = tmp_path / "out"
    publish(made, target)

    with pytest.raises(OutputError, match="--force"):
        check_target(target, "song", force=False)
    check_target(target, "song", force=True)


def test_every_replaced_sequence_is_kept(tmp_path, made):
    target = tmp_path / "out"
    target.mkdir()
    (target / "song.xsq").write_text("edited by hand")
    publish(made, target)
    (made / "song.xsq").write_text("newer")
    publish(made, target)

    assert (target / "song.xsq").read_text() == "newer"
    assert (target / "song.xsq.bak").read_text() == "edited by hand"
    assert (target / "song.xsq.bak1").read_text() == "new"


def test_hidden_work_files_are_not_published(tmp_path, made):
    assert {path.name for path in publish(made, tmp_path / "out")} == {"song.xsq", "plan.json"}


def test_a_file_where_the_folder_should_be_is_refused(tmp_path):
    (tmp_path / "out").write_text("a file")

    with pytest.raises(OutputError, match="cannot be written"):
        check_target(tmp_path / "out" / "song", "song", force=False)
