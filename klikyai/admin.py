"""What libraries put on the desk and does not belong there."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _
from django_rq.models import Dashboard

# Roles are made by accounts.roles, and the queues have their own door for operators alone.
admin.site.unregister([Group, Dashboard])

# Whoever edits an address, a second factor or a sign-in by provider here becomes that person, and the log says nothing.
admin.site.unregister([EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken, UserSession])

# Its own form knows neither second factors nor how often somebody guessed.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.index_title = _("Today")
