{{/* A server's Deployment up to its pods' annotations; takes (list root values), and what podMetadata takes. */}}
{{- define "airflow-k8s.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "airflow-k8s.metadata" (index . 0) | nindent 2 }}
spec:
  {{- include "airflow-k8s.rollout" . | nindent 2 }}
  template:
    metadata:
      {{- include "airflow-k8s.podMetadata" . | nindent 6 }}
{{- end }}

{{/* The same of a StatefulSet with one pod; no new version of the chart restarts it. */}}
{{- define "airflow-k8s.statefulSet" -}}
apiVersion: apps/v1
kind: StatefulSet
metadata:
  {{- include "airflow-k8s.metadata" (index . 0) | nindent 2 }}
spec:
  serviceName: {{ include "airflow-k8s.name" (index . 0) }}
  replicas: 1
  selector:
    matchLabels:
      {{- include "airflow-k8s.selector" (index . 0) | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "airflow-k8s.selector" (index . 0) | nindent 8 }}
        {{- with (index . 1).podLabels }}{{ toYaml . | nindent 8 }}{{ end }}
      {{- with (index . 1).podAnnotations }}{{ dict "annotations" . | toYaml | nindent 6 }}{{ end }}
{{- end }}

{{/* How many pods, and how new ones replace old ones: none goes before its successor is ready. Takes (list root values). */}}
{{- define "airflow-k8s.rollout" -}}
strategy:
  rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
selector:
  matchLabels:
    {{- include "airflow-k8s.selector" (index . 0) | nindent 4 }}
{{- if not (index . 1).autoscaling }}
replicas: {{ (index . 1).replicas }}
{{- end }}
{{- end }}

{{/* What a server's pod has before its containers, of which serverInit makes the first; takes (list root values). */}}
{{- define "airflow-k8s.serverPod" -}}
{{- $values := omit (index . 1) "initContainers" }}
{{- if not $values.affinity }}{{ $_ := set $values "affinity" (include "airflow-k8s.apart" (index . 0) | fromYaml) }}{{ end -}}
{{ include "airflow-k8s.pod" (list (index . 0) $values) }}
serviceAccountName: {{ include "airflow-k8s.name" (index . 0) }}
{{- end }}

{{/* The same of one that keeps a volume, which its group may write to. */}}
{{- define "airflow-k8s.keeperPod" -}}
{{- $pod := include "airflow-k8s.pod" . | fromYaml }}
{{- with (index . 1).storage.group }}
{{- $_ := merge $pod.securityContext (dict "fsGroup" . "fsGroupChangePolicy" "OnRootMismatch") }}
{{- end }}
{{- merge $pod (dict "serviceAccountName" (include "airflow-k8s.name" (index . 0))) | toYaml }}
{{- end }}

{{/* Pods of one component on different nodes, where that can be. */}}
{{- define "airflow-k8s.apart" -}}
podAntiAffinity:
  preferredDuringSchedulingIgnoredDuringExecution:
    - weight: 100
      podAffinityTerm:
        topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- include "airflow-k8s.selector" . | nindent 12 }}
{{- end }}

{{/* What runs before a server: the wait for the tables, then the user's own; takes (list root values). */}}
{{- define "airflow-k8s.serverInit" -}}
{{ include "airflow-k8s.waitForMigrations" (index . 0) }}
{{- with (index . 1).initContainers }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Image, security, configuration and size of a component's main container; takes (list root values). */}}
{{- define "airflow-k8s.mainContainer" -}}
{{ include "airflow-k8s.container" (list (index . 0) "base") }}
{{- with (index . 1).envFrom }}{{ toYaml . | nindent 2 }}{{ end }}
resources: {{ toJson (index . 1).resources }}
{{- end }}

{{/* Variables of every server, the user's last, for the last one counts; takes (list root values). */}}
{{- define "airflow-k8s.serverEnv" -}}
{{ include "airflow-k8s.serverDatabaseEnv" (index . 0) }}
{{ include "airflow-k8s.fernetEnv" (index . 0) }}
{{- with (index . 1).env }}
{{ include "airflow-k8s.env" . }}
{{- end }}
{{- end }}

{{/* Where a component may write, and what the user mounts; takes (list root values). */}}
{{- define "airflow-k8s.mainMounts" -}}
{{ include "airflow-k8s.scratchMounts" (index . 0) }}
{{- with (index . 1).volumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Probes of what answers by itself, and asks no database, whose slowness no restart would mend. Takes what they do. */}}
{{- define "airflow-k8s.probes" -}}
startupProbe: {{ merge (dict "periodSeconds" 2 "failureThreshold" 150 "timeoutSeconds" 5) . | toJson }}
readinessProbe: {{ merge (dict "timeoutSeconds" 10) . | toJson }}
livenessProbe: {{ merge (dict "periodSeconds" 30 "failureThreshold" 5 "timeoutSeconds" 20) . | toJson }}
{{- end }}

{{/* The volume of a StatefulSet that keeps what it has; takes {className, size}. */}}
{{- define "airflow-k8s.dataVolume" -}}
- metadata:
    name: data
  spec:
    accessModes: [ReadWriteOnce]
    {{- with .className }}
    storageClassName: {{ . }}
    {{- end }}
    resources:
      requests: {storage: {{ .size }}}
{{- end }}

{{/* Probes for a component without a health page: its heartbeat in the database. Takes the job type. */}}
{{- define "airflow-k8s.heartbeatProbes" -}}
startupProbe:
  exec:
    command: [python, -m, airflow_k8s.release.alive, {{ . }}]
  periodSeconds: 5
  failureThreshold: 60
  timeoutSeconds: 15
livenessProbe:
  exec:
    command: [python, -m, airflow_k8s.release.alive, {{ . }}]
  periodSeconds: 60
  failureThreshold: 3
  timeoutSeconds: 30
{{- end }}

{{/* A component's Service, up to its ports. */}}
{{- define "airflow-k8s.service" -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "airflow-k8s.metadata" . | nindent 2 }}
spec:
  selector:
    {{- include "airflow-k8s.selector" . | nindent 4 }}
  ports:
{{- end }}
