{{/* Refuses a name in `config` that Airflow does not have; airflow-options.json is written from Airflow itself. */}}
{{- define "airflow-k8s.checkOptions" -}}
{{- $airflow := .Files.Get "airflow-options.json" | fromJson }}
{{- range $section, $entries := .Values.config }}
{{- range $key, $_ := $entries }}
{{- if not (has $key (get $airflow.options $section | default list)) }}
{{- fail (include "airflow-k8s.unknownOption" (list $airflow $section $key)) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* What is said of it; takes (list airflow-options section key). */}}
{{- define "airflow-k8s.unknownOption" -}}
{{- $airflow := index . 0 }}{{ $section := index . 1 }}{{ $key := index . 2 }}{{ $name := print $section "." $key -}}
{{- if hasKey $airflow.renamed $name -}}
config.{{ $name }} is called config.{{ get $airflow.renamed $name }} in Airflow {{ $airflow.airflow }}.
{{- else if hasKey $airflow.gone $name -}}
config.{{ $name }} is gone from Airflow {{ $airflow.airflow }}. {{ get $airflow.gone $name }}
{{- else -}}
There is no option config.{{ $name }} in Airflow {{ $airflow.airflow }}.
{{- with include "airflow-k8s.nearest" (list $key (get $airflow.options $section | default list)) }} Did you mean {{ . }}?
{{- else }}{{ if not (hasKey $airflow.options $section) }} Sections: {{ keys $airflow.options | sortAlpha | join ", " }}.{{ end }}
{{- end }} An option of a provider of your own goes below configUnchecked.
{{- end }}
{{- end }}

{{/* The words that begin as a word does, for as long as any does; takes (list word words). */}}
{{- define "airflow-k8s.nearest" -}}
{{- $word := index . 0 }}{{ $words := index . 1 }}{{ $near := list }}
{{- range $length := untilStep (len $word) 2 -1 }}
{{- if not $near }}
{{- range $words }}{{ if hasPrefix (trunc $length $word) . }}{{ $near = append $near . }}{{ end }}{{ end }}
{{- end }}
{{- end }}
{{- join " or " $near }}
{{- end }}
