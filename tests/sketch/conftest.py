from pathlib import Path

import pytest
import torch
from diffusers import DiffusionPipeline, StableDiffusionPipeline

MODEL = Path(__file__).parents[2] / "models" / "klikyai-sketch"


@pytest.fixture(scope="session")
def model_folder() -> Path:
    return MODEL


@pytest.fixture(scope="session")
def sketch() -> StableDiffusionPipeline:
    pipeline = DiffusionPipeline.from_pretrained(MODEL, dtype=torch.float32, local_files_only=True)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline
