{{/* Labels and annotations of a component's pods; takes (list root values), and what they read, where no new version shall restart them. */}}
{{- define "airflow-k8s.podMetadata" -}}
{{- $root := index . 0 }}{{ $values := index . 1 }}{{ $reads := slice . 2 -}}
labels:
  {{- include (empty $reads | ternary "airflow-k8s.labels" "airflow-k8s.selector") $root | nindent 2 }}
  {{- with $values.podLabels }}{{ toYaml . | nindent 2 }}{{ end }}
annotations:
  # A change of the configuration restarts the pods that read it.
  airflow-k8s/config: {{ first $reads | default (include "airflow-k8s.config" $root) | sha256sum | trunc 16 }}
  {{- with $values.podAnnotations }}{{ toYaml . | nindent 2 }}{{ end }}
{{- end }}

{{/* What no pod may do. The user is the image's: any but root will do. */}}
{{- define "airflow-k8s.podSecurity" -}}
runAsNonRoot: true
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{/* Where a pod runs, and with which pull secrets; takes (list root values). */}}
{{- define "airflow-k8s.placement" -}}
{{- $values := index . 1 }}
{{- with (index . 0).Values.imagePullSecrets }}{{ dict "imagePullSecrets" . | toYaml | nindent 0 }}{{ end }}
{{- range $key := list "affinity" "nodeSelector" "priorityClassName" "runtimeClassName" "tolerations" "topologySpreadConstraints" }}
{{- with get $values $key }}
{{ toYaml (dict $key .) }}
{{- end }}
{{- end }}
{{- end }}

{{/* What every pod on Airflow's image has in common; takes (list root values). */}}
{{- define "airflow-k8s.pod" -}}
securityContext:
  {{- include "airflow-k8s.podSecurity" . | nindent 2 }}
# No variables about every Service of the namespace.
enableServiceLinks: false
{{- include "airflow-k8s.placement" . }}
{{- with (index . 1).initContainers }}{{ dict "initContainers" . | toYaml | nindent 0 }}{{ end }}
{{- end }}

{{/* What no container may do; Pod Security `restricted` asks for most of it. */}}
{{- define "airflow-k8s.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
# The last words of a container that failed show in `kubectl describe pod`.
terminationMessagePolicy: FallbackToLogsOnError
{{- end }}

{{/* What every container with Airflow in it has; takes (list root image). */}}
{{- define "airflow-k8s.container" -}}
{{ include "airflow-k8s.containerImage" . }}
{{ include "airflow-k8s.containerSecurity" . }}
envFrom:
  - configMapRef:
      name: {{ (index . 0).Release.Name }}-config
{{- end }}

{{/* The only places where a container may write. */}}
{{- define "airflow-k8s.scratchMounts" -}}
- {name: scratch, mountPath: /tmp, subPath: tmp}
- {name: scratch, mountPath: /opt/airflow/logs, subPath: logs}
{{- end }}

{{/* Volumes of a pod; takes (list root values). */}}
{{- define "airflow-k8s.volumes" -}}
{{- $values := index . 1 -}}
- name: scratch
  emptyDir: {}
{{- with $values.volumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Variables from the values: NAME: value, or NAME: {valueFrom: …}. */}}
{{- define "airflow-k8s.env" -}}
{{- $variables := list }}
{{- range $name, $value := . }}
{{- $text := kindIs "string" $value | ternary $value (toJson $value) }}
{{- $variables = append $variables (kindIs "map" $value | ternary $value (dict "value" $text) | merge (dict "name" $name)) }}
{{- end }}
{{- toYaml $variables }}
{{- end }}

{{/* Container that waits until the database has the tables of this image. */}}
{{- define "airflow-k8s.waitForMigrations" -}}
- name: wait-for-migrations
  {{- include "airflow-k8s.container" (list . "base") | nindent 2 }}
  command: [python, -m, airflow_k8s.release.wait]
  env:
    {{- include "airflow-k8s.serverDatabaseEnv" . | nindent 4 }}
  resources: {{ include "airflow-k8s.helperResources" . }}
{{- end }}

{{/* What the small containers get that run before the real ones. */}}
{{- define "airflow-k8s.helperResources" -}}
{requests: {cpu: 20m, memory: 64Mi}, limits: {memory: 256Mi}}
{{- end }}
