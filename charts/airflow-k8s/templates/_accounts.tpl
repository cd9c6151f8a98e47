{{/* A component's service account; takes (list root values), and the namespace where that is not the release's. */}}
{{- define "airflow-k8s.account" -}}
{{- $root := index . 0 -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "airflow-k8s.name" $root }}
  namespace: {{ slice . 2 | first | default $root.Release.Namespace }}
  labels:
    {{- include "airflow-k8s.labels" $root | nindent 4 }}
  {{- with ((index . 1).serviceAccount).annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end }}

{{/* A Role up to its rules, behind its binding; takes what that does. */}}
{{- define "airflow-k8s.role" -}}
{{ include "airflow-k8s.roleBinding" . }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ index . 1 }}
  namespace: {{ index . 2 }}
  labels:
    {{- include "airflow-k8s.labels" (index . 0) | nindent 4 }}
{{- end }}

{{/* Gives a service account the Role of the same name; takes (list root name), the Role's namespace, and the account's. */}}
{{- define "airflow-k8s.roleBinding" -}}
{{- $home := (index . 0).Release.Namespace -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ index . 1 }}
  namespace: {{ slice . 2 | first | default $home }}
  labels:
    {{- include "airflow-k8s.labels" (index . 0) | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ index . 1 }}
subjects:
  - kind: ServiceAccount
    name: {{ index . 1 }}
    namespace: {{ slice . 3 | first | default $home }}
{{- end }}
