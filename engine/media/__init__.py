"""Clips as files: what is in one, its pictures and its sound, and copies that a browser plays."""

from engine.media.channels import MissingChannelError, picture_alone, sound_alone
from engine.media.decoding import Decoding, Media, decode
from engine.media.footage import Footage
from engine.media.pictures import hold_decoders
from engine.media.probing import AudioFacts, Probe, VideoFacts, probe
from engine.media.thumbnails import poster, thumbnail
from engine.media.transcoding import transcode

__all__ = [
    "AudioFacts",
    "Decoding",
    "Footage",
    "Media",
    "MissingChannelError",
    "Probe",
    "VideoFacts",
    "decode",
    "hold_decoders",
    "picture_alone",
    "poster",
    "probe",
    "sound_alone",
    "thumbnail",
    "transcode",
]
