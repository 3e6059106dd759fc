"""The models: what operations take and return."""

# Generated from openapi.yaml by `make generate`. Do not edit.

from .access_token import AccessToken
from .favorite_link import FavoriteLink
from .problem import Problem
from .problem_errors import ProblemErrors
from .user import User
from .user_preferences import UserPreferences
from .user_roles import UserRoles
from .user_storage import UserStorage

__all__ = [
    "AccessToken",
    "FavoriteLink",
    "Problem",
    "ProblemErrors",
    "User",
    "UserPreferences",
    "UserRoles",
    "UserStorage",
]
