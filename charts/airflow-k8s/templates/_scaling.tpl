{{/* The most pods that a component has; takes its values. */}}
{{- define "airflow-k8s.mostPods" -}}
{{ (.autoscaling).max | default .replicas }}
{{- end }}

{{/* How many of its pods may go at once, where there is more than one, and how many there are; takes (list root values). */}}
{{- define "airflow-k8s.scaling" -}}
{{- if gt (include "airflow-k8s.mostPods" (index . 1) | int) 1 }}
{{ include "airflow-k8s.disruptionBudget" . }}
{{- end }}
{{- if (index . 1).autoscaling }}
---
{{ include "airflow-k8s.autoscaler" . }}
{{- end }}
{{- end }}

{{/* Keeps a drained node from taking all pods of a component; takes (list root values). */}}
{{- define "airflow-k8s.disruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "airflow-k8s.name" (index . 0) }}
  labels:
    {{- include "airflow-k8s.labels" (index . 0) | nindent 4 }}
spec:
  maxUnavailable: {{ ((index . 1).podDisruptionBudget).maxUnavailable | default 1 }}
  # A pod that does not work keeps no node from being drained.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "airflow-k8s.selector" (index . 0) | nindent 6 }}
{{- end }}

{{/* More pods while they are busy; takes (list root values). */}}
{{- define "airflow-k8s.autoscaler" -}}
{{- $root := index . 0 }}{{ $scale := (index . 1).autoscaling -}}
{{- if gt (int $scale.min) (int $scale.max) }}
{{- fail (printf "The autoscaling of %s wants at least %v pods and at most %v. Set max to %v or more." (include "airflow-k8s.component" $root) $scale.min $scale.max $scale.min) }}
{{- end -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ include "airflow-k8s.name" $root }}
  labels:
    {{- include "airflow-k8s.labels" $root | nindent 4 }}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: {{ include "airflow-k8s.name" $root }}}
  minReplicas: {{ $scale.min }}
  maxReplicas: {{ $scale.max }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: {type: Utilization, averageUtilization: {{ $scale.cpu }}}
{{- end }}
