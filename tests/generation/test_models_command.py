"""`manage.py models`: fetched from a hub on this machine, looked over, removed."""

import shutil
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as real
from django.core.management import CommandError, call_command

from generation import catalogue, installing
from generation.contract import Request, Result
from generation.engines.local.engine import Diffusers
from generation.models import Model
from tests.generation.checkpoints import make_checkpoint
from tests.generation.engines.conftest import Watching
from tests.generation.hub_double import COMMIT, Hub, running

pytestmark = pytest.mark.django_db
UNET = "unet/diffusion_pytorch_model.safetensors"
EXTRAS = [
    "unet/diffusion_pytorch_model.bin",
    "unet/diffusion_pytorch_model.fp16.safetensors",
    "safety_checker/model.safetensors",
    "v1-5.safetensors",
    "README.md",
]


@pytest.fixture
def hub(tmp_path: Path, settings: Any) -> Iterator[Hub]:
    """With what nobody needs lying beside: the same weights pickled, halved, and in one file."""
    folder = shutil.copytree(make_checkpoint("sd15", real.VAR_DIR / "checkpoints" / "sd15"), tmp_path / "hub")
    for extra in EXTRAS:
        (folder / extra).parent.mkdir(exist_ok=True)
        (folder / extra).write_bytes(b"not wanted")
    settings.VAR_DIR = tmp_path / "var"
    with running(folder) as hub:
        settings.HF_ENDPOINT = hub.url
        yield hub


@pytest.fixture
def tiny(db: None) -> Model:
    return Model.objects.create(
        slug="tiny", title="Tiny", family="sd15", source="tiny/model", tools=["text_to_image"], licence="MIT"
    )


def run(*words: str) -> str:
    said = StringIO()
    call_command("models", *words, stdout=said)
    return said.getvalue()


def test_the_catalogue_is_listed() -> None:
    said = run("list")
    assert said.splitlines()[0].startswith("klikyai-sketch")
    assert "serves" in said.splitlines()[0]
    for slug in ("stable-diffusion-1-5", "sdxl-turbo", "flux-2-klein-4b", "qwen-image", "z-image-turbo", "sana-1600m"):
        assert slug in said


def test_a_pulled_model_is_pinned_and_draws(hub: Hub, tiny: Model) -> None:
    said = run("pull", "tiny", "--enable")
    tiny.refresh_from_db()
    assert (tiny.installed, tiny.enabled, tiny.revision) == (True, True, COMMIT)
    assert set(tiny.hashes) == {UNET, "vae/diffusion_pytorch_model.safetensors", "text_encoder/model.safetensors"}
    assert f"[1/{len(said.splitlines()) - 2}]" in said
    request = Request("job", "text_to_image", catalogue.weights(tiny), {
        "prompt": "a boat", "n": 1, "width": 64, "height": 64, "steps": 2, "guidance": 4.0}, 1)  # fmt: skip
    [made] = Diffusers().generate([request], Watching())
    assert isinstance(made, Result)
    assert made.facts["revision"] == COMMIT


def test_only_what_is_needed_is_fetched(hub: Hub, tiny: Model) -> None:
    run("pull", "tiny")
    folder = catalogue.folder(tiny)
    names = {str(file.relative_to(folder)) for file in folder.rglob("*.*") if ".cache" not in file.parts}
    assert not names & set(EXTRAS)
    assert "tokenizer/tokenizer.json" in names


def test_a_variant_is_chosen_where_there_is_one(hub: Hub, tiny: Model) -> None:
    shutil.copy(hub.folder / UNET, hub.folder / "unet/diffusion_pytorch_model.fp16.safetensors")
    tiny.options = {"open": {"variant": "fp16"}}
    tiny.save()
    run("pull", "tiny")
    tiny.refresh_from_db()
    assert "unet/diffusion_pytorch_model.fp16.safetensors" in tiny.hashes
    assert UNET not in tiny.hashes
    assert "vae/diffusion_pytorch_model.safetensors" in tiny.hashes


def test_a_later_pull_takes_the_pinned_revision(hub: Hub, tiny: Model) -> None:
    run("pull", "tiny")
    run("pull", "tiny")
    assert ("GET", f"/api/models/tiny/model/revision/{COMMIT}") in hub.asked


def test_a_file_that_is_here_is_not_fetched_again(hub: Hub, tiny: Model) -> None:
    run("pull", "tiny")
    before = len([1 for verb, path in hub.asked if verb == "GET" and path.endswith(UNET)])
    run("pull", "tiny")
    assert len([1 for verb, path in hub.asked if verb == "GET" and path.endswith(UNET)]) == before == 1


def test_a_broken_fetch_goes_on(hub: Hub, tiny: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 100)  # as if the file were very large
    hub.breaks_off_after[UNET] = 1000
    run("pull", "tiny")
    tiny.refresh_from_db()
    assert hub.resumed == [1000]
    assert tiny.installed
    assert installing.faults(tiny) == []


def test_a_file_that_is_not_what_was_promised_is_refused(hub: Hub, tiny: Model) -> None:
    hub.lies_about = UNET
    with pytest.raises(CommandError, match="not what the hub promised"):
        run("pull", "tiny")
    tiny.refresh_from_db()
    assert not tiny.installed


@pytest.mark.parametrize(("status", "said"), [(404, "cannot be reached|knows no"), (503, "cannot be reached")])
def test_a_hub_that_fails_is_said_in_a_line(hub: Hub, tiny: Model, status: int, said: str) -> None:
    hub.answers_with = status
    with pytest.raises(CommandError, match=said):
        run("pull", "tiny")


def test_without_network_it_says_so(tiny: Model, settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR, settings.HF_ENDPOINT = tmp_path, "http://127.0.0.1:9"
    with pytest.raises(CommandError, match="cannot be reached for tiny/model"):
        run("pull", "tiny")


def test_a_full_disk_is_noticed_before_anything_large(hub: Hub, tiny: Model, monkeypatch: Any) -> None:
    monkeypatch.setattr(installing.shutil, "disk_usage", lambda _folder: shutil._ntuple_diskusage(1, 1, 900))
    with pytest.raises(CommandError, match="and the disk has 900 B free"):
        run("pull", "tiny")
    assert ("GET", f"/tiny/model/resolve/{COMMIT}/{UNET}") not in hub.asked


def test_check_finds_what_changed(hub: Hub, tiny: Model) -> None:
    run("pull", "tiny")
    assert "tiny: as it should be" in run("check", "tiny")
    (catalogue.folder(tiny) / UNET).write_bytes(b"something else")
    (catalogue.folder(tiny) / "text_encoder/model.safetensors").unlink()
    tiny.refresh_from_db()
    assert installing.faults(tiny) == ["text_encoder/model.safetensors is missing", f"{UNET} has changed"]
    with pytest.raises(CommandError, match="Not everything"):
        run("check")


def test_a_removed_model_leaves_disk_and_service(hub: Hub, tiny: Model) -> None:
    run("pull", "tiny", "--enable")
    run("remove", "tiny")
    tiny.refresh_from_db()
    assert (tiny.installed, tiny.enabled, catalogue.folder(tiny).exists()) == (False, False, False)


@pytest.mark.parametrize("verb", ["pull", "remove"])
def test_what_comes_with_the_product_stays(verb: str) -> None:
    with pytest.raises(CommandError, match="comes with the product"):
        run(verb, "klikyai-sketch")
    assert "klikyai-sketch: as it should be" in run("check")


def test_a_name_that_nobody_knows_is_said() -> None:
    with pytest.raises(CommandError, match="knows no nonsense"):
        run("pull", "nonsense")
