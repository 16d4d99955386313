from django.test import Client

from accounts.models import ApiKey, User


def test_a_key_is_shown_once_and_can_be_revoked(alice: User, client: Client) -> None:
    client.force_login(alice)
    wish = {"name": "laptop <b>", "scopes": ["read"], "spending_cap": "20"}
    made = client.post("/developer/", wish)
    key = ApiKey.objects.get()
    assert (key.user, key.scopes, key.spending_cap) == (alice, ["read"], 20)
    assert made["Cache-Control"] == "no-store"
    page = made.content.decode()
    secret = page.partition("<code>")[2].partition("</code>")[0]
    assert secret.startswith(key.prefix)
    assert page.count(secret) == 5
    assert "laptop <b>" not in page
    again = client.get("/developer/").content.decode()
    assert secret not in again
    client.post(f"/developer/keys/{key.public_id}/revoke/")
    key.refresh_from_db()
    assert key.revoked_at


def test_a_key_without_a_name_or_with_a_strange_scope_is_none(alice: User, client: Client) -> None:
    client.force_login(alice)
    for wish in (
        {"name": "", "scopes": ["read"]},
        {"name": "x", "scopes": ["root"]},
        {"name": "x", "spending_cap": -1},
    ):
        assert client.post("/developer/", wish).status_code == 200
    assert not ApiKey.objects.exists()


def test_the_page_stops_where_the_api_stops(alice: User, client: Client) -> None:
    client.force_login(alice)
    ApiKey.objects.bulk_create(ApiKey(user=alice, name=str(n), prefix="klik_x", digest=f"{n:064}") for n in range(50))
    page = client.post("/developer/", {"name": "one more", "scopes": ["read"]}).content.decode()
    assert "That is enough keys" in page
    assert ApiKey.objects.count() == 50
