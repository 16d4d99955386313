"""What allauth 65.21 does otherwise than it should.

A request for a code passes that names neither address nor phone, and then fails. Another code is sent only to whoever
has an account, so that a clock, a mail server that is away or a number (on which it fails) tells who has none. At a
look at a reset code it fails for whoever has none, and counts nothing; at a reset it judges the new password of whoever
has one, even if the code is wrong.
"""

from typing import Any

from allauth.account.forms import RequestLoginCodeForm
from allauth.account.internal.flows.email_verification_by_code import EmailVerificationProcess
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.flows.phone_verification import PhoneVerificationStageProcess
from allauth.headless.account.inputs import ResetPasswordInput, ResetPasswordKeyInput
from allauth.headless.account.views import ResetPasswordView
from allauth.headless.internal.restkit.response import ErrorResponse
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

_clean = RequestLoginCodeForm.clean
_clean_reset = ResetPasswordInput.clean
_look_at_reset = ResetPasswordView.get


def clean(form: RequestLoginCodeForm) -> dict[str, Any]:
    cleaned: dict[str, Any] = _clean(form)
    if not form.errors and not (cleaned.get("email") or cleaned.get("phone")):
        raise ValidationError(_("Give an e-mail address or a phone number."), code="required")
    return cleaned


def send_code_again(process: LoginCodeVerificationProcess) -> None:
    _as_at_first(process)


def verify_again(process: EmailVerificationProcess) -> None:
    process.generate_code()
    _as_at_first(process)


def _as_at_first(process: Any) -> None:
    process.send()
    process.record_resend()
    process.persist()


def text_again(process: PhoneVerificationStageProcess) -> None:
    process.record_resend()
    process.send(skip_enumeration_sms=False)


def look_at_reset(view: ResetPasswordView, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    if view.process is None or view.process.user is not None:
        answer: HttpResponse = _look_at_reset(view, request, *args, **kwargs)
        return answer
    # No code is right for nobody.
    said = ResetPasswordKeyInput({"key": request.headers.get("X-Password-Reset-Key", "")}, code="")
    view.process.record_invalid_attempt()
    refusal: HttpResponse = ErrorResponse(request, input=said)
    return refusal


def clean_reset(said: ResetPasswordInput) -> dict[str, Any]:
    cleaned: dict[str, Any] = said.cleaned_data if "key" in said.errors else _clean_reset(said)
    return cleaned


def mend() -> None:
    RequestLoginCodeForm.clean = clean
    LoginCodeVerificationProcess.resend = send_code_again
    EmailVerificationProcess.resend = verify_again
    PhoneVerificationStageProcess.resend = text_again
    ResetPasswordView.get = look_at_reset
    ResetPasswordInput.clean = clean_reset
