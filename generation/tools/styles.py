"""A style is a few words more. A model may bring its own."""

from collections.abc import Mapping

from generation.models import Model

STYLES = {
    "realistic": "{prompt}, photograph, natural light, fine detail",
    "cartoon": "{prompt}, cartoon, clean outlines, flat colours",
    "artistic": "{prompt}, expressive painting, visible brush strokes",
    "watercolour": "{prompt}, watercolour on paper",
    "anime": "{prompt}, anime, cel shading",
    "sketch": "{prompt}, pencil sketch",
    "cinematic": "{prompt}, cinematic still, shallow depth of field",
    "pixel art": "{prompt}, pixel art",
}


def styles_of(model: Model) -> Mapping[str, str]:
    own: Mapping[str, str] = model.options.get("styles", STYLES)
    return own


def styled(prompt: str, style: str | None, model: Model) -> str:
    if style is None:
        return prompt
    # Not str.format: the prompt of a user is text, never a template.
    return styles_of(model)[style].replace("{prompt}", prompt)
