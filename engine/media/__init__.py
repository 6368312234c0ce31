"""Clips as files: what is in one, its pictures and its sound, and copies that a browser plays."""

from engine.media.decoding import Media, decode
from engine.media.probing import AudioFacts, Probe, VideoFacts, probe
from engine.media.thumbnails import poster, thumbnail
from engine.media.transcoding import transcode

__all__ = [
    "AudioFacts",
    "Media",
    "Probe",
    "VideoFacts",
    "decode",
    "poster",
    "probe",
    "thumbnail",
    "transcode",
]
