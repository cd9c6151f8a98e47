{{/* A component's service account; takes (list root values). */}}
{{- define "airflow-k8s.account" -}}
{{- $root := index . 0 -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "airflow-k8s.metadata" $root | nindent 2 }}
  {{- with ((index . 1).serviceAccount).annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end }}

{{/* The same for a hook, which is there before the release is; takes (list root annotations). */}}
{{- define "airflow-k8s.hookAccount" -}}
{{ include "airflow-k8s.account" (list (index . 0) (dict "serviceAccount" (dict "annotations" (index . 1 | fromYaml)))) }}
{{- end }}

{{/* Gives a service account the Role of the same name; takes (list root name), and a hook's annotations. */}}
{{- define "airflow-k8s.roleBinding" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ index . 1 }}
  labels:
    {{- include "airflow-k8s.labels" (index . 0) | nindent 4 }}
  {{- with slice . 2 | first }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ index . 1 }}
subjects:
  - kind: ServiceAccount
    name: {{ index . 1 }}
    namespace: {{ (index . 0).Release.Namespace }}
{{- end }}
