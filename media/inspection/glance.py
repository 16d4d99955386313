"""A look at a picture that one of our own engines made: header and limits, no child process."""

import hashlib
import io

from PIL import Image

from media.inspection.facts import Facts
from media.inspection.inspect import refusal
from media.inspection.pictures import check_size
from media.inspection.placeholder import look_of
from media.inspection.sniff import HEAD, sniff
from media.inspection.unfit import Unfit


def glance(content: bytes) -> Facts:
    try:
        format = sniff(content[:HEAD])
        with Image.open(io.BytesIO(content), formats=[format.reader]) as picture:
            check_size(*picture.size)
            size, look = picture.size, look_of(picture)
    except Unfit as unfit:
        raise refusal(unfit.reason, unfit.detail) from None
    except (OSError, ValueError, SyntaxError, KeyError) as error:
        raise refusal("unreadable", repr(error)) from None
    digest = hashlib.sha256(content).hexdigest()
    return Facts(format.mime, format.kind, *size, bytes=len(content), sha256=digest, **look)
