"""Which bytes are meant by an asset and a variant. While a thumbnail is not made yet, a picture stands for itself."""

from media.content import Content
from media.inspection.formats import BY_MIME
from media.models import Asset
from media.names import file_name

VARIANTS = {"thumbnail": "256", "small": "640", "poster": "poster", "preview": "preview", "waveform": "waveform"}
_SMALL = {"thumbnail", "small"}
_STAND_IN_BYTES = 4 << 20


def content_of(asset: Asset, variant: str | None) -> Content | None:
    if variant is None:
        name = file_name(asset.name, asset.kind, BY_MIME[asset.mime].extension)
        return Content(asset.path, asset.mime, asset.bytes, asset.sha256, name, asset.created_at)
    wanted = "waveform" if asset.kind == "audio" and variant in _SMALL else VARIANTS.get(variant, "")
    made = asset.derivatives.filter(variant=wanted).first()
    if made is not None:
        mark = f"{asset.sha256[:40]}-{made.variant}"
        return Content(made.path, made.mime, made.bytes, mark, f"{variant}.webp", asset.created_at)
    stands_in = variant in _SMALL and asset.kind == "image" and asset.bytes <= _STAND_IN_BYTES
    return content_of(asset, None) if stands_in else None
