from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import Rule, rule


@rule(Rule.USER)
def account(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/account.html")
