{{/* A component's service account; takes (list root values). */}}
{{- define "airflow-k8s.account" -}}
{{- $root := index . 0 -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "airflow-k8s.name" $root }}
  labels:
    {{- include "airflow-k8s.labels" $root | nindent 4 }}
  {{- with ((index . 1).serviceAccount).annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end }}

{{/* Gives a service account the Role of the same name; takes (list root name). */}}
{{- define "airflow-k8s.roleBinding" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ index . 1 }}
  labels:
    {{- include "airflow-k8s.labels" (index . 0) | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ index . 1 }}
subjects:
  - kind: ServiceAccount
    name: {{ index . 1 }}
    namespace: {{ (index . 0).Release.Namespace }}
{{- end }}
