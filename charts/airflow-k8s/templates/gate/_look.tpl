{{/* A container that looks at its own image; takes (list root name). */}}
{{- define "airflow-k8s.gateContainer" -}}
- name: {{ index . 1 }}
  {{- include "airflow-k8s.containerImage" . | nindent 2 }}
  {{- include "airflow-k8s.containerSecurity" (index . 0) | nindent 2 }}
  # With a shell, since an image without Python should be told of, too.
  command: [sh, -c]
  args:
    {{- list (include "airflow-k8s.gateScript" . | trim) | toYaml | nindent 4 }}
  resources: {{ include "airflow-k8s.helperResources" (index . 0) }}
{{- end }}

{{/* What it runs; takes (list root name). The version is read from the package: importing Airflow takes seconds. */}}
{{- define "airflow-k8s.gateScript" -}}
{{- $minor := regexFind "^[0-9]+[.][0-9]+" (index . 0).Chart.AppVersion -}}
has=$(python -c 'from importlib.metadata import version; print(version("apache-airflow-core"))' 2>/dev/null) || has=none
case "$has" in {{ $minor }}.*) exit 0 ;; esac
echo 'Tasks cannot run on the image "{{ index . 1 }}" ({{ include "airflow-k8s.image" . }}).'
echo "Its Airflow is $has; this chart needs {{ $minor }}."
echo 'Build it on the base image of this chart, or set images.{{ index . 1 }}.tasks=false; nothing was changed.'
exit 1
{{- end }}
