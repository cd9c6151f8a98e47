{{/* The namespaces that tasks run in, the release's own first, as a JSON list; refuses one that is somebody's already. */}}
{{- define "airflow-k8s.taskNamespaces" -}}
{{- $namespaces := list .Release.Namespace }}
{{- range $name, $team := .Values.tasks.teams }}
{{- if has ($team.namespace | default "") $namespaces }}
{{- fail (printf "tasks.teams.%s.namespace is %q, which is the platform's or another team's. Give the team one of its own." $name $team.namespace) }}
{{- end }}
{{- if $team.namespace }}{{ $namespaces = append $namespaces $team.namespace }}{{ end }}
{{- end }}
{{- toJson $namespaces }}
{{- end }}

{{/* Teams as the policy reads them: what all tasks of a team may have together, one may not exceed. */}}
{{- define "airflow-k8s.teams" -}}
{{- $teams := dict }}
{{- range $name, $team := .Values.tasks.teams }}
{{- $most := merge dict ($team.most | default dict) (omit ($team.quota | default dict) "pods") }}
{{- $_ := set $teams $name (merge (dict "most" $most) (omit $team "quota" "serviceAccount")) }}
{{- end }}
{{- dict "teams" $teams | toJson }}
{{- end }}

{{/* Whether any team has a quota; empty where none has. */}}
{{- define "airflow-k8s.quotas" -}}
{{- range .Values.tasks.teams }}{{ if .quota }}true{{ end }}{{ end }}
{{- end }}

{{/* Seconds for which a task may wait for a node, its image, or a place in its team's quota. */}}
{{- define "airflow-k8s.queuedSeconds" -}}
{{- dig "scheduler" "task_queued_timeout" "" .Values.config | default (empty (include "airflow-k8s.quotas" .) | ternary 1800 43200) }}
{{- end }}

{{/*
Options for tasks in several namespaces. One long wait in place of three: whoever waits again is in the executor's
queue twice, the first time with a token that has ended.
*/}}
{{- define "airflow-k8s.namespacesConfig" -}}
{{- $namespaces := include "airflow-k8s.taskNamespaces" . | fromJsonArray }}
{{- if rest $namespaces }}
AIRFLOW__KUBERNETES_EXECUTOR__MULTI_NAMESPACE_MODE: "true"
AIRFLOW__KUBERNETES_EXECUTOR__MULTI_NAMESPACE_MODE_NAMESPACE_LIST: {{ join "," $namespaces }}
{{- end }}
{{- if include "airflow-k8s.quotas" . }}
AIRFLOW__SCHEDULER__NUM_STUCK_IN_QUEUED_RETRIES: "0"
{{- end }}
{{- end }}

{{/* What the platform's names end with for tasks in other namespaces. */}}
{{- define "airflow-k8s.fromAfar" -}}
{{- if include "airflow-k8s.taskNamespaces" . | fromJsonArray | rest }}.{{ .Release.Namespace }}{{ end }}
{{- end }}

{{/* What a quota calls each thing; takes the name of a graphics card. */}}
{{- define "airflow-k8s.quotaNames" -}}
{pods: pods, cpu: requests.cpu, memory: requests.memory, disk: requests.ephemeral-storage, gpu: requests.{{ . }}}
{{- end }}
