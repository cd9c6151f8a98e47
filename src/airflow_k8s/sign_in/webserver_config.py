"""FAB's settings where people sign in at a provider; the images have it at /opt/airflow/sign-in.py.

The chart names it to the api-server, with signIn.oidc and the client's secret in the environment.
"""

import os

from flask_appbuilder.const import AUTH_OAUTH

from airflow_k8s.sign_in.manager import OidcManager
from airflow_k8s.sign_in.oidc import SECRET_VARIABLE, VARIABLE, Oidc

OIDC = os.environ[VARIABLE]
AUTH_TYPE = AUTH_OAUTH
OAUTH_PROVIDERS = [Oidc.read(OIDC).provider(os.environ[SECRET_VARIABLE])]
SECURITY_MANAGER_CLASS = OidcManager
# A user is made at the first sign-in, and has at each the roles of the groups then.
AUTH_USER_REGISTRATION = True
AUTH_ROLES_SYNC_AT_LOGIN = True
