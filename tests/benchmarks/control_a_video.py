"""Time and memory of Control-A-Video's UNet at the published size, against copying keys and values for each frame.

python -m tests.benchmarks.control_a_video                              one layer of joint attention, both ways
python -m tests.benchmarks.control_a_video --network                    the whole UNet: 4 GB in bf16, random weights
python -m tests.benchmarks.control_a_video --network --frames 16 --compile

The copying is the original's: every frame has a copy of the keys and values of all frames, so memory grows with the
square of their number. Here a clip is one long sequence, and they are there once. Peak memory is of the process on a
CPU, measured in one of its own for each way, and of the allocator on CUDA.
"""

import argparse
import multiprocessing
import time

from inference.device import peak_memory
from inference.options import Help, at_least


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Help)
    parser.add_argument("--frames", type=at_least(1), default=8, help="frames of the clip")
    parser.add_argument("--size", type=at_least(64), default=512, help="of a side in pixels")
    parser.add_argument("--heads", type=at_least(1), default=8, help="of the one layer")
    parser.add_argument("--network", action="store_true", help="the whole UNet instead of one layer of attention")
    parser.add_argument("--steps", type=at_least(1), default=20, help="passes of the UNet, for seconds per frame")
    parser.add_argument("--repeats", type=at_least(1), default=1, help="measured runs, of which the fastest counts")
    parser.add_argument("--compile", action="store_true", help="compile the UNet first")
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    spawn = multiprocessing.get_context("spawn")
    results = {}
    for way in ("copied", "once"):
        parent, child = spawn.Pipe()
        process = spawn.Process(target=measure, args=(args, way == "copied", child))
        process.start()
        child.close()
        try:
            results[way] = parent.recv()
        except EOFError:
            results[way] = None
        process.join()
        show(way, results[way], args)
    if None not in results.values():
        seconds, memory = (results["once"][i] / results["copied"][i] for i in (0, 1))
        print(f"once against copied: {seconds:.2f} x the time, {memory:.2f} x the memory")


def show(way: str, result: tuple[float, float] | None, args: argparse.Namespace) -> None:
    if result is None:
        print(f"keys and values {way}: out of memory")
        return
    seconds, memory = result
    per_frame = f", {seconds * args.steps / args.frames:.2f} s a frame for {args.steps} passes" if args.network else ""
    print(f"keys and values {way}: {seconds:.2f} s, {memory / 2**20:.0f} MiB on top of weights and input{per_frame}")


def measure(args: argparse.Namespace, copied: bool, report) -> None:
    """Seconds and bytes of one pass, sent to `report`."""
    import torch

    torch.manual_seed(0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    with torch.inference_mode():
        run, modules = (network if args.network else layer)(args, device)
        if copied:
            for module in modules:
                module.set_processor(CopyingProcessor(args.frames))
        before = peak(device)
        times = []
        for _ in range(args.repeats + (device.type == "cuda" or args.compile)):
            start = time.perf_counter()
            run()
            if device.type == "cuda":
                torch.cuda.synchronize()
            times.append(time.perf_counter() - start)
    report.send((min(times), peak(device) - before))


def peak(device) -> int:
    if device.type == "cuda":
        import torch

        return torch.cuda.max_memory_allocated()
    return peak_memory()


def layer(args: argparse.Namespace, device):
    """The joint attention of the highest resolution, where a clip has the most pixels."""
    import torch
    from diffusers.models.attention_processor import Attention

    attention = Attention(320, heads=args.heads, dim_head=320 // args.heads).to(device, torch.bfloat16).eval()
    x = torch.randn(1, args.frames * (args.size // 8) ** 2, 320, device=device, dtype=torch.bfloat16)
    attention(x[:, :64])  # libraries load what they need
    return lambda: attention(x), [attention]


def network(args: argparse.Namespace, device):
    import torch

    from video.controlavideo import UNetPseudo3DConditionModel

    with torch.device("meta"):
        unet = UNetPseudo3DConditionModel(sample_size=64, cross_attention_dim=768).to(torch.bfloat16)
    unet = unet.to_empty(device=device).eval()
    for parameter in unet.parameters():
        parameter.normal_(0, 0.02)
    unet.to(memory_format=torch.channels_last)
    side = args.size // 8
    x = torch.randn(1, 4, args.frames, side, side, device=device, dtype=torch.bfloat16)
    text = torch.randn(1, 77, 768, device=device, dtype=torch.bfloat16)
    unet(x[:, :, :1, :8, :8], 1, text)
    if args.compile:
        unet.compile()
    return lambda: unet(x, 500, text), [m.attn1 for m in unet.modules() if hasattr(m, "attn_temporal")]


class CopyingProcessor:
    """Joint attention with a copy of all keys and values for each frame's queries."""

    def __init__(self, frames: int):
        self.frames = frames

    def __call__(self, attention, hidden_states, encoder_hidden_states=None, attention_mask=None, **_):
        import torch

        b, length, _ = hidden_states.shape
        f = self.frames if length % self.frames == 0 else 1
        q, k, v = (project(hidden_states) for project in (attention.to_q, attention.to_k, attention.to_v))
        q = q.reshape(b * f, length // f, -1)
        k, v = (x.repeat_interleave(f, dim=0) for x in (k, v))  # (b f, f h w, c)
        q, k, v = (x.unflatten(-1, (attention.heads, -1)).transpose(1, 2) for x in (q, k, v))
        out = torch.nn.functional.scaled_dot_product_attention(q, k, v)  # (b f, heads, h w, c / heads)
        return attention.to_out[0](out.transpose(1, 2).reshape(b, length, -1))


if __name__ == "__main__":
    main()
