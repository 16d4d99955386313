from billing.admin import books, catalogue, payments

__all__ = ["books", "catalogue", "payments"]
