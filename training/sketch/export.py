"""Stage 7: write the trained weights as a folder that diffusers opens with its own classes."""

import json
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderTiny, DPMSolverMultistepScheduler, StableDiffusionPipeline
from torch.nn import functional as F

from training.sketch.autoencoder import load_autoencoder, to_tensor
from training.sketch.denoiser import Sketcher
from training.sketch.enlarge import load_large
from training.sketch.journal import arguments, recall
from training.sketch.layout import paint
from training.sketch.syllabus import lesson
from training.sketch.tokenizer import build_tokenizer, taught_words

FOLDER = Path(__file__).parents[2] / "models" / "klikyai-sketch"


def assemble(runs: Path) -> StableDiffusionPipeline:
    vae = load_large(runs)
    vae.register_to_config(scaling_factor=1 / load_autoencoder(runs)[1]["spread"])
    tokenizer = build_tokenizer()
    sketcher, saved = Sketcher(len(tokenizer)), recall(runs / "denoiser.pt")
    if saved is None:
        raise FileNotFoundError(f"{runs}: train the denoiser first")
    sketcher.load_state_dict(saved["average"])
    scheduler = DPMSolverMultistepScheduler(
        beta_schedule="squaredcos_cap_v2",
        prediction_type="v_prediction",
        timestep_spacing="trailing",
        steps_offset=1,
    )
    return StableDiffusionPipeline(
        vae=vae,
        text_encoder=sketcher.text,
        tokenizer=tokenizer,
        unet=sketcher.denoiser,
        scheduler=scheduler,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


@torch.no_grad()
def preview_map(vae: AutoencoderTiny, n: int = 64) -> dict[str, object]:
    """The straight line from a latent cell to its mean colour, for pictures that are still forming."""
    rng = np.random.default_rng(3)
    rows, colours = [], []
    for seed in range(n):
        picture = to_tensor(np.asarray(paint(lesson(rng), seed))[None])
        latents = vae.encode(picture).latents * vae.config.scaling_factor
        small = F.avg_pool2d(picture, 256 // latents.shape[-1]) / 2 + 0.5
        rows.append(latents[0].flatten(1).T)
        colours.append(small[0].flatten(1).T)
    x, y = torch.cat(rows), torch.cat(colours)
    solved = torch.linalg.lstsq(torch.cat([x, torch.ones(len(x), 1)], 1), y).solution
    return {
        "matrix": [[round(v, 5) for v in row] for row in solved[:-1].tolist()],
        "bias": [round(v, 5) for v in solved[-1].tolist()],
        "reads": "rgb = clip(latents[channel] @ matrix + bias, 0, 1), one colour for each cell of 8 x 8 pixels",
    }


def export(runs: Path, folder: Path) -> None:
    pipeline = assemble(runs)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "preview.json").write_text(json.dumps(preview_map(pipeline.vae), indent=1) + "\n")
    (folder / "vocabulary.json").write_text(json.dumps({"words": taught_words()}, indent=0) + "\n")
    # transformers opens weights in the type they were saved in, diffusers in float32: a small float32 text encoder
    # spares whoever names no type a mismatch between the two.
    pipeline.unet.half()
    pipeline.vae.half()
    pipeline.save_pretrained(folder, safe_serialization=True)
    for path in folder.rglob("*.safetensors"):
        path.chmod(0o644)


if __name__ == "__main__":
    parser = arguments(__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    given = parser.parse_args()
    export(given.runs, given.folder)
