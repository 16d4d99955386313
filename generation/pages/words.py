"""What the studio says while it is alive. Names in braces are filled in by the page."""

from django.utils.translation import gettext as _


def words() -> dict[str, str]:
    return {
        "make": _("Make · {credits} cr · ~{seconds}"),
        "nostyle": _("as it comes"),
        "say": _("Say what you want to see."),
        "offline": _("There is no line to the server. Nothing was charged."),
        "broken": _("Something went wrong. Nothing was charged."),
        "asking": _("asking"),
        "next": _("next in the queue"),
        "place": _("{place} before it"),
        "starting": _("starting"),
        "step": _("step {step} of {steps}"),
        "progress": _("Progress"),
        "canceling": _("stopping"),
        "canceled": _("Canceled."),
        "charged": _("{charged} credits were charged for what ran; the rest came back."),
        "free": _("Nothing was charged."),
        "wallet": _("Get credits"),
        "gone": _("The file was deleted."),
        "cancel": _("Cancel · {back} cr come back"),
        "retry": _("Try again"),
        "remix": _("Remix"),
        "vary": _("Vary"),
        "use": _("Use as source"),
        "download": _("Download"),
        "star": _("Star"),
        "trash": _("Delete"),
        "trashed": _("In the trash for 30 days."),
        "undo": _("Undo"),
        "empty": _("Your roll is empty. Say what you want to see, or press one of these."),
    }
