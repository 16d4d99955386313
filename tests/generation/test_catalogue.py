"""Which models serve, and what comes with the house."""

from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import call_command
from django.utils import translation

from accounts.errors import InvalidRequest
from generation import catalogue, notes
from generation.models import Model
from generation.shipping import ship

pytestmark = pytest.mark.django_db


@pytest.fixture
def sketch() -> Model:
    return Model.objects.get(slug="klikyai-sketch")


def test_the_built_in_model_serves_after_migration(sketch: Model) -> None:
    assert (sketch.installed, sketch.enabled, sketch.credits) == (True, True, 4)
    assert catalogue.default_for("text_to_image") == sketch
    assert catalogue.serving("inpaint") == [sketch]
    assert (catalogue.weights(sketch).folder / "model_index.json").is_file()


@pytest.mark.parametrize(("kept", "now"), [(1.5, 2.0), (3.0, 3.0)])
def test_new_weights_bring_their_guidance_unless_staff_set_one(sketch: Model, kept: float, now: float) -> None:
    Model.objects.filter(pk=sketch.pk).update(defaults=sketch.defaults | {"guidance": kept}, options={"styles": {}})
    import_module("generation.migrations.0008_sketch_guidance").follow(apps, None)
    sketch.refresh_from_db()
    assert sketch.usual(editing=False)["guidance"] == now
    assert sketch.usual(editing=True)["guidance"] == kept
    assert sketch.options["styles"] == {}


@pytest.mark.parametrize(("kept", "now"), [(2.0, 1.5), (3.0, 3.0)])
def test_calmer_weights_ask_for_less_unless_staff_set_one(sketch: Model, kept: float, now: float) -> None:
    Model.objects.filter(pk=sketch.pk).update(defaults=sketch.defaults | {"guidance": kept})
    import_module("generation.migrations.0010_calmer_sketch").follow(apps, None)
    sketch.refresh_from_db()
    assert sketch.usual(editing=False)["guidance"] == now


def test_shipping_again_keeps_what_staff_chose(sketch: Model) -> None:
    Model.objects.update(enabled=False, credits=9)
    ship(sender=apps.get_app_config("generation"), using="default")
    sketch.refresh_from_db()
    assert (sketch.enabled, sketch.credits) == (False, 9)


def test_the_highest_rank_is_the_default(sketch: Model) -> None:
    better = Model.objects.create(
        slug="better", title="Better", family="sdxl", source="a/b", tools=["text_to_image"], rank=50,
        installed=True, enabled=True,
    )  # fmt: skip
    Model.objects.create(slug="asleep", title="Asleep", family="sdxl", source="a/c", tools=["text_to_image"], rank=90)
    assert catalogue.default_for("text_to_image") == better
    assert catalogue.serving("text_to_image") == [better, sketch]
    assert catalogue.default_for("inpaint") == sketch


@pytest.mark.parametrize(("slug", "tool"), [("nobody", "inpaint"), ("klikyai-sketch", "text_to_film")])
def test_what_does_not_serve_is_refused_by_field(slug: str, tool: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        catalogue.find(slug, tool)
    assert list(refused.value.details) == ["model"]


def test_a_fetched_model_lies_in_var(settings: object, sketch: Model) -> None:
    fetched = Model(slug="big", source="someone/big", family="sdxl")
    assert catalogue.folder(fetched) == settings.VAR_DIR / "models" / "big"


def test_words_that_the_model_never_met_are_named(sketch: Model) -> None:
    assert catalogue.warnings(sketch, "a red boat on the sea") == []
    [warning] = catalogue.warnings(sketch, "a red dragon's boat in Prague, Prague")
    assert warning == "KlikyAI Sketch does not know: dragon, prague"


def test_a_large_model_warns_of_nothing() -> None:
    assert catalogue.warnings(Model(slug="big", source="someone/big"), "a dragon") == []


def test_examples_come_from_beside_the_weights(sketch: Model) -> None:
    assert "a red sailboat on the sea at sunset, watercolour" in catalogue.examples(sketch)


def test_migrating_again_changes_nothing(sketch: Model) -> None:
    before = list(Model.objects.values())
    call_command("migrate", verbosity=0)
    assert list(Model.objects.values()) == before


def test_what_is_said_of_each_model_has_a_translation(sketch: Model) -> None:
    said = {model.note for model in Model.objects.all()}
    with translation.override("de"):
        assert [note for note in said if notes.in_words(note) == note] == []
    assert notes.in_words("as staff wrote it") == "as staff wrote it"
