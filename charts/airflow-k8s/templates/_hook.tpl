{{/* Runs before everything else at install and upgrade, and goes away when it went well; takes the order. */}}
{{- define "airflow-k8s.hook" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}
