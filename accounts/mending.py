"""What allauth 65.21 does otherwise than it should.

A request for a code passes that names neither address nor phone, and then fails. Another code is sent only to whoever
has an account, so that a clock, a mail server that is away or a number (on which it fails) tells who has none.
"""

from typing import Any

from allauth.account.forms import RequestLoginCodeForm
from allauth.account.internal.flows.email_verification_by_code import EmailVerificationProcess
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.flows.phone_verification import PhoneVerificationStageProcess
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_clean = RequestLoginCodeForm.clean


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


def mend() -> None:
    RequestLoginCodeForm.clean = clean
    LoginCodeVerificationProcess.resend = send_code_again
    EmailVerificationProcess.resend = verify_again
    PhoneVerificationStageProcess.resend = text_again
