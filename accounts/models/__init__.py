from accounts.models.api_key import ApiKey, Scope
from accounts.models.audit import AuditEntry, AuditHead
from accounts.models.idempotency import Answered
from accounts.models.phone import Phone
from accounts.models.user import User

__all__ = ["Answered", "ApiKey", "AuditEntry", "AuditHead", "Phone", "Scope", "User"]
