"""What accounts tells upward. It knows nobody above it, so whoever cares listens."""

from django.dispatch import Signal

verified = Signal()  # user: an address was proved for the first time
deactivated = Signal()  # user
signed_out = Signal()  # user
leaving = Signal()  # user: end what is under way for them, before anything of theirs is taken away
closing = Signal()  # user: take what is theirs away, inside the caller's transaction
exporting = Signal()  # user: answer a list of (name, bytes)
granting = Signal()  # user, credits, reference: somebody above keeps the books
