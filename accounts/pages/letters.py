from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from accounts import unasked
from accounts.access import Rule, rule


# A mail program presses it for its person, from nowhere; whoever has the link was sent it.
@csrf_exempt
@rule(Rule.NOBODY)
def stop(request: HttpRequest, token: str) -> HttpResponse:
    if not unasked.known(token):
        raise Http404
    # Only a press: programs look at every link of a letter before its reader does.
    if request.method == "POST":
        unasked.stop(token)
    response = render(request, "accounts/stop.html", {"stopped": request.method == "POST"})
    response["Referrer-Policy"] = "no-referrer"
    return response
