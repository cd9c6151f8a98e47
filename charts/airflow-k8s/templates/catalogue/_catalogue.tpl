{{/* What the cluster policy reads: what tasks may ask for, as JSON. */}}
{{- define "airflow-k8s.catalogue" -}}
{{- $images := dict }}
{{- range $name := include "airflow-k8s.taskImages" . | fromJsonArray }}
{{- $image := include "airflow-k8s.imageEntry" (list $ $name) | fromYaml }}
{{- $entry := pick $image "repository" "cpu" "memory" "purpose" }}
{{- $_ := set $entry "template" (printf "/opt/airflow/pod-templates/%s.yaml" $name) }}
{{- $_ := set $entry "reference" (include "airflow-k8s.image" (list $ $name)) }}
{{- $_ := set $entry "tag" (include "airflow-k8s.tag" (list $ $name)) }}
{{- $_ := set $entry "tags" ($image.tags | default dict) }}
{{- $_ := set $entry "most" ($image.most | default dict) }}
{{- $_ := set $images $name $entry }}
{{- end }}
{{- $launcher := .Values.tasks.podOperator.enabled | ternary (include "airflow-k8s.podLauncher" .) nil }}
{{- $catalogue := dict "default" .Values.tasks.image "podLauncher" $launcher "images" $images }}
{{- $_ := set $catalogue "configMap" (include "airflow-k8s.catalogueName" .) }}
{{- $_ := set $catalogue "pullSecrets" .Values.imagePullSecrets }}
{{- $_ := set $catalogue "nodes" (pick .Values.tasks "nodeSelector" "tolerations") }}
{{- merge $catalogue (pick .Values.tasks "sizes" "most" "card") (include "airflow-k8s.teams" . | fromJson) (include "airflow-k8s.nodePools" . | fromYaml) | toPrettyJson }}
{{- end }}

{{/* Name of the ConfigMap with it. */}}
{{- define "airflow-k8s.catalogueName" -}}
{{ .Release.Name }}-catalogue
{{- end }}

{{/* Kinds of nodes, each with what every task asks of its node: an override replaces both in the pod template. */}}
{{- define "airflow-k8s.nodePools" -}}
{{- $tasks := .Values.tasks -}}
nodePools:
  {{- range $name, $pool := $tasks.nodePools }}
  {{ $name }}:
    nodeSelector: {{ merge dict ($pool.nodeSelector | default dict) $tasks.nodeSelector | toJson }}
    tolerations: {{ concat $tasks.tolerations ($pool.tolerations | default list) | default list | toJson }}
  {{- else }} {}
  {{- end }}
{{- end }}
