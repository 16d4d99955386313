from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from generation import installing
from generation.errors import EngineFailed
from generation.models import Model


class Command(BaseCommand):
    help = "The models of this installation: list them, fetch one, remove one, or look over those that are here."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="Every model that the catalogue knows.")
        pull = verbs.add_parser("pull", help="Fetch a model from the hub; goes on where it was broken off.")
        pull.add_argument("slug")
        pull.add_argument("--revision", default="", help="A commit of the hub; without one the row's, or the newest.")
        pull.add_argument("--enable", action="store_true", help="Let it serve at once.")
        verbs.add_parser("remove", help="Delete a fetched model from this disk.").add_argument("slug")
        check = verbs.add_parser("check", help="Compare what is installed with what was fetched.")
        check.add_argument("slug", nargs="?", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        verbs: dict[str, Callable[[dict[str, Any]], None]] = {
            "list": self._list, "pull": self._pull, "remove": self._remove, "check": self._check,
        }  # fmt: skip
        try:
            verbs[options["verb"]](options)
        except EngineFailed as failed:
            raise CommandError(failed.message) from failed

    def _list(self, _options: dict[str, Any]) -> None:
        for model in Model.objects.order_by("-installed", "-rank", "slug"):
            state = "serves" if model.enabled else "installed" if model.installed else "-"
            size = installing.readable(model.bytes) if model.bytes else ""
            self.stdout.write(f"{model.slug:24} {state:10} {size:>9}  {model.licence:28} {', '.join(model.tools)}")

    def _pull(self, options: dict[str, Any]) -> None:
        model = _find(options["slug"])
        self.stdout.write(f"{model.title}, {model.licence}: {model.licence_url or 'read its licence on the hub'}")
        installing.pull(model, options["revision"], self.stdout.write)
        if options["enable"]:
            Model.objects.filter(pk=model.pk).update(enabled=True)
        serves = "It serves now." if options["enable"] else "Switch it on in the admin, or pull it with --enable."
        self.stdout.write(f"{model.slug} is installed at {model.revision}. {serves}")

    def _remove(self, options: dict[str, Any]) -> None:
        installing.remove(_find(options["slug"]))
        self.stdout.write(f"{options['slug']} is gone from this disk.")

    def _check(self, options: dict[str, Any]) -> None:
        chosen = [_find(options["slug"])] if options["slug"] else list(Model.objects.filter(installed=True))
        found = {model.slug: installing.faults(model) for model in chosen}
        for slug, faults in found.items():
            self.stdout.write(f"{slug}: {'; '.join(faults) or 'as it should be'}")
        if any(found.values()):
            raise CommandError("Not everything is as it should be.")


def _find(slug: str) -> Model:
    model = Model.objects.filter(slug=slug).first()
    if model is None:
        raise CommandError(f"The catalogue knows no {slug}. `manage.py models list` names what it knows.")
    return model
