from accounts.admin import api_keys, audit, people

__all__ = ["api_keys", "audit", "people"]
