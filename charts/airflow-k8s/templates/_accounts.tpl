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

{{/* A component's Role, up to its rules, behind its binding; takes (list root), a hook's annotations, the namespace, and the account's. */}}
{{- define "airflow-k8s.role" -}}
{{- $root := index . 0 }}{{ $told := concat (rest .) (list "" "" "") }}{{ $name := include "airflow-k8s.name" $root }}
{{- $metadata := include "airflow-k8s.metadataIn" (list $root (index $told 1)) }}
{{- with index $told 0 }}{{ $metadata = dict "annotations" (fromYaml .) | toYaml | printf "%s\n%s" $metadata }}{{ end -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  {{- $metadata | nindent 2 }}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{ $name }}}
subjects: [{kind: ServiceAccount, name: {{ $name }}, namespace: {{ index $told 2 | default $root.Release.Namespace }}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  {{- $metadata | nindent 2 }}
{{- end }}
