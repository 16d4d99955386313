"""What models.json says of its models, for translators; what staff write of theirs is shown as they wrote it."""

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

KNOWN = (
    _("Two or four times as large, smooth edges, no detail invented"),
    _("Small, quick and always here: simple scenes in eight styles"),
    _("Small and quick, with thousands of styles known to the world"),
    _("Rich pictures at 1024, photographs and paintings alike"),
    _("One to four steps: nearly at once, at 512"),
    _("Follows long prompts, writes words"),
    _("The large one: detail and faithful to the prompt"),
    _("Four steps, fine detail, free for every use"),
    _("Fine detail and hands; not for commercial use without a licence"),
    _("The newest small FLUX: four steps, free for every use"),
    _("Words in pictures, also in Chinese; follows long prompts"),
    _("Eight steps, photographs that look taken"),
    _("Large pictures for little memory"),
)


def in_words(note: str) -> str:
    return gettext(note) if note in KNOWN else note
