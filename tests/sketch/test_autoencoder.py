import numpy as np
import torch

from training.sketch.autoencoder import CELL, LATENTS, begin_with_axes, build_autoencoder, cells_of, halved, to_tensor
from training.sketch.layout import paint
from training.sketch.syllabus import lesson


def painted(n: int) -> np.ndarray:
    rng = np.random.default_rng(4)
    return np.stack([np.asarray(halved(paint(lesson(rng), seed))) for seed in range(n)])


def test_a_cell_is_a_square_of_the_picture():
    picture = torch.arange(16 * 24 * 3).reshape(1, 16, 24, 3).float()
    rows = cells_of(picture)
    assert rows.shape == (4 * 6, 3 * CELL**2)
    assert sorted(rows[7].tolist()) == sorted(picture[0, 4:8, 4:8].flatten().tolist())


@torch.no_grad()
def test_an_encoder_begins_with_the_principal_axes():
    torch.manual_seed(5)
    model, pictures = build_autoencoder(), painted(24)
    cells = cells_of(torch.from_numpy(pictures).float() / 255)
    begin_with_axes(model, cells)
    told = model.encode(to_tensor(pictures)).latents.permute(0, 2, 3, 1).reshape(-1, LATENTS)
    axes = torch.linalg.svd(cells - cells.mean(0), full_matrices=False).Vh[:LATENTS]
    along = (cells - cells.mean(0)) @ axes.T
    assert (told - along / along.std(0)).square().mean() < 0.01
    assert (torch.cov(told.T) - torch.eye(LATENTS)).abs().max() < 0.05


@torch.no_grad()
def test_without_them_it_tells_next_to_nothing():
    torch.manual_seed(5)
    told = build_autoencoder().encode(to_tensor(painted(8))).latents
    assert told.transpose(0, 1).flatten(1).std(1).max() < 0.5
