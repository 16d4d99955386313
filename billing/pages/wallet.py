"""What somebody has, and a statement that explains every credit."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts.access import Rule, person, rule
from accounts.errors import Refused
from accounts.pagination import Paging
from billing import credits
from billing.models import Pack
from billing.statement import entries

SHOWN = 40


@require_GET
@rule(Rule.USER)
def wallet(request: HttpRequest) -> HttpResponse:
    user = person(request)
    try:
        page = entries(user, Paging(limit=SHOWN, cursor=request.GET.get("cursor") or None))
    except Refused:
        return redirect("wallet")
    packs = Pack.objects.filter(active=True)
    return render(request, "billing/wallet.html", page | {"wallet": credits.balance(user), "packs": packs})
