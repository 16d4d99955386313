"""What one unit costs now. Quotes already given are held as credits and do not change with it."""

from django.utils import timezone

from billing.models import Price


def price(tool: str, model: str, fallback: int) -> int:
    rows = Price.objects.filter(tool=tool, model=model, since__lte=timezone.now()).order_by("-since", "-id")
    found = rows.values_list("credits", flat=True).first()
    return fallback if found is None else found
