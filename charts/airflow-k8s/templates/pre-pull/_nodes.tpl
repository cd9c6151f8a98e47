{{/* The nodes that a task may run on, those of the pools too: any of their selectors will do. */}}
{{- define "airflow-k8s.taskNodes" -}}
{{- $pools := (include "airflow-k8s.nodePools" . | fromYaml).nodePools }}
{{- $selectors := list .Values.tasks.nodeSelector }}{{ $tolerations := .Values.tasks.tolerations }}
{{- range $pools }}
{{- $selectors = append $selectors .nodeSelector }}{{ $tolerations = concat $tolerations (.tolerations | default list) }}
{{- end }}
tolerations: {{ uniq $tolerations | toJson }}
{{- if not (has dict $selectors) }}
affinity:
  nodeAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      nodeSelectorTerms:
        {{- range uniq $selectors }}
        - matchExpressions:
            {{- range $key, $value := . }}
            - {key: {{ $key | quote }}, operator: In, values: [{{ $value | quote }}]}
            {{- end }}
        {{- end }}
{{- end }}
{{- end }}

{{/* A container that runs for the sake of its image; takes (list root image). */}}
{{- define "airflow-k8s.prePullContainer" -}}
{{ include "airflow-k8s.containerImage" . }}
{{ include "airflow-k8s.containerSecurity" . }}
resources:
  requests: {cpu: 1m, memory: 4Mi}
  limits: {memory: 32Mi}
{{- end }}
