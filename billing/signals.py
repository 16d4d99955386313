"""What billing tells upward."""

from django.dispatch import Signal

moved = Signal()  # user, available, held: inside the transaction that changed the wallet
