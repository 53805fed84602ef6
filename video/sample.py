"""Render the sample clip: a lighthouse by the sea, the camera moving past it for four seconds, with the sound of waves.

python -m video.sample --output video/sample.mp4
"""

import argparse
from fractions import Fraction
from pathlib import Path

from inference.cli import run, written_aside
from inference.options import Help

RATE, SECONDS, HERTZ = 24, 4, 48000
WIDTH, SIDE = 224, 128  # sides the miniature draws as they are


def waves(seconds: float):
    """Noise that swells and falls as surf does; (1, samples) float32."""
    import numpy as np

    rng = np.random.default_rng(0)
    count = int(seconds * HERTZ)
    spectrum = np.fft.rfft(rng.standard_normal(count))
    spectrum /= np.maximum(np.fft.rfftfreq(count, 1 / HERTZ), 80)  # deep notes are louder
    noise = np.fft.irfft(spectrum, count)
    swell = 0.35 + 0.65 * np.sin(np.pi * np.arange(count) / count * 2) ** 2
    return (0.25 * noise / np.abs(noise).max() * swell).astype(np.float32)[None]


def render(path: Path, seed: int) -> None:
    import av

    from images.scenes import Shot, clip, sample_scene

    shot = Shot(sample_scene(seed, "lighthouse", "sea"), truck=1.2, zoom=1.15)
    with av.open(path, "w") as container:
        video = container.add_stream("libx264", rate=RATE, options={"crf": "14", "preset": "veryslow"})
        video.width, video.height, video.pix_fmt = WIDTH, SIDE, "yuv420p"
        sound = container.add_stream("aac", rate=HERTZ, layout="mono")
        for i, drawing in enumerate(clip(shot, RATE * SECONDS, video.width, SIDE)[0]):
            frame = av.VideoFrame.from_ndarray(drawing.picture, "rgb24")
            frame.pts, frame.time_base = i, Fraction(1, RATE)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        frame = av.AudioFrame.from_ndarray(waves(SECONDS), format="fltp", layout="mono")
        frame.sample_rate, frame.pts = HERTZ, 0
        container.mux(sound.encode(frame) + sound.encode(None))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Help)
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("sample.mp4"), help="clip to write")
    parser.add_argument("--seed", type=int, default=7, help="of the scene")
    args = parser.parse_args()
    with written_aside(args.output) as aside:
        render(aside, args.seed)
    print(f"wrote {args.output}, {args.output.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    run(main)
