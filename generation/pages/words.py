"""What the studio says while it is alive. Names in braces are filled in by the page."""

from django.utils.translation import gettext as _


def words() -> dict[str, str]:
    return {
        "make": _("Make"),
        "makes": _("Make {count}"),
        "plan": _("{count} pictures, {credits} credits together."),
        "many": _("That would be {count} pictures. At most {most} at once."),
        "source": _("Choose a picture to start from."),
        "unpainted": _("Paint over the part that is to be made anew."),
        "nostyle": _("as it comes"),
        "say": _("Say what you want to see."),
        **live(),
        **deeds(),
        **{f"axis_{name}": words for name, words in axes().items()},
        **{f"style_{name}": words for name, words in styles().items()},
        "empty": _("The first frame is yours"),
        "begin": _("Say what you want to see and press Make. The picture comes up here, step by step."),
    }


def live() -> dict[str, str]:
    """What becomes of a job."""
    return {
        "offline": _("There is no line to the server."),
        "broken": _("Something went wrong."),
        "asking": _("asking"),
        "next": _("next in the queue"),
        "place": _("{place} before it"),
        "starting": _("starting"),
        "step": _("step {step} of {steps}"),
        "progress": _("Progress"),
        "canceling": _("stopping"),
        "canceled": _("Canceled."),
        "charged": _("Charged for what ran: {charged} cr. The rest came back."),
        "free": _("Nothing was charged."),
        "offer": _("That took a while. Shall this browser tell you when the next one is done?"),
        "allow": _("Yes, tell me"),
        "done": _("Your picture is done"),
        "donefor": _("“{prompt}”"),
    }


def deeds() -> dict[str, str]:
    """What can be done with a result."""
    return {
        "wallet": _("Get credits"),
        "signin": _("Sign in"),
        "gone": _("The file was deleted."),
        "cancel": _("Cancel · {back} cr come back"),
        "retry": _("Try again"),
        "remix": _("Remix"),
        "vary": _("Vary"),
        "use": _("Use"),
        "paint": _("Paint over"),
        "enlarge": _("Enlarge"),
        "larger": _("Twice as wide and high, for {credits} cr."),
        "compare": _("Compare"),
        "together": _("{count} side by side"),
        "single": _("One at a time"),
        "look": _("Look"),
        "share": _("Share"),
        "link": _("Make a link"),
        "copy": _("Copy"),
        "copied": _("Copied."),
        "give": _("Copy a link to {name}"),
        "forget": _("Delete {name}"),
        "download": _("Download"),
        "star": _("Star"),
        "trash": _("Delete"),
        "trashed": _("In the trash for 30 days."),
        "undo": _("Undo"),
    }


def axes() -> dict[str, str]:
    """What a grid may vary."""
    return {
        "model": _("Model"),
        "size": _("Size"),
        "prompt": _("Prompt"),
        "style": _("Style"),
        "seed": _("Seed"),
        "steps": _("Steps"),
        "strength": _("How far from it"),
        "guidance": _("Guidance"),
    }


def styles() -> dict[str, str]:
    """Models bring their own names; these are known ones, as a person reads them."""
    return {
        "realistic": _("realistic"),
        "cartoon": _("cartoon"),
        "artistic": _("artistic"),
        "watercolour": _("watercolour"),
        "anime": _("anime"),
        "sketch": _("sketch"),
        "cinematic": _("cinematic"),
        "pixel art": _("pixel art"),
        "flat": _("flat"),
        "crayon": _("crayon"),
        "ink line": _("ink line"),
        "neon": _("neon"),
        "paper cut": _("paper cut"),
        "night glow": _("night glow"),
    }
