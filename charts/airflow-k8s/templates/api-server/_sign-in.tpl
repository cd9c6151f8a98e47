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
