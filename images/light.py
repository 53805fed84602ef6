"""Light a painted canvas. The same canvas lit by two looks is the same scene, pixel for pixel, in another light."""

import cv2
import numpy as np

from images.looks import Look
from images.paint import SKY_DEPTH, Canvas, fbm, noise, octaves_for, rgb, smoothstep


def light(canvas: Canvas, clouds: np.ndarray, look: Look, horizon: float) -> np.ndarray:
    """-> picture (h, w, 3) float32 in [0, 1]. `clouds` (h, w) is the cover of the sky in [0, 1]."""
    frame = canvas.frame
    sun = (look.sun_x, horizon - look.sun_y)
    dx, dy = sun[0] - frame.x, sun[1] - frame.y
    far = np.sqrt(dx**2 + dy**2)  # frame heights from the sun
    halo = np.exp(-far / 0.22)
    sky = _sky(canvas, clouds, look, horizon, far, halo)
    picture = canvas.colour * _irradiance(canvas, look, dx, dy, halo)
    if look.lamps:
        picture = picture + look.lamps * canvas.surface[..., 2:] * rgb("#ffcf7d")
    air = look.horizon * (1 + 0.1 * look.behind) + look.glow * halo[..., None] * look.sun * 0.5
    lost = (1 - np.exp(-look.haze * np.minimum(canvas.air, 60)))[..., None]
    picture += lost * (air - picture)
    picture += canvas.sky[..., None] * (sky - picture)
    picture = _reflect(canvas, picture, sky, look, horizon, dx)
    return develop(canvas, picture, look, sun)


def _sky(canvas, clouds, look, horizon, far, halo) -> np.ndarray:
    frame = canvas.frame
    up = np.clip((horizon - frame.y) / max(horizon, 1e-3), 0, 1)[..., None]  # (h, 1, 1)
    sky = look.horizon + (look.middle - look.horizon) * smoothstep(0, 0.55, up)
    sky = sky + (look.zenith - sky) * smoothstep(0.25, 1.0, up)
    sky = sky + look.glow * halo[..., None] * look.sun
    if look.stars:
        sky = sky + look.stars * _stars(frame)[..., None] * smoothstep(0.05, 0.4, up)
    lit = (
        look.shade
        + (look.cloud - look.shade) * np.clip(0.35 + 0.5 * (1 - clouds) + look.behind * halo, 0, 1)[..., None]
    )
    lit = lit + look.glow * look.behind * (halo * (1 - 0.6 * clouds))[..., None] * look.sun * 0.6
    sky = sky + clouds[..., None] * (lit - sky)
    if look.disc:
        edge = smoothstep(1.2, 0.9, far / 0.032) + 0.5 * np.exp(-((far / 0.06) ** 2))
        colour = rgb("#e8eefc") if look.stars else np.minimum(look.sun + 0.55, 1.2)
        sky = sky + (look.disc * (1 - 0.7 * clouds) * edge)[..., None] * colour
    return sky


def _stars(frame) -> np.ndarray:
    """Small round stars, (h, w) in [0, 1]."""
    stars = np.zeros((frame.height, frame.width), np.float32)
    rng = np.random.default_rng(11)
    for x, y, bright in zip(rng.uniform(-1.3, 1.3, 90), rng.uniform(0, 0.6, 90), rng.uniform(0.4, 1, 90), strict=True):
        at = frame.pixels([x], [y], SKY_DEPTH)[0] - 0.5
        radius = max(0.0032 * bright * frame.height, 0.3)
        cv2.circle(stars, np.int32(at * 16), int(radius * 16), float(bright), -1, cv2.LINE_AA, 4)
    return cv2.GaussianBlur(stars, (0, 0), 0.0016 * frame.height + 0.2)


def _irradiance(canvas, look, dx, dy, halo) -> np.ndarray:
    """Light falling on every pixel (h, w, 3): ambient, the sun on each surface, its rim, and cast shadows."""
    nx, ny = canvas.surface[..., 0], canvas.surface[..., 1]
    nz = np.sqrt(np.clip(1 - nx**2 - ny**2, 0.02, 1))
    noon = np.clip(-0.42 * nx + 0.62 * ny + 0.66 * nz, 0, 1)
    if not look.behind:
        direct = noon
    else:
        side = np.clip(dx * 2.5, -1, 1)  # the sun's side of each thing
        low = np.clip(
            (0.85 - 0.55 * canvas.ground) * side * nx + 0.30 * ny * (1 - canvas.ground * 0.2) - 0.1 * nz, 0, 1
        )
        sheen = canvas.ground * np.exp(-((dx / 0.35) ** 2)) * 0.30  # grazing light under the sun
        pool = 0.5 + 0.75 * np.exp(-np.sqrt(dx**2 + dy**2) / 0.45)  # light falls off around a low sun
        direct = (1 - look.behind) * noon + look.behind * (
            pool * (1.15 * low + sheen) + 1.35 * _rim(canvas, dx) + 0.2 * halo
        )
    direct = direct * (1 - (0.35 + 0.4 * look.behind) * _cast_shadow(canvas, look))
    tint = look.ambient * (0.82 + 0.18 * ny[..., None])
    return tint + direct[..., None] * look.sun


