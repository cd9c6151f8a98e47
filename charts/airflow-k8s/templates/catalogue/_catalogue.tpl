{{/* What the cluster policy reads: the images that tasks may ask for, as JSON. */}}
{{- define "airflow-k8s.catalogue" -}}
{{- $images := dict }}
{{- range $name := include "airflow-k8s.taskImages" . | fromJsonArray }}
{{- $image := include "airflow-k8s.imageEntry" (list $ $name) | fromYaml }}
{{- $entry := pick $image "repository" "cpu" "memory" "purpose" }}
{{- $_ := set $entry "template" (printf "/opt/airflow/pod-templates/%s.yaml" $name) }}
{{- $_ := set $entry "reference" (include "airflow-k8s.image" (list $ $name)) }}
{{- $_ := set $entry "tag" (include "airflow-k8s.tag" (list $ $name)) }}
{{- $_ := set $entry "tags" ($image.tags | default list) }}
{{- $_ := set $images $name $entry }}
{{- end }}
{{- $launcher := .Values.tasks.podOperator.enabled | ternary (include "airflow-k8s.podLauncher" .) nil }}
{{- dict "default" .Values.tasks.image "podLauncher" $launcher "images" $images | toPrettyJson }}
{{- end }}
