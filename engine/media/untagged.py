"""A copy of a clip without what recorders write beside picture and sound: device, place, owner, title."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import av
from av.error import FFmpegError

from engine.errors import MediaError
from engine.media.container import opened

KEPT_KINDS: Final = ("video", "audio")
"""Other streams hold positions, time codes and subtitles."""


def copy_untagged(source: Path, target: Path) -> None:
    """Copy picture and sound as they are coded into a new file whose tags are empty.

    Parameters
    ----------
    source : Path
    target : Path
        Its ending says which container is written.

    Raises
    ------
    MediaError
        If the file cannot be read, or its streams do not fit the container; nothing is left behind.
    """
    try:
        with opened(source) as given, av.open(str(target), "w") as made:
            kept = [stream for stream in given.streams if stream.type in KEPT_KINDS]
            placed = {stream.index: made.add_stream_from_template(stream) for stream in kept}
            for stream in placed.values():
                stream.metadata.clear()
            for packet in given.demux(kept):
                if packet.dts is None:  # the mark of the end
                    continue
                packet.stream = placed[packet.stream.index]
                made.mux(packet)
    except (FFmpegError, OSError, ValueError) as error:
        target.unlink(missing_ok=True)
        raise MediaError(
            f"{target.name} cannot be copied without its tags ({error}); convert it to MP4 and import that."
        ) from error
