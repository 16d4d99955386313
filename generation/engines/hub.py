"""The model hub: what a model consists of there, and fetching it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import httpx2
from django.conf import settings
from django.utils.translation import gettext as _
from huggingface_hub import HfApi, hf_hub_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from generation.errors import EngineFailed

INDEX = "model_index.json"
# Beside weights: settings and vocabularies, which are text or sentencepiece's own format.
PLAIN = {".json", ".txt", ".model", ".jinja"}


@dataclass(frozen=True, slots=True)
class Wanted:
    path: str
    bytes: int
    sha256: str  # empty for small files, whose content the revision itself pins


@dataclass(frozen=True, slots=True)
class Listing:
    repository: str
    revision: str  # a commit, whatever was asked for
    files: Sequence[Wanted]

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


def look(repository: str, revision: str, variant: str, folder: Path) -> Listing:
    """What is needed to run it, and nothing else: of several copies of the weights, one."""
    try:
        found = HfApi(endpoint=_endpoint()).model_info(repository, revision=revision or None, files_metadata=True)
        index = json.loads(_fetch(repository, str(found.sha), INDEX, folder).read_text())
    except (GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError, HfHubHTTPError, *UNREACHABLE) as error:
        raise _explained(repository, error) from error
    parts = {name for name, kind in index.items() if name.isidentifier() and isinstance(kind, list) and kind[0]}
    files = {file.rfilename: file for file in found.siblings or []}
    chosen = [path for path in sorted(files) if path == INDEX or _wanted(path, parts, variant, set(files))]
    return Listing(repository, str(found.sha), [_as_wanted(files[path]) for path in chosen])


def fetch(listing: Listing, file: Wanted, folder: Path) -> Path:
    """Goes on where it was broken off."""
    try:
        return _fetch(listing.repository, listing.revision, file.path, folder)
    except (HfHubHTTPError, *UNREACHABLE) as error:
        raise _explained(listing.repository, error) from error


UNREACHABLE = (httpx2.HTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled, OSError)


def _fetch(repository: str, revision: str, path: str, folder: Path) -> Path:
    return Path(hf_hub_download(repository, path, revision=revision, local_dir=folder, endpoint=_endpoint()))


def _wanted(path: str, parts: set[str], variant: str, all_files: set[str]) -> bool:
    folder, _slash, name = path.rpartition("/")
    if folder not in parts:
        return False
    if not name.endswith(".safetensors"):
        return PurePosixPath(name).suffix in PLAIN and (".index." not in name or _of_variant(name, variant))
    beside = [other for other in all_files if other.startswith(f"{folder}/") and other.endswith(".safetensors")]
    has_variant = bool(variant) and any(_of_variant(other, variant) for other in beside)
    return _of_variant(name, variant if has_variant else "")


def _of_variant(name: str, variant: str) -> bool:
    """model.fp16.safetensors and model.fp16-00001-of-00002.safetensors are of the variant fp16."""
    middle = name.rpartition("/")[2].split(".")[1:-1]
    words = {part.split("-")[0] for part in middle if part not in {"safetensors", "index"}}
    return words == ({variant} if variant else set())


def _as_wanted(file: Any) -> Wanted:
    return Wanted(file.rfilename, int(file.size or 0), file.lfs.sha256 if file.lfs else "")


def _endpoint() -> str | None:
    return settings.HF_ENDPOINT or None


def _explained(repository: str, error: Exception) -> EngineFailed:
    if isinstance(error, GatedRepoError):
        said = _("The hub gives %s only to those who accepted its licence: accept it there, then set HF_TOKEN.")
    elif isinstance(error, RepositoryNotFoundError | RevisionNotFoundError):
        said = _("The hub knows no %s in this revision.")
    else:
        said = _("The hub cannot be reached for %s. Nothing was changed; run the same command again to go on.")
    return EngineFailed(said % repository, retryable=True, log=repr(error), code="hub")
