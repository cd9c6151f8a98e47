{{/* Whom Airflow reports its figures to. Tags in InfluxDB's form are the labels: names that hold them (legacy) need no parsing. */}}
{{- define "airflow-k8s.metricsConfig" -}}
{{- $statsd := .Values.metrics.statsd.enabled }}
{{- with .Values.metrics.otel }}
{{- if and .enabled $statsd }}
{{- fail "Airflow reports to one alone: metrics.statsd and metrics.otel are both enabled. Switch one of them off." }}
{{- else if and .enabled (not .host) }}
{{- fail "metrics.otel has no host. Set metrics.otel.host to that of your collector." }}
{{- else if .enabled }}
AIRFLOW__METRICS__OTEL_ON: "True"
AIRFLOW__METRICS__LEGACY_NAMES_ON: "False"
OTEL_EXPORTER_OTLP_ENDPOINT: http://{{ .host }}:{{ .port }}
OTEL_SERVICE_NAME: {{ $.Release.Name }}
{{- end }}
{{- end }}
{{- if $statsd }}
{{ include "airflow-k8s.statsdConfig" . }}
{{- end }}
{{- end }}

{{/* The same for the exporter. */}}
{{- define "airflow-k8s.statsdConfig" -}}
AIRFLOW__METRICS__STATSD_ON: "True"
AIRFLOW__METRICS__STATSD_HOST: {{ .Release.Name }}-metrics{{ include "airflow-k8s.fromAfar" . }}
AIRFLOW__METRICS__STATSD_PORT: "9125"
AIRFLOW__METRICS__STATSD_PREFIX: airflow
AIRFLOW__METRICS__STATSD_INFLUXDB_ENABLED: "True"
AIRFLOW__METRICS__LEGACY_NAMES_ON: "False"
{{- end }}

{{/* What the exporter makes of it; a test sends Airflow's own figures through it. */}}
{{- define "airflow-k8s.metricsMapping" -}}
# Names stay Airflow's, with _ for what Prometheus does not take; labels are the tags that Airflow sends.
defaults:
  # What is not heard of for so long goes: a DAG that was deleted, a pod that is gone.
  ttl: 24h
  observer_type: histogram
  histogram_options:
    # Seconds, from a loop of the scheduler to a night's task.
    buckets: [0.05, 0.25, 1, 5, 15, 60, 300, 900, 3600, 14400]
mappings: []
{{- end }}

{{/* Refuses what lives on the exporter's figures where there is no exporter; takes (list root name). */}}
{{- define "airflow-k8s.needsExporter" -}}
{{- if not (index . 0).Values.metrics.statsd.enabled }}
{{- fail (printf "metrics.%s lives on the exporter's figures. Set metrics.statsd.enabled=true as well." (index . 1)) }}
{{- end }}
{{- end }}
