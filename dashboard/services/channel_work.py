"""Making the file of one channel of a clip, away from the server: files come from anywhere.

``python -m dashboard.services.channel_work KEY CHANNEL`` prints the new file's key, an empty line where
the clip has no such channel, or, with status 2, one sentence on standard error.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from dashboard.services import media_store, process_limits
from engine.errors import DailiesError
from engine.media.channels import MissingChannelError, picture_alone, sound_alone
from engine.vocabulary import Channel

BAD_INPUT: Final = 2
ABSENT: Final = ""

WRITERS: Final[Mapping[Channel, Callable[[Path, Path], None]]] = {
    Channel.FACE: picture_alone,
    Channel.VOICE: sound_alone,
}
"""The channels that need a file of their own."""


def make(playable_key: str, channel: Channel) -> str:
    """Store the file of one channel.

    Parameters
    ----------
    playable_key : str
        The clip's file that browsers play.
    channel : Channel
        One of :data:`WRITERS`.

    Returns
    -------
    str
        Its key in the media store; :data:`ABSENT` where the clip has no such channel.

    Raises
    ------
    MediaError
        If the clip cannot be read.
    StorageError
        If the store cannot be used.
    """
    path = media_store.path_of(playable_key)
    with media_store.incoming() as temporary:
        try:
            WRITERS[channel](path, temporary)
        except MissingChannelError:
            return ABSENT
        except DailiesError as error:
            raise type(error)(str(error).replace(path.name, "the clip")) from error
        return media_store.adopt(temporary).key


def main(words: list[str]) -> int:
    """Run :func:`make` on two words and print what it gives."""
    process_limits.limit_memory()
    try:
        print(make(words[0], Channel(words[1])))
    except DailiesError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except MemoryError:
        print(f"The clip cannot be used: {process_limits.too_much_memory()}", file=sys.stderr)
        return BAD_INPUT
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
