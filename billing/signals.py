"""What billing tells upward."""

from django.dispatch import Signal

moved = Signal()  # user, available, held: inside the transaction that changed the wallet
overdue = Signal()  # hold: set aside for too long; whoever still lives on it answers True and ends it themselves