def _rim(canvas, dx) -> np.ndarray:
    """Edges that face the sun against something far behind: (h, w) in [0, 1]."""
    step = max(1, round(canvas.frame.height / 110))
    near = np.log(canvas.air)

    def shift(x, y):
        return cv2.warpAffine(
            near, np.float32([[1, 0, x], [0, 1, y]]), near.shape[::-1], borderMode=cv2.BORDER_REPLICATE
        )

    right, left, above = shift(-step, 0) - near, shift(step, 0) - near, shift(0, step) - near
    facing = np.where(dx > 0, right, left) * np.clip(0.35 + np.abs(dx) * 2, 0, 1)
    rim = smoothstep(0.4, 1.2, facing) + 0.8 * smoothstep(0.4, 1.2, above)
    rim = np.clip(rim, 0, 1.1) * np.clip(1.25 - np.abs(dx), 0.2, 1) * (1 - canvas.ground) * (1 - canvas.sky)
    return cv2.GaussianBlur(rim, (0, 0), max(0.5, step * 0.4))


def _cast_shadow(canvas, look) -> np.ndarray:
    """The subject's shadow on the ground: short under noon, long towards the viewer under a low sun; (h, w)."""
    if canvas.flies:
        return 0.0
    frame = canvas.frame
    foot_y = frame.pixels([canvas.base[0]], [canvas.base[1]], canvas.base_depth)[0, 1]
    long, lean = 0.12 + 0.55 * look.behind, (canvas.base[0] - look.sun_x) * 1.1 * look.behind + 0.25 * (1 - look.behind)
    # a ground pixel (x, y) looks up at the subject's pixel (x - lean * rise, foot - rise), rise = (y - foot) / long
    warp = np.float32([[1, -lean / long, lean / long * foot_y], [0, -1 / long, foot_y * (1 + 1 / long)]])
    size, looking_up = (frame.width, frame.height), cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    shadow = cv2.warpAffine(canvas.subject, warp, size, flags=looking_up)
    shadow = cv2.GaussianBlur(shadow, (0, 0), 0.006 * frame.height + 0.3)
    below, beside = frame.y - canvas.base[1], frame.x - (canvas.base[0] - frame.truck / canvas.base_depth)
    fade = np.clip(1.1 - below / 0.5, 0, 1)
    contact = np.exp(-((below / 0.016) ** 2)) * np.exp(-((beside / (canvas.reach + 1e-6)) ** 6))
    return np.maximum(shadow * fade, 0.8 * contact) * canvas.ground


