"""Who may use a route. Every route says so itself; what says nothing is closed, and a test names it."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.errors import Forbidden
from accounts.models import ApiKey, Scope, User


class Rule(StrEnum):
    NOBODY = "nobody"  # one need not be anybody: public
    USER = "user"
    STAFF = "staff"
    OPERATOR = "operator"


View = TypeVar("View", bound=Callable[..., Any])


def allows(rule: Rule, user: Any) -> bool:
    if rule is Rule.NOBODY:
        return True
    if not (user.is_authenticated and user.is_active):
        return False
    if rule is Rule.USER:
        return True
    return bool(user.is_staff) and (rule is Rule.STAFF or _operates(user))


def rule(wanted: Rule) -> Callable[[View], View]:
    """For plain Django views: nobody is sent to sign in, the wrong person is told no."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if allows(wanted, request.user):
                return cast(HttpResponse, view(request, *args, **kwargs))
            if request.user.is_authenticated:
                raise PermissionDenied
            return redirect_to_login(request.get_full_path())

        guarded.access = wanted  # type: ignore[attr-defined]
        return cast(View, guarded)

    return guard


class Declared(BasePermission):
    """The default permission of the API: the view's `access`, and for keys its `scopes`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        declared = getattr(view, "access", None)
        if declared is None or not allows(declared, request.user):
            return False
        if isinstance(request.auth, ApiKey) and declared is not Rule.NOBODY:
            _check_scope(request.auth, self.scope(request, view))
        return True

    def scope(self, request: Request, view: Any) -> str:
        """Which one a key needs for this call."""
        return needed_scope(view, str(request.method))


def needed_scope(view: Any, method: str) -> str:
    default = Scope.READ if method in SAFE_METHODS else Scope.GENERATE
    if getattr(view, "access", None) in {Rule.STAFF, Rule.OPERATOR}:
        default = Scope.ADMIN
    scopes: Mapping[str, str] = getattr(view, "scopes", {})
    return scopes.get("GET" if method == "HEAD" else method, default)


def _check_scope(key: ApiKey, scope: str) -> None:
    if scope not in key.scopes:
        raise Forbidden(_("This key lacks the scope “%(scope)s”.") % {"scope": scope})


def _operates(user: User) -> bool:
    return user.is_superuser or user.groups.filter(name=Rule.OPERATOR).exists()


def person(request: Request | HttpRequest) -> User:
    """The one who calls, in a view whose rule says that there is one."""
    return cast(User, request.user)
