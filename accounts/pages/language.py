from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from accounts.access import Rule, rule
from accounts.models import User
from accounts.pages.theme import back, keep


@rule(Rule.NOBODY)
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    response = back(request)
    if (wanted := request.POST.get("language")) in dict(settings.LANGUAGES):
        keep(response, settings.LANGUAGE_COOKIE_NAME, str(wanted))
        # Letters are written when nobody is there to be asked.
        if request.user.is_authenticated:
            User.objects.filter(pk=request.user.pk).update(language=wanted)
    return response
