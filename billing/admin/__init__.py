from billing.admin import books, catalogue

__all__ = ["books", "catalogue"]
