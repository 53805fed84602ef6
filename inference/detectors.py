"""Control maps: what a ControlNet is to keep of a picture.

canny   its outlines (Canny 1986), by OpenCV; needs no weights
depth   how near everything is, by DPT (Ranftl et al. 2021) or any other depth estimator that transformers loads
others  the detectors of controlnet_aux by its own names, such as softedge_hed or openpose

  edges = control_map(picture, "canny")                             # (h, w, 3) uint8
  detect = load_detector("depth", depth_model="my/dpt-folder")      # weights once, then map after map
  estimate = load_depth()                                           # raw depth, to scale over a whole shot
"""

from collections.abc import Callable

import numpy as np
from PIL import Image

from inference.cli import InputError
from inference.options import DPT
from inference.pipelines import check_finite, hub_folder

WITHOUT_WEIGHTS = ("canny", "shuffle")
OF_CONTROLNET_AUX = (
    "depth_leres", "depth_leres++", "depth_midas", "depth_zoe", "lineart_anime", "lineart_coarse",
    "lineart_realistic", "mediapipe_face", "mlsd", "normal_bae", "openpose", "openpose_face", "openpose_faceonly",
    "openpose_full", "openpose_hand", "scribble_hed", "scribble_hedsafe", "scribble_pidinet", "scribble_pidsafe",
    "shuffle", "softedge_hed", "softedge_hedsafe", "softedge_pidinet", "softedge_pidsafe",
)  # fmt: skip
EXTRA_PACKAGES = {"mediapipe_face": "mediapipe"}
KINDS = ("canny", "depth", *OF_CONTROLNET_AUX)
Detector = Callable[[np.ndarray], np.ndarray]  # picture (h, w, 3) uint8 -> control map (h, w, 3) uint8


def control_map(picture: Image.Image | np.ndarray, kind: str, **options) -> np.ndarray:
    """The control map (h, w, 3) uint8 of one picture; for many, `load_detector` once. `options` as it takes them."""
    pixels = np.asarray(picture.convert("RGB") if isinstance(picture, Image.Image) else picture)
    return load_detector(kind, **options)(pixels)


def load_detector(
    kind: str,
    *,
    low_threshold: int = 100,
    high_threshold: int = 200,
    depth_model: str = DPT,
    device: str = "cpu",
) -> Detector:
    """A function from pictures to control maps of the same size.

    Raises InputError for an unknown kind, and where a detector's weights cannot be fetched.
    """
    check_kind(kind)
    if kind == "canny":
        return lambda picture: canny(picture, low_threshold, high_threshold)
    if kind == "depth":
        estimate = load_depth(depth_model, device)
        return lambda picture: depth_map(estimate(picture[None])[0])
    return _controlnet_aux(kind, device)


def check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise InputError(f'no control map is called "{kind}"; there are {", ".join(KINDS)}')


def canny(picture: np.ndarray, low: int = 100, high: int = 200) -> np.ndarray:
    """White outlines on black (h, w, 3): steeper than `high`, or than `low` where they go on from steeper ones."""
    import cv2

    edges = cv2.Canny(np.ascontiguousarray(picture), low, high)  # (h, w)
    return np.repeat(edges[..., None], 3, axis=-1)


def load_depth(name: str = DPT, device: str = "cpu") -> Callable[[np.ndarray], np.ndarray]:
    """A function from pictures (n, h, w, 3) uint8 to raw inverse depth (n, h, w) float32; larger is nearer.

    `name` is a folder or hub model. Each picture has a scale of its own; `depth_map` puts several on one.
    """
    import torch
    from transformers import AutoImageProcessor, AutoModelForDepthEstimation

    try:
        folder = hub_folder(name, ("*.json", "model.safetensors"))
        processor = AutoImageProcessor.from_pretrained(folder)
        model = AutoModelForDepthEstimation.from_pretrained(folder, use_safetensors=True).eval().to(device)
    except (OSError, ValueError) as error:
        raise _unfetched("depth", name, error) from error
    check_finite(folder, model.named_parameters())

    @torch.inference_mode()
    def estimate(pictures: np.ndarray) -> np.ndarray:
        pixels = processor(images=list(pictures), return_tensors="pt")["pixel_values"]  # (n, 3, 384, 384)
        depth = model(pixels.to(device)).predicted_depth  # (n, 384, 384)
        size = pictures.shape[1:3]
        return torch.nn.functional.interpolate(depth[:, None].float(), size, mode="bicubic")[:, 0].cpu().numpy()

    return estimate


def depth_map(depth: np.ndarray, far: float | None = None, near: float | None = None) -> np.ndarray:
    """Raw inverse depth (h, w) as a picture (h, w, 3): `far` black, `near` white; its own extremes if not given."""
    far = depth.min() if far is None else far
    near = depth.max() if near is None else near
    scaled = np.clip((depth - far) / (near - far or 1), 0, 1)
    return np.repeat(np.rint(scaled * 255).astype(np.uint8)[..., None], 3, axis=-1)


def _controlnet_aux(kind: str, device: str) -> Detector:
    import warnings
    from importlib.util import find_spec

    import cv2
    from huggingface_hub.errors import HTTPError

    package = EXTRA_PACKAGES.get(kind)
    if package and not find_spec(package):
        raise InputError(f"the detector {kind} needs a package more: pip install {package}; canny needs none")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of packages that other detectors would need
        from controlnet_aux.processor import Processor

    try:
        loaded = Processor(kind)
    except (OSError, ValueError, HTTPError, ImportError) as error:
        raise _unfetched(kind, "lllyasviel/Annotators", error) from error
    if hasattr(loaded.processor, "to"):
        loaded.processor.to(device)

    def detect(picture: np.ndarray) -> np.ndarray:
        height, width = picture.shape[:2]
        side = max(min(height, width), 512)  # what the annotators were made for; small pictures are enlarged to it
        found = loaded.processor(
            Image.fromarray(picture), detect_resolution=side, image_resolution=side, **loaded.params
        )
        found = np.asarray(found.convert("RGB") if isinstance(found, Image.Image) else found)
        return cv2.resize(found, (width, height), interpolation=cv2.INTER_AREA)

    return detect


def _unfetched(kind: str, name: str, error: Exception) -> InputError:
    return InputError(
        f"the detector {kind} cannot be loaded from {name} ({type(error.__cause__ or error).__name__}); "
        f"these need no weights: {', '.join(WITHOUT_WEIGHTS)}"
    )
