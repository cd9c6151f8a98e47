{{/* The component that a template belongs to: the name of its folder. */}}
{{- define "airflow-k8s.component" -}}
{{ .Template.Name | dir | base }}
{{- end }}

{{/* Name of a component's objects: <release>-<component>. */}}
{{- define "airflow-k8s.name" -}}
{{ .Release.Name }}-{{ include "airflow-k8s.component" . }}
{{- end }}

{{/* Labels that select a component's pods; never change between releases. */}}
{{- define "airflow-k8s.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: {{ include "airflow-k8s.component" . }}
{{- end }}

{{/* Labels of every object. */}}
{{- define "airflow-k8s.labels" -}}
{{ include "airflow-k8s.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* Name and labels of a component's object; more labels may follow. */}}
{{- define "airflow-k8s.metadata" -}}
name: {{ include "airflow-k8s.name" . }}
labels:
  {{- include "airflow-k8s.labels" . | nindent 2 }}
{{- end }}

{{/* The same with its namespace; takes (list root namespace), the latter empty for the release's. */}}
{{- define "airflow-k8s.metadataIn" -}}
namespace: {{ index . 1 | default (index . 0).Release.Namespace }}
{{ include "airflow-k8s.metadata" (index . 0) }}
{{- end }}

{{/* Name of the Secret with the keys: the user's, or the one made by the keys Job. */}}
{{- define "airflow-k8s.keysSecret" -}}
{{ .Values.keys.existingSecret | default (print .Release.Name "-keys") }}
{{- end }}

{{/* Name of the service account that lets a KubernetesPodOperator task start pods. */}}
{{- define "airflow-k8s.podLauncher" -}}
{{ .Release.Name }}-pod-launcher
{{- end }}
