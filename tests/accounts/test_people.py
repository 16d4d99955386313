from accounts.models import User


def test_a_person_has_an_unguessable_public_name(alice: User, bob: User) -> None:
    assert alice.public_id != bob.public_id
    assert alice.public_id.version == 4
