"""What libraries put on the desk and does not belong there."""

from django.contrib import admin
from django.contrib.auth.models import Group
from django_rq.models import Dashboard

# Roles are made by accounts.roles, and the queues have their own door for operators alone.
admin.site.unregister([Group, Dashboard])
