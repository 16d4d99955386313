"""Models in the very shape of the large ones, with random weights: time does not ask what they learnt."""

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
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    PreTrainedTokenizerFast,
    T5Config,
    T5EncoderModel,
)

WORDS = Path(__file__).parents[1] / "models" / "klikyai-sketch" / "tokenizer"


def make(family: str, folder: Path) -> Path:
    """Drawn where it will compute, because a processor takes minutes for twelve thousand million numbers."""
    torch.manual_seed(0)
    with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
        pipeline = MAKERS[family]()
    pipeline.to(dtype=torch.bfloat16 if family == "flux" else torch.float16).save_pretrained(folder)
    return folder


def sd15() -> StableDiffusionPipeline:
    return StableDiffusionPipeline(
        vae=_vae(4), text_encoder=CLIPTextModel(_small_clip()), tokenizer=_words(),
        unet=UNet2DConditionModel(sample_size=64, cross_attention_dim=768), scheduler=_euler(),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip


def sdxl() -> StableDiffusionXLPipeline:
    unet = UNet2DConditionModel(
        sample_size=128, block_out_channels=(320, 640, 1280), transformer_layers_per_block=(1, 2, 10),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"), attention_head_dim=(5, 10, 20),
        cross_attention_dim=2048, use_linear_projection=True, addition_embed_type="text_time",
        addition_time_embed_dim=256, projection_class_embeddings_input_dim=2816,
    )  # fmt: skip
    large = CLIPTextConfig(
        hidden_size=1280, intermediate_size=5120, num_hidden_layers=32, num_attention_heads=20, projection_dim=1280,
        hidden_act="gelu",
    )  # fmt: skip
    return StableDiffusionXLPipeline(
        vae=_vae(4), text_encoder=CLIPTextModel(_small_clip()), text_encoder_2=CLIPTextModelWithProjection(large),
        tokenizer=_words(), tokenizer_2=_words(), unet=unet, scheduler=_euler(), add_watermarker=False,
    )  # fmt: skip


def flux() -> FluxPipeline:
    sentences = T5Config(
        d_model=4096, d_ff=10240, d_kv=64, num_heads=64, num_layers=24, feed_forward_proj="gated-gelu",
    )  # fmt: skip
    # Numbers of its sentences are words of ours: any will do for a model that knows none.
    reader = PreTrainedTokenizerFast.from_pretrained(WORDS, local_files_only=True, model_max_length=512)
    return FluxPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True), vae=_vae(16),
        text_encoder=CLIPTextModel(_small_clip()), tokenizer=_words(), text_encoder_2=T5EncoderModel(sentences),
        tokenizer_2=reader, transformer=FluxTransformer2DModel(guidance_embeds=True),
    )  # fmt: skip


MAKERS: dict[str, Callable[[], Any]] = {"sd15": sd15, "sdxl": sdxl, "flux": flux}


def _vae(channels: int) -> AutoencoderKL:
    return AutoencoderKL(
        latent_channels=channels, block_out_channels=(128, 256, 512, 512), layers_per_block=2, sample_size=512,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4, shift_factor=0.1,
    )  # fmt: skip


def _small_clip() -> CLIPTextConfig:
    return CLIPTextConfig(
        hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12, projection_dim=768
    )


def _euler() -> EulerDiscreteScheduler:
    return EulerDiscreteScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1)


def _words() -> CLIPTokenizer:
    return CLIPTokenizer.from_pretrained(WORDS, local_files_only=True, model_max_length=77)
