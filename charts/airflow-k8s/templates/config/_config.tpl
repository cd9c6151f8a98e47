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
{{- include "airflow-k8s.signInConfig" . }}
{{- end }}
