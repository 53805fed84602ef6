"""Make a clip with sound of rendered frames: the sample is a lighthouse by the sea, the camera moving past it.

python -m images.render --seeds 7 --subject lighthouse --setting "sea coast" --look plain --frames 96 --size 512x288 \\
    --samples 8 --output_dir outputs/sample
python -m video.make_sample --frames_dir outputs/sample/000007-lighthouse-sea-coast --output video/sample.mp4
"""

import argparse
from fractions import Fraction
from pathlib import Path

from inference.cli import InputError, run
from inference.files import atomic_write
from inference.options import Help, at_least, output_file

RATE, HERTZ = 24, 48000


def surf(seconds: float):
    """Waves that swell, break and draw back, over a steady wind; (2, samples) float32."""
    import numpy as np

    rng = np.random.default_rng(0)
    count = int(seconds * HERTZ)
    time = np.arange(count) / HERTZ
    frequency = np.maximum(np.fft.rfftfreq(count, 1 / HERTZ), 1)

    def noise(low: float, high: float, slope: float):
        """Noise between two frequencies, falling by `slope` with each octave's doubling; its own for each ear."""
        spectrum = np.fft.rfft(rng.standard_normal((2, count))) * frequency**-slope
        spectrum *= 1 / (1 + (low / frequency) ** 4) / (1 + (frequency / high) ** 4)
        sound = np.fft.irfft(spectrum, count)
        return sound / sound.std()

    # a wave comes in for two seconds and drains away more softly
    phase = (time / 3.7 + 0.15) % 1
    swell = np.where(phase < 0.45, (phase / 0.45) ** 2.2, ((1 - phase) / 0.55) ** 1.4)
    breaking = np.where(phase < 0.4, (phase / 0.4) ** 6, ((1 - phase) / 0.6) ** 3)
    gust = 0.7 + 0.3 * np.sin(2 * np.pi * (time / 5.1 + 0.3))
    sound = (
        0.6 * swell * noise(60, 700, 0.5) + 0.35 * breaking * noise(900, 7000, 0.3) + 0.12 * gust * noise(150, 900, 0.7)
    )
    return (0.3 * sound / np.abs(sound).max()).astype(np.float32)


def encode(pictures: list[Path], path: Path, crf: int) -> None:
    import av

    from inference.image_io import read_picture

    with av.open(path, "w") as container:
        video = container.add_stream("libx264", rate=RATE, options={"crf": str(crf), "preset": "veryslow"})
        sound = container.add_stream("aac", rate=HERTZ, layout="stereo")
        for number, picture in enumerate(map(read_picture, pictures)):
            if number == 0:
                video.width, video.height, video.pix_fmt = *picture.size, "yuv420p"
            frame = av.VideoFrame.from_image(picture)
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        frame = av.AudioFrame.from_ndarray(surf(len(pictures) / RATE), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = HERTZ, 0
        container.mux(sound.encode(frame) + sound.encode(None))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Help)
    add = parser.add_argument
    add("--frames_dir", type=Path, required=True, help="folder of frames that images.render made")
    add("--output", type=output_file, default=str(Path(__file__).with_name("sample.mp4")), help="clip to write")
    add("--crf", type=at_least(0), default=18, help="quality of the picture: lower is better and larger")
    args = parser.parse_args()
    pictures = sorted(args.frames_dir.glob("[0-9]*.png"))
    if not pictures:
        raise InputError(f"there are no frames in {args.frames_dir}; render them with images.render --frames")
    with atomic_write(args.output) as aside:
        encode(pictures, aside, args.crf)
    print(f"wrote {args.output}, {len(pictures)} frames, {args.output.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    run(main)
