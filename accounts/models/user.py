import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.mailboxes import mailbox


class People(BaseUserManager["User"]):
    def at(self, email: str) -> "User | None":
        """Whoever owns the mailbox that this spelling reaches."""
        return self.filter(email_key=mailbox(email)).first()

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. The e-mail address is the name; the outside only ever sees public_id."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    email_key = models.CharField(max_length=320, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120, blank=True)
    recipe_in_files = models.BooleanField(
        _("write into each file how it was made"),
        default=True,
        help_text=_("Prompt, seed and settings. The library knows them in any case."),
    )
    mail_when_done = models.BooleanField(
        _("write to me when something that took long is done"),
        default=True,
        db_default=True,  # for processes of an earlier version beside ours
        help_text=_("Only when it took minutes and no page of the studio was open; at most one e-mail in ten minutes."),
    )
    language = models.CharField(_("language"), max_length=10, blank=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = People()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email_key = mailbox(self.email)
        if (named := kwargs.get("update_fields")) is not None and "email" in named:
            kwargs["update_fields"] = {*named, "email_key"}
        super().save(*args, **kwargs)
