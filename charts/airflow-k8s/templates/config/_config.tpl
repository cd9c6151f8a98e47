{{/* Airflow's configuration as YAML: what follows from the other values, under the user's `config`. */}}
{{- define "airflow-k8s.config" -}}
{{- $options := print (include "airflow-k8s.derivedConfig" .) (include "airflow-k8s.metricsConfig" .) | fromYaml }}
{{- range $section, $entries := merge (deepCopy .Values.config) .Values.configUnchecked }}
{{- range $key, $value := $entries }}
{{- if has (print $section "." $key) (list "core.fernet_key" "api_auth.jwt_secret" "api.secret_key" "database.sql_alchemy_conn") }}
{{- fail (printf "config.%s.%s would show a secret to every task. Put it in a Secret and name that in keys.existingSecret or database.urlSecret." $section $key) }}
{{- end }}
{{- $name := printf "AIRFLOW__%s__%s" ($section | replace "." "_" | replace "-" "_") $key | upper }}
{{- $_ := set $options $name (kindIs "string" $value | ternary $value (toJson $value)) }}
{{- end }}
{{- end }}
{{- toYaml $options }}
{{- end }}

{{/* The options that follow from the rest of the values. */}}
{{- define "airflow-k8s.derivedConfig" -}}
AIRFLOW__CORE__EXECUTOR: KubernetesExecutor
AIRFLOW__CORE__EXECUTION_API_SERVER_URL: http://{{ .Release.Name }}-{{ .Values.executionApi.enabled | ternary "execution-api" "api-server" }}{{ include "airflow-k8s.fromAfar" . }}:8080{{ include "airflow-k8s.path" . }}/execution/
AIRFLOW__KUBERNETES_EXECUTOR__NAMESPACE: {{ .Release.Namespace }}
{{- include "airflow-k8s.namespacesConfig" . }}
AIRFLOW__KUBERNETES_EXECUTOR__POD_TEMPLATE_FILE: /opt/airflow/pod-templates/{{ .Values.tasks.image }}.yaml
AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK: "true"
AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT: {{ include "airflow-k8s.queuedSeconds" . | quote }}
{{- include "airflow-k8s.bundles" . }}
{{- with .Values.reach.url }}
AIRFLOW__API__BASE_URL: {{ . | quote }}
{{- end }}
{{- include "airflow-k8s.logsConfig" . }}
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
