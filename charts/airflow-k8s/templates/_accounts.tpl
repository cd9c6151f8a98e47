{{/* A component's service account; takes (list root values), and the namespace, where it is another than the release's. */}}
{{- define "airflow-k8s.account" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "airflow-k8s.metadataIn" (list (index . 0) (slice . 2 | first)) | nindent 2 }}
  {{- with ((index . 1).serviceAccount).annotations }}{{ dict "annotations" . | toYaml | nindent 2 }}{{ end }}
automountServiceAccountToken: false
{{- end }}

{{/* The same for a hook, which is there before the release is; takes (list root annotations). */}}
{{- define "airflow-k8s.hookAccount" -}}
{{ include "airflow-k8s.account" (list (index . 0) (dict "serviceAccount" (dict "annotations" (index . 1 | fromYaml)))) }}
{{- end }}

{{/* What a component may do with the pods of tasks, up to the rules; takes (list root namespace). */}}
{{- define "airflow-k8s.role" -}}
{{ include "airflow-k8s.roleBinding" (list (index . 0) (include "airflow-k8s.name" (index . 0)) "" (index . 1)) }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  {{- include "airflow-k8s.metadataIn" . | nindent 2 }}
{{- end }}

{{/* Gives a service account the Role of the same name; takes (list root name), a hook's annotations, the Role's namespace and the account's. */}}
{{- define "airflow-k8s.roleBinding" -}}
{{- $home := (index . 0).Release.Namespace }}{{ $name := index . 1 }}{{ $told := concat . (list "" "" "") -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ $name }}
  namespace: {{ index $told 3 | default $home }}
  labels:
    {{- include "airflow-k8s.labels" (index . 0) | nindent 4 }}
  {{- with index $told 2 }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{ $name }}}
subjects: [{kind: ServiceAccount, name: {{ $name }}, namespace: {{ index $told 4 | default $home }}}]
{{- end }}