def _reflect(canvas, picture, sky, look, horizon, dx) -> np.ndarray:
    """Water mirrors what stands above it, broken by its waves, and glitters under a low sun."""
    if not canvas.water.any():
        return picture
    frame = canvas.frame
    tilt = canvas.surface[..., 0]
    drop = frame.y - horizon
    at_y = (horizon - drop * 0.9 - 0.5) * frame.zoom + 0.5 + 0.02 * tilt
    at_x = (frame.x + 0.015 * tilt) * frame.zoom / frame.aspect + 0.5
    grid = np.float32(at_x * frame.width - 0.5), np.float32(np.clip(at_y, 0, 1) * frame.height - 0.5)
    # the subject stands before the water, not over it: the sky is mirrored in its place
    behind = picture + canvas.subject[..., None] * (sky - picture)
    mirrored = cv2.remap(behind, *grid, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    share = (canvas.water * np.clip(0.62 - 0.5 * drop + 0.2 * look.behind, 0.2, 0.8))[..., None]
    picture = picture + share * (mirrored - picture)
    if look.disc:
        path = np.exp(-((dx / (0.05 + 0.35 * np.maximum(drop, 0))) ** 2)) * smoothstep(0.05, 0.6, tilt * 3 + 0.25)
        picture = picture + (canvas.water * path * look.disc * 0.6)[..., None] * (look.sun + 0.15)
    return picture


def develop(canvas: Canvas, picture: np.ndarray, look: Look, sun: tuple[float, float]) -> np.ndarray:
    """What the air, the lens and the film do: rays, bloom, flare, vignette, curve."""
    frame = canvas.frame
    h, w = frame.height, frame.width
    at = ((sun[0] * frame.zoom / frame.aspect + 0.5) * w, ((sun[1] - 0.5) * frame.zoom + 0.5) * h)  # pixels
    seen = canvas.sky[int(np.clip(at[1], 0, h - 1)), int(np.clip(at[0], 0, w - 1))]
    if look.rays:
        picture = picture + look.rays * _rays(canvas, at)[..., None] * (look.sun + 0.1)
    if look.bloom:
        small = cv2.resize(
            np.clip(picture - 0.75, 0, 1), (max(w // 4, 8), max(h // 4, 8)), interpolation=cv2.INTER_AREA
        )
        wide = cv2.GaussianBlur(small, (0, 0), h / 4 * 0.05)
        picture = picture + look.bloom * cv2.resize(wide, (w, h), interpolation=cv2.INTER_LINEAR)
    if look.flare:
        picture = picture + look.flare * (0.35 + 0.65 * seen) * _flare(frame, sun)
    if look.vignette:
        r2 = (frame.x / frame.aspect * 2) ** 2 + (frame.y * 2 - 1) ** 2
        picture = picture * (1 - look.vignette * 0.42 * smoothstep(0.35, 2.1, r2))[..., None]
    picture = np.maximum(picture, 0) * look.exposure
    if look.grade:
        curve = picture * (2.5 * picture + 0.03) / (picture * (2.35 * picture + 0.55) + 0.14)
        tone = np.clip(curve.mean(-1, keepdims=True), 0, 1)
        curve = (
            curve + (1 - tone) ** 2 * np.float32([-0.012, 0.016, 0.034]) + tone**2 * np.float32([0.03, 0.005, -0.035])
        )
        picture = picture + look.grade * (curve - picture)
    return np.clip(picture, 0, 1)


def _rays(canvas, at) -> np.ndarray:
    """Light shafts: the open sky near the sun, smeared away from it by repeated zooming; (h, w)."""
    frame = canvas.frame
    h, w = max(frame.height // 2, 32), max(frame.width // 2, 32)
    sky = cv2.resize(canvas.sky, (w, h), interpolation=cv2.INTER_AREA)
    cx, cy = at[0] * w / frame.width, at[1] * h / frame.height
    x, y = np.arange(w, dtype=np.float32) + 0.5 - cx, np.arange(h, dtype=np.float32)[:, None] + 0.5 - cy
    angle = np.arctan2(y, x)
    beams = (
        0.6
        + 0.55 * noise(angle * 3.5 + 11, np.full_like(angle, 3.3))
        + 0.25 * noise(angle * 8 + 2, np.full_like(angle, 9.1))
    )
    far = np.sqrt(x**2 + y**2) / h
    smeared = sky * np.exp(-far / 0.35) * np.clip(beams, 0, 1.4)
    for k in range(4):
        zoom = 1 - 0.5 ** (k + 1) * 0.6
        warp = np.float32([[zoom, 0, cx * (1 - zoom)], [0, zoom, cy * (1 - zoom)]])
        near = cv2.warpAffine(
            smeared, warp, (w, h), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
        )
        smeared = 0.5 * (smeared + near)
    return cv2.resize(smeared, (frame.width, frame.height), interpolation=cv2.INTER_LINEAR) * 0.75


def _flare(frame, sun) -> np.ndarray:
    """An anamorphic streak through the sun and ghosts on the line through the middle; (h, w, 3)."""
    dx, dy = frame.x - sun[0], frame.y - sun[1]
    streak = np.exp(-np.abs(dy) / 0.006) * np.exp(-((dx / 0.55) ** 2)) + 0.35 * np.exp(-np.abs(dy) / 0.02) * np.exp(
        -((dx / 0.3) ** 2)
    )
    out = streak[..., None] * np.float32([0.55, 0.72, 1.0]) * 0.75
    for t, r, colour in (
        (0.55, 0.035, "#ffb070"),
        (1.35, 0.06, "#70c0ff"),
        (1.75, 0.03, "#a0ffb0"),
        (2.1, 0.09, "#ff9060"),
    ):
        far = np.sqrt((frame.x - sun[0] * (1 - t)) ** 2 + (frame.y - (sun[1] + (0.5 - sun[1]) * t)) ** 2) / r
        out = out + (smoothstep(1.05, 0.8, far) * (0.25 + 0.75 * far**2))[..., None] * rgb(colour) * 0.13
    return out


def cloud_cover(frame, seed_u: float, seed_v: float, horizon: float, amount: float) -> np.ndarray:
    """Clouds on a plane above the scene, (h, w) in [0, 1]; `amount` 0 is a clear sky."""
    up = np.clip((horizon - frame.y) / max(horizon, 1e-3), 0, 1) * np.ones_like(frame.x)
    if amount <= 0:
        return np.zeros_like(up)
    v = 1 / (up + 0.22)
    field = fbm(frame.x * v * 1.15 + seed_u, v * 2.1 + seed_v, octaves_for(3, frame.height, 6), 0.5)
    return smoothstep(0.55 - amount, 1.15 - 0.6 * amount, field) * smoothstep(0.02, 0.2, up) * 0.95
