"""The child program that looks into one picture: `python -m kinolog.common.media.picture_program QUESTION`.

It answers with one line of JSON: `{"facts": …}` or `{"refused": {"kind": …, "message": …}}`.
"""

import json
import sys
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps

from kinolog.common.media.facts import MediaRefused
from kinolog.common.media.picture_facts import PictureFacts, PictureQuestion, PictureType

_TYPES: Final[dict[str | None, PictureType]] = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
_FORMATS: Final = ("PNG", "JPEG", "WEBP")
# Fast rather than small: nobody but the encoder reads it.
_COMPRESSION: Final = 1


def main() -> None:
    question = PictureQuestion(**json.loads(sys.argv[1]))
    try:
        answer = {"facts": asdict(look_into(question))}
    except MediaRefused as refused:
        answer = {"refused": {"kind": refused.kind, "message": refused.message}}
    except MemoryError:
        message = "The picture needs more memory to be read than is allowed."
        answer = {"refused": {"kind": "media_limits", "message": message}}
    print(json.dumps(answer), flush=True)


def look_into(question: PictureQuestion) -> PictureFacts:
    """Raises MediaRefused for what is not a whole picture within the limits, in a format that is taken."""
    with _opened(question) as image:
        _refuse_large(image, question.max_pixels)
        media_type = _TYPES[image.format]
        plain = _plain(image)
    if question.ready_path is not None:
        shown = plain if question.frame is None else _framed(plain, *question.frame)
        shown.save(Path(question.ready_path), "PNG", compress_level=_COMPRESSION)
    return PictureFacts(media_type=media_type, width=plain.width, height=plain.height)


def _opened(question: PictureQuestion) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = question.max_pixels
    # Our own limit answers with a better word than this warning.
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    try:
        return Image.open(Path(question.path), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise _too_large(question.max_pixels) from error
    except (OSError, ValueError, SyntaxError) as error:
        message = "The file is no picture that Kinolog can read: use PNG, JPEG or WebP."
        raise MediaRefused("media_unsupported", message) from error


def _refuse_large(image: Image.Image, max_pixels: int) -> None:
    if image.width * image.height > max_pixels:
        raise _too_large(max_pixels)


def _plain(image: Image.Image) -> Image.Image:
    """All of it decoded, upright, in 8 bits, with opacity. What is damaged shows itself here at the latest."""
    try:
        upright = ImageOps.exif_transpose(image)
        seen = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
        return seen.convert("RGBA")
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, Image.DecompressionBombError) as error:
        raise MediaRefused("media_corrupt", "The picture is damaged: save it anew, and send that.") from error


def _framed(image: Image.Image, width: int, height: int) -> Image.Image:
    """All of it in the middle, as large as it can be, over black."""
    fitted = ImageOps.contain(image, (width, height), Image.Resampling.LANCZOS)
    canvas = Image.new("RGB", (width, height))
    canvas.paste(fitted, ((width - fitted.width) // 2, (height - fitted.height) // 2), fitted)
    return canvas


def _too_large(max_pixels: int) -> MediaRefused:
    return MediaRefused("media_limits", f"The picture has more than {max_pixels} pixels: make it smaller.")


if __name__ == "__main__":
    main()
