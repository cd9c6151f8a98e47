{{/* Container that writes the simple manager's password file; Airflow opens it for writing, so no Secret can be mounted. */}}
{{- define "airflow-k8s.simpleSignIn" -}}
- name: sign-in
  {{- include "airflow-k8s.container" (list . "base") | nindent 2 }}
  command: [python, -m, airflow_k8s.release.sign_in]
  env:
    {{- include "airflow-k8s.keyEnv" (list . "ADMIN_PASSWORD" "admin-password") | nindent 4 }}
  resources:
    {{- include "airflow-k8s.helperResources" . | nindent 4 }}
  volumeMounts:
    {{- include "airflow-k8s.scratchMounts" . | nindent 4 }}
{{- end }}
