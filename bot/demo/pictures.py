"""Draws the pictures of the sample world, each from its seed and tags.

Pillow and PyAV are imported by whoever imports this module, so nobody does before a picture is
wanted.
"""

import io
from fractions import Fraction

import av
from PIL import Image, ImageDraw

from bot.demo.pictures_scene import Scene, scene
from bot.demo.pictures_shapes import Colour

#: Pictures are drawn larger and then made smaller, which smooths their edges.
_FINER = 2
_FRAMES = 8
_FRAME_MS = 110
_VIDEO_FRAMES = 16
_FEW = 300
"""A picture this small is drawn finer still."""


def draw(seed: int, tags: tuple[str, ...], size: tuple[int, int], form: str) -> tuple[str, bytes]:
    """Draw one picture of `size` pixels: its MIME type and bytes.

    `form` is png, jpg, jpeg, webp, svg, gif, gif-still, webm or mp4; the last two are a second of
    video with even sides.
    """
    aspect = size[0] / size[1]
    match form:
        case "svg":
            return "image/svg+xml", _svg(scene(seed, tags, aspect), size)
        case "gif" | "gif-still":
            count = _FRAMES if form == "gif" else 1
            return "image/gif", _gif(_frames(seed, tags, size, count))
        case "webm" | "mp4":
            even = (max(16, size[0] // 2 * 2), max(16, size[1] // 2 * 2))
            return f"video/{form}", _video(_frames(seed, tags, even, _VIDEO_FRAMES), form)
        case "jpg" | "jpeg":
            return "image/jpeg", _encoded(_raster(scene(seed, tags, aspect), size), "JPEG")
        case "webp":
            return "image/webp", _encoded(_raster(scene(seed, tags, aspect), size), "WEBP")
        case _:
            return "image/png", _encoded(_raster(scene(seed, tags, aspect), size), "PNG")


def _frames(
    seed: int, tags: tuple[str, ...], size: tuple[int, int], count: int
) -> list[Image.Image]:
    aspect = size[0] / size[1]
    return [_raster(scene(seed, tags, aspect, k / count), size) for k in range(count)]


def _sky(top: Colour, low: Colour, size: tuple[int, int]) -> Image.Image:
    """Return the gradient, each two lines one colour: made one pixel wide, then widened."""
    height = max(1, size[1] // 2)
    horizon = max(1, round(height * 0.72))
    lines = bytearray()
    for y in range(height):
        share = min(1.0, y / horizon)
        lines += bytes(round(a + (b - a) * share) for a, b in zip(top[:3], low[:3], strict=True))
    column = Image.frombytes("RGB", (1, height), bytes(lines))
    return column.resize(size, Image.Resampling.NEAREST)


def _raster(picture: Scene, size: tuple[int, int]) -> Image.Image:
    finer = _FINER * (2 if max(size) <= _FEW else 1)
    large = (size[0] * finer, size[1] * finer)
    image = _sky(*picture.sky, large)
    # Blending is the slow half of drawing, and few shapes are see-through.
    opaque, blending = ImageDraw.Draw(image), ImageDraw.Draw(image, "RGBA")
    unit = large[1] / 100
    for shape in picture.shapes:
        pen = opaque if shape.colour[3] == 255 else blending  # noqa: PLR2004
        tint = shape.colour if pen is blending else shape.colour[:3]
        points = [(x * unit, y * unit) for x, y in shape.points]
        if shape.width:
            pen.line(points, tint, max(1, round(shape.width * unit)))
        else:
            pen.polygon(points, tint)
    return image.reduce(finer)


def _encoded(image: Image.Image, form: str) -> bytes:
    stream = io.BytesIO()
    options = {"compress_level": 1} if form == "PNG" else {"quality": 86}
    image.save(stream, form, **options)
    return stream.getvalue()


def _gif(frames: list[Image.Image]) -> bytes:
    stream = io.BytesIO()
    first, *rest = [frame.quantize(128, dither=Image.Dither.NONE) for frame in frames]
    first.save(stream, "GIF", save_all=True, append_images=rest, duration=_FRAME_MS, loop=0)
    return stream.getvalue()


def _frame(image: Image.Image) -> av.VideoFrame:
    frame: av.VideoFrame = av.VideoFrame.from_image(image)  # type: ignore[no-untyped-call]
    return frame


def _video(frames: list[Image.Image], form: str) -> bytes:
    stream = io.BytesIO()
    with av.open(stream, "w", format=form) as container:
        track = container.add_stream("libvpx" if form == "webm" else "libx264", rate=_VIDEO_FRAMES)
        track.width, track.height = frames[0].size
        track.pix_fmt = "yuv420p"
        track.time_base = Fraction(1, _VIDEO_FRAMES)
        if form == "webm":
            track.options = {"deadline": "realtime", "cpu-used": "8"}
        for image in frames:
            for packet in track.encode(_frame(image)):
                container.mux(packet)
        for packet in track.encode():
            container.mux(packet)
    return stream.getvalue()


def _css(tint: Colour) -> str:
    return f'#{tint[0]:02x}{tint[1]:02x}{tint[2]:02x}" opacity="{tint[3] / 255:.2f}'


def _svg(picture: Scene, size: tuple[int, int]) -> bytes:
    """Return the same picture as vectors."""
    width = 100 * size[0] / size[1]
    parts = []
    parts.append(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}" height="{size[1]}" '
        f'viewBox="0 0 {width:.2f} 100"><defs><linearGradient id="s" x2="0" y2="1">'
        f'<stop stop-color="{_css(picture.sky[0])[:7]}"/>'
        f'<stop offset=".72" stop-color="{_css(picture.sky[1])[:7]}"/></linearGradient></defs>'
        f'<rect width="{width:.2f}" height="100" fill="url(#s)"/>'
    )
    for shape in picture.shapes:
        points = " ".join(f"{x:.2f},{y:.2f}" for x, y in shape.points)
        if shape.width:
            parts.append(
                f'<polyline points="{points}" fill="none" stroke="{_css(shape.colour)}" '
                f'stroke-width="{shape.width:.2f}" stroke-linejoin="round"/>'
            )
        else:
            parts.append(f'<polygon points="{points}" fill="{_css(shape.colour)}"/>')
    return "".join([*parts, "</svg>"]).encode()
