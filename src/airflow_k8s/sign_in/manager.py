"""FAB with OpenID Connect: who is let in, with which roles, and what the others read."""

from functools import cached_property
from typing import Any

from airflow.providers.fab.auth_manager.models import Role, User
from airflow.providers.fab.auth_manager.security_manager.override import FabAirflowSecurityManagerOverride
from airflow.providers.fab.auth_manager.views.auth_oauth import CustomAuthOAuthView
from airflow.providers.fab.www.security import permissions
from flask import abort, current_app, g
from structlog import get_logger
from werkzeug.security import check_password_hash

from airflow_k8s.sign_in import oidc

log = get_logger(__name__)

_OF_PASSWORDS = {permissions.RESOURCE_MY_PASSWORD, permissions.RESOURCE_PASSWORD}
_FAB = FabAirflowSecurityManagerOverride
ANALYST = [
    *[entry for entry in _FAB.VIEWER_PERMISSIONS if entry[1] not in _OF_PASSWORDS],
    *[entry for entry in _FAB.USER_PERMISSIONS if entry != (permissions.ACTION_CAN_DELETE, permissions.RESOURCE_DAG)],
    (permissions.ACTION_CAN_CREATE, permissions.RESOURCE_BACKFILL),
    (permissions.ACTION_CAN_EDIT, permissions.RESOURCE_BACKFILL),
]
"""What an analyst does: see, run, clear, fill back, read logs and XComs; no connection, variable or user."""


class SignIn(CustomAuthOAuthView):
    """The page that people come to, and come back to."""

    @property
    def invalid_login_message(self) -> str:
        """What FAB shows to whom it does not let in."""
        return str(
            g.get("refused", "The provider's answer is of no use here. Ask whoever runs Airflow to see its log.")
        )


class OidcManager(_FAB):
    """FAB's security manager, with roles from groups and no user that has none."""

    authoauthview = SignIn
    ROLE_CONFIGS = [*_FAB.ROLE_CONFIGS, {"role": "Analyst", "perms": ANALYST}]  # noqa: RUF012  (FAB declares it so)

    @cached_property
    def oidc(self) -> oidc.Oidc:
        """The chart's signIn.oidc."""
        return oidc.Oidc.read(current_app.config["OIDC"])

    def get_oauth_user_info(self, provider: str, resp: dict[str, Any]) -> dict[str, Any]:
        """Who signed in: the claims of the ID token, which Authlib has checked, and of the userinfo endpoint."""
        remote = self.oauth_remotes[provider]
        try:
            told = remote.userinfo(token=resp) if remote.load_server_metadata().get("userinfo_endpoint") else {}
            return oidc.person(self.oidc, oidc.claims(resp["userinfo"], told))
        except oidc.RefusedError as refusal:
            _refuse(refusal)
            raise

    def auth_user_oauth(self, userinfo: dict[str, Any], rotate_session_id: bool = True) -> User | None:
        """The user, made where it is new; or None, with a sentence for who asked."""
        known = self.find_user(username=userinfo["username"])
        try:
            _no_password(known)
            self._oauth_calculate_user_roles(userinfo)
        except oidc.RefusedError as refusal:
            _refuse(refusal)
            self._strip(known)
            return None
        user: User | None = super().auth_user_oauth(userinfo, rotate_session_id)
        return user

    def _oauth_calculate_user_roles(self, userinfo: dict[str, Any]) -> list[Role]:
        """The roles themselves.

        Raises:
            RefusedError: there is none, or one that Airflow does not have.
        """
        names = oidc.roles(self.oidc, userinfo)
        found = [role for name in names if (role := self.find_role(name))]
        if missing := set(names).difference(role.name for role in found):
            raise oidc.RefusedError(
                f"Your groups give you the role {min(missing)}, which Airflow does not have. "
                "Ask whoever runs it to make that role, or to name another in signIn.oidc.roles."
            )
        return found

    def _strip(self, user: User | None) -> None:
        """Take the roles of one who has lost all groups: sessions and tokens live on for a while."""
        if user and not _has_password(user):
            user.roles = []
            self.update_user(user)

    def reset_password(self, userid: int, password: str) -> bool:
        """Refused where the provider has the password: one beside it would let in who is gone from there."""
        if not _has_password(self.get_user_by_id(userid)):
            abort(403, "The provider has your password, and Airflow keeps none.")
        return bool(super().reset_password(userid, password))


def _refuse(refusal: oidc.RefusedError) -> None:
    g.refused = str(refusal)
    log.warning("not let in", why=str(refusal))


def _has_password(user: User | None) -> bool:
    """Whether a user is Airflow's own, such as signIn.firstUser: those of providers have an empty password."""
    return bool(user and user.password and not check_password_hash(user.password, ""))


def _no_password(user: User | None) -> None:
    if user and _has_password(user):
        raise oidc.RefusedError(
            f"{user.username} is a user of Airflow's own, with a password, and the provider calls you so, too. "
            "Ask whoever runs Airflow to delete that user."
        )
