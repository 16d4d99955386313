"""What the contact sheet says while it is alive. Names in braces are filled in by the page."""

from django.utils.translation import gettext as _


def words() -> dict[str, str]:
    return {
        "library": _("Library"),
        "trash": _("Trash"),
        "blank": _("Your contact sheet is blank."),
        "blankhint": _(
            "What you make in the studio lands here by itself. You can also drop files anywhere on this page."
        ),
        "nothing": _("Nothing like that is here."),
        "nothinghint": _("Take a filter off, or search for another word of the prompt."),
        "clean": _("The trash is empty."),
        "cleanhint": _("What you delete lies here for 30 days and can be taken back."),
        "choose": _("Choose {name}"),
        "chosen": _("{count} chosen"),
        "trashed": _("In the trash for 30 days: {count}."),
        "taken": _("Taken back: {count}."),
        "into": _("Move to project"),
        "goto": _("Show a project"),
        "newproject": _("New project"),
        "moved": _("Moved to {name}: {count}."),
        "packing": _("Packing the archive."),
        "packed": _("The archive is yours. Files in it: {count}."),
        "sending": _("Sending {name}. Still to go: {left}."),
        "added": _("Added: {count}."),
        "offline": _("There is no line to the server. Nothing was changed."),
        "broken": _("Something went wrong. Nothing was changed."),
    }
