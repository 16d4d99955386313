"""Tiny models with random weights, in the very shape of large ones: saved by diffusers, opened by the real path."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    FluxPipeline,
    FluxTransformer2DModel,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    PreTrainedTokenizerFast,
    T5Config,
    T5EncoderModel,
)

WIDTH = 32
SKETCH = Path(__file__).parents[2] / "models" / "klikyai-sketch"


def make_checkpoint(family: str, folder: Path) -> Path:
    """`family` as the catalogue calls it. Made once for each folder."""
    if not (folder / "model_index.json").is_file():
        torch.manual_seed(0)
        MAKERS[family]().save_pretrained(folder, safe_serialization=True)
    return folder


def sd15() -> StableDiffusionPipeline:
    return StableDiffusionPipeline(
        vae=_vae(4), text_encoder=CLIPTextModel(_clip()), tokenizer=_words(), unet=_unet(cross_attention_dim=WIDTH),
        scheduler=_euler(), safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip


def sdxl() -> StableDiffusionXLPipeline:
    added = {"addition_embed_type": "text_time", "addition_time_embed_dim": 8}
    unet = _unet(cross_attention_dim=2 * WIDTH, projection_class_embeddings_input_dim=6 * 8 + WIDTH, **added)
    return StableDiffusionXLPipeline(
        vae=_vae(4), text_encoder=CLIPTextModel(_clip()), text_encoder_2=CLIPTextModelWithProjection(_clip()),
        tokenizer=_words(), tokenizer_2=_words(), unet=unet, scheduler=_euler(), add_watermarker=False,
    )  # fmt: skip


def flux() -> FluxPipeline:
    transformer = FluxTransformer2DModel(
        patch_size=1, in_channels=64, num_layers=1, num_single_layers=1, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=WIDTH, pooled_projection_dim=WIDTH, axes_dims_rope=(4, 4, 8), guidance_embeds=True,
    )  # fmt: skip
    sentences = T5EncoderModel(T5Config(vocab_size=1100, d_model=WIDTH, d_ff=37, d_kv=8, num_heads=4, num_layers=2))
    return FluxPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(), vae=_vae(16), text_encoder=CLIPTextModel(_clip()),
        tokenizer=_words(), text_encoder_2=sentences, tokenizer_2=_sentences(), transformer=transformer,
    )  # fmt: skip


MAKERS: dict[str, Callable[[], Any]] = {"sd15": sd15, "sdxl": sdxl, "flux": flux}


def _unet(**more: Any) -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=8, in_channels=4, out_channels=4, block_out_channels=(32, 64), layers_per_block=1,
        norm_num_groups=8, down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"), attention_head_dim=8, **more,
    )  # fmt: skip


def _vae(channels: int) -> AutoencoderKL:
    """As large ones, it makes a picture eight times smaller."""
    return AutoencoderKL(
        in_channels=3, out_channels=3, latent_channels=channels, block_out_channels=(8, 8, 16, 16), norm_num_groups=4,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4, layers_per_block=1,
        sample_size=64, shift_factor=0.1, scaling_factor=0.36,
    )  # fmt: skip


def _clip() -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=1100, hidden_size=WIDTH, projection_dim=WIDTH, intermediate_size=37, num_hidden_layers=2,
        num_attention_heads=4, max_position_embeddings=32, bos_token_id=0, eos_token_id=1, pad_token_id=1,
    )  # fmt: skip


def _euler() -> EulerDiscreteScheduler:
    return EulerDiscreteScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1)


def _words() -> CLIPTokenizer:
    return CLIPTokenizer.from_pretrained(SKETCH / "tokenizer", local_files_only=True)


def _sentences() -> PreTrainedTokenizerFast:
    words = Tokenizer(models.WordLevel({"<pad>": 0, "</s>": 1, "<unk>": 2, "boat": 3, "red": 4}, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="<pad>", eos_token="</s>", unk_token="<unk>", model_max_length=512
    )
