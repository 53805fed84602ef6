"""Control-A-Video (Chen et al. 2023, arXiv 2305.13840): text to video, guided by the structure of a clip."""

from video.controlavideo.networks import ControlNet3DModel, UNetPseudo3DConditionModel
from video.controlavideo.pipeline import ControlAVideoOutput, ControlAVideoPipeline, Repairs

__all__ = [
    "ControlAVideoOutput",
    "ControlAVideoPipeline",
    "ControlNet3DModel",
    "Repairs",
    "UNetPseudo3DConditionModel",
]
