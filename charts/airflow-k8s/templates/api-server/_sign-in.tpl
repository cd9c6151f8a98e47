{{/* Container that writes the simple manager's password file; Airflow opens it for writing, so no Secret can be mounted. */}}
{{- define "airflow-k8s.simpleSignIn" -}}
- name: sign-in
  {{- include "airflow-k8s.container" (list . "base") | nindent 2 }}
  command: [python, -m, airflow_k8s.release.sign_in]
  env:
    {{- include "airflow-k8s.keyEnv" (list . "ADMIN_PASSWORD" "admin-password") | nindent 4 }}
  resources: {{ include "airflow-k8s.helperResources" . }}
  volumeMounts:
    {{- include "airflow-k8s.scratchMounts" . | nindent 4 }}
{{- end }}

{{/* Variables of whoever sends people to a provider; refuses values with which nobody could sign in. */}}
{{- define "airflow-k8s.oidcEnv" -}}
{{- with .Values.signIn.oidc }}{{ if .issuer }}
{{- if not (and (eq $.Values.signIn.manager "fab") .client.id .client.secret .roles) }}
{{- fail "With signIn.oidc.issuer alone nobody can sign in: it needs signIn.manager=fab, and signIn.oidc.client.secret and roles." }}
{{- end -}}
- {name: AIRFLOW__FAB__CONFIG_FILE, value: /opt/airflow/sign-in.py}
- {name: AIRFLOW_K8S_OIDC, value: {{ toJson . | quote }}}
{{ include "airflow-k8s.secretEnv" (list "AIRFLOW_K8S_OIDC_SECRET" (dict "name" .client.secret "key" .client.key)) }}
{{- end }}{{ end }}
{{- end }}

{{/* Airflow's options for signing in. */}}
{{- define "airflow-k8s.signInConfig" }}
{{- if eq .Values.signIn.manager "simple" }}
AIRFLOW__CORE__AUTH_MANAGER: airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager
AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS: admin:admin
AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE: /tmp/passwords.json
{{- else }}
AIRFLOW__CORE__AUTH_MANAGER: airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager
{{- if hasPrefix "https://" .Values.reach.url }}
AIRFLOW__FAB__COOKIE_SECURE: "true"
{{- end }}
{{- if .Values.signIn.oidc.issuer }}
# A working day: who has left a group keeps its role no longer. Airflow's default is 30 days after the last visit.
AIRFLOW__FAB__SESSION_MAX_LIFETIME_MINUTES: "720"
{{- end }}
{{- end }}
{{- end }}
