"""Who speaks: a guest or an account.

Foreign keys point at `uuid`, so that a guest who chooses a name changes `user_id` in
one UPDATE: a referenced primary key could not change.
"""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


class UserManager(BaseUserManager["User"]):
    def create_guest(self) -> User:
        """Store a new guest, who has a made-up name and no password."""
        guest = self.model(user_id=f"guest-{uuid.uuid4().hex[:12]}", is_guest=True)
        guest.set_unusable_password()
        guest.save(using=self._db)
        return guest

    def create_user(self, user_id: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(user_id=user_id, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, user_id: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(user_id, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(user_id=username)


class User(AbstractBaseUser):
    user_id = models.CharField(primary_key=True, max_length=64)
    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    created_datetime = models.DateTimeField(default=timezone.now)
    expired_datetime = models.DateTimeField(null=True, blank=True)
    last_activity = models.DateTimeField(default=timezone.now)

    is_guest = models.BooleanField(default=False)
    is_staff = models.BooleanField(default=False)
    is_superuser = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    # `last_activity` says more than the time of the last sign-in.
    last_login = None

    USERNAME_FIELD = "user_id"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        db_table = "users"
        # "Minji" and "minji" are one name.
        constraints = [models.UniqueConstraint(Lower("user_id"), name="user_id_once_in_any_case")]
        indexes = [
            models.Index(fields=["-created_datetime"], name="user_newest"),
            models.Index(
                fields=["expired_datetime"], name="user_expired", condition=models.Q(expired_datetime__isnull=False)
            ),
        ]

    def has_perm(self, perm: str, obj: object | None = None) -> bool:
        return self.is_active and self.is_superuser

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_superuser
