"""RQ's door: an id comes in, nothing goes out."""

from media.derivatives import make_likenesses
from media.models import Asset


def derive(public_id: str) -> None:
    asset = Asset.objects.visible().filter(public_id=public_id).first()
    if asset is not None:
        make_likenesses(asset)
