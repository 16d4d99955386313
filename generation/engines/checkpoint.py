"""May this folder be opened? Looked at before anything in it is read."""

from pathlib import Path

from django.utils.translation import gettext as _

from generation.errors import EngineFailed

# Formats that can carry code that runs when they are opened.
UNSAFE = {".bin", ".ckpt", ".pt", ".pth", ".pkl", ".pickle", ".h5", ".msgpack", ".py"}


def inspect(folder: Path) -> None:
    if not (folder / "model_index.json").is_file():
        said = _("This model is not installed here.")
        raise EngineFailed(said, retryable=False, log=f"no model_index.json in {folder}", code="model_missing")
    if unsafe := sorted(file.name for file in folder.rglob("*") if file.suffix.lower() in UNSAFE):
        said = _("The model was refused: it has files that could run code. Only safetensors are opened.")
        raise _refusal(said, f"{folder} has {', '.join(unsafe[:5])}")
    if next(folder.rglob("*.safetensors"), None) is None:
        raise _refusal(_("The model was refused: it has no safetensors."), f"no *.safetensors in {folder}")


def bytes_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*.safetensors"))


def _refusal(message: str, log: str) -> EngineFailed:
    return EngineFailed(message, retryable=False, log=log, code="model_broken")
