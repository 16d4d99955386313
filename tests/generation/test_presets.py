from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts import signals
from accounts.models import User
from generation.models import Model, Preset

AT = "/api/v1/presets"
WISH = {"name": "Boats", "tool": "text_to_image", "params": {"prompt": "a {red|blue} boat", "steps": 4, "n": 2}}


def kept(api: APIClient, **more: Any) -> dict[str, Any]:
    answer = api.post(AT, WISH | more, format="json")
    assert answer.status_code == 201, answer.json()
    return dict(answer.json()["data"])


def offered_to(user: User, preset: str) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(f"/studio/text_to_image/?preset={preset}").context["state"]["preset"]


def test_a_name_kept_again_takes_the_new_settings(alice_api: APIClient) -> None:
    kept(alice_api)
    kept(alice_api, params={"prompt": "a whale"})
    [only] = alice_api.get(AT).json()["data"]["items"]
    assert only["params"] == {"prompt": "a whale", "negative_prompt": "", "n": 1}


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"tool": "no_such_tool"}, {"params": {"image": "x"}}, {"params": {"steps": 4000}}, {"other": 1}],
)
def test_what_no_form_could_hold_is_refused(alice_api: APIClient, wrong: dict[str, Any]) -> None:
    assert alice_api.post(AT, WISH | wrong, format="json").status_code in {400, 404}
    assert not Preset.objects.exists()


def test_only_a_shared_one_opens_for_somebody_else(
    alice: User, charlie: User, alice_api: APIClient, charlie_api: APIClient, patient: Model
) -> None:
    preset = kept(alice_api)["id"]
    assert offered_to(alice, preset)["prompt"] == "a {red|blue} boat"
    assert offered_to(charlie, preset) is None
    assert charlie_api.get(AT).json()["data"]["items"] == []
    for call in (charlie_api.patch, charlie_api.delete):
        assert call(f"{AT}/{preset}", {"shared": True}, format="json").status_code == 404
    shared = alice_api.patch(f"{AT}/{preset}", {"shared": True}, format="json").json()["data"]
    assert shared["url"].endswith(f"/studio/text_to_image/?preset={preset}")
    assert offered_to(charlie, preset)["steps"] == 4
    alice_api.patch(f"{AT}/{preset}", {"shared": False}, format="json")
    assert offered_to(charlie, preset) is None


def test_a_deleted_one_is_gone_and_nonsense_in_the_address_is_nothing(
    alice: User, alice_api: APIClient, patient: Model
) -> None:
    preset = kept(alice_api)["id"]
    assert alice_api.delete(f"{AT}/{preset}").status_code == 200
    assert offered_to(alice, preset) is None
    assert offered_to(alice, "'><script>") is None


def test_they_leave_with_their_person(alice: User, alice_api: APIClient) -> None:
    kept(alice_api)
    told = dict(pair for _receiver, pairs in signals.exporting.send(User, user=alice) for pair in pairs or [])
    assert b"a {red|blue} boat" in told["presets.json"]
    signals.closing.send(User, user=alice)
    assert not Preset.objects.exists()
