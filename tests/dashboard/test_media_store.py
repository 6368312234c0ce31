"""The media folder keeps whole files under keys nobody can guess."""

from __future__ import annotations

import io
import os
from multiprocessing import get_context
from pathlib import Path

import pytest

from dashboard.services import media_store
from db.errors import StorageError
from engine.errors import MediaError

pytestmark = pytest.mark.usefixtures("home")


class Breaking(io.BytesIO):
    """A source that gives a piece and then fails, as a cut connection does."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise ConnectionResetError("cut")
        return super().read(3 if size is None or size < 0 else min(3, size))


def files_under(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.name != media_store.SECRET_FILE]


def test_what_was_stored_is_read_back() -> None:
    stored = media_store.put_bytes(b"a take")
    assert media_store.path_of(stored.key).read_bytes() == b"a take"
    assert stored.size_bytes == 6


def test_the_same_content_is_kept_once(home: Path) -> None:
    assert media_store.put_bytes(b"a take") == media_store.put_stream(io.BytesIO(b"a take"))
    assert len(files_under(home / "media")) == 1


def test_a_key_does_not_follow_from_the_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = media_store.put_bytes(b"a take")
    monkeypatch.setenv("DAILIES_HOME", str(tmp_path / "elsewhere"))
    there = media_store.put_bytes(b"a take")
    assert here.sha256 == there.sha256
    assert here.key != there.key
    assert here.sha256 not in (here.key, there.key)


def test_an_interrupted_write_leaves_nothing(home: Path) -> None:
    with pytest.raises(StorageError):
        media_store.put_stream(Breaking(b"a long take"))
    assert files_under(home / "media") == []


def test_an_empty_file_is_refused(home: Path) -> None:
    with pytest.raises(StorageError, match="empty"):
        media_store.put_bytes(b"")
    assert files_under(home / "media") == []


@pytest.mark.parametrize("key", ["", "../../secret", "/etc/passwd", "a" * 63, "A" * 64, "g" * 64, "a" * 65])
def test_only_keys_find_files(key: str) -> None:
    media_store.put_bytes(b"a take")
    with pytest.raises(StorageError):
        media_store.path_of(key)


def test_a_file_that_is_gone_is_said() -> None:
    stored = media_store.put_bytes(b"a take")
    media_store.path_of(stored.key).unlink()
    with pytest.raises(StorageError, match="import the clip again"):
        media_store.path_of(stored.key)


def test_processes_that_start_together_share_one_secret() -> None:
    with get_context("spawn").Pool(4) as pool:
        stored = pool.map(media_store.put_bytes, [b"a take"] * 8)
    assert len({each.key for each in stored}) == 1


def test_a_folder_that_may_not_be_written_is_said(home: Path) -> None:
    home.chmod(0o500)
    if os.access(home, os.W_OK):
        pytest.skip("this user may write everywhere")
    with pytest.raises(StorageError, match="permissions"):
        media_store.put_bytes(b"a take")


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (b"\x00\x00\x00\x20ftypisom", "video/mp4"),
        (b"\x00\x00\x00\x20ftypqt  ", "video/quicktime"),
        (b"\x1a\x45\xdf\xa3", "video/webm"),
        (b"RIFF\x00\x00\x00\x00WAVE", "audio/wav"),
        (b"fLaC", "audio/flac"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"<html><script>", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_the_type_comes_from_the_content(tmp_path: Path, start: bytes, expected: str) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(start)
    assert media_store.media_type(path) == expected


def test_what_is_too_large_is_refused_as_soon_as_it_is_seen(home: Path) -> None:
    with pytest.raises(MediaError, match="larger than 0 MB"):
        media_store.put_stream(Breaking(b"a long take"), most_bytes=2)
    assert files_under(home / "media") == []


def test_a_file_and_its_name_are_on_the_disk_before_it_is_stored(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    media_store.secret()
    flushed: list[str] = []
    real = os.fsync

    def noted(handle: int) -> None:
        flushed.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        real(handle)

    monkeypatch.setattr(os, "fsync", noted)
    key = media_store.put_bytes(b"a take").key
    media, own = str(home / "media"), str(home / "media" / key[:2])
    written = next(place for place in flushed if Path(place).parent.name == media_store.INCOMING)
    assert flushed.index(media) < flushed.index(written) < flushed.index(own)
