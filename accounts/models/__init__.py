from accounts.models.api_key import ApiKey, Scope
from accounts.models.closure import Closure
from accounts.models.idempotency import Answered
from accounts.models.user import User

__all__ = ["Answered", "ApiKey", "Closure", "Scope", "User"]
