{{/* The address that users type, in parts (scheme, hostname, path); refuses what is none. */}}
{{- define "airflow-k8s.address" -}}
{{- with .Values.reach.url }}
{{- if not (regexMatch "^https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?$" .) }}
{{- fail (printf "reach.url is %q, which is no address that users can type. Write one such as https://airflow.example.org." .) }}
{{- end }}
{{- urlParse . | toYaml }}
{{- end }}
{{- end }}

{{/* The path that the address ends with, or nothing; Airflow answers below it alone. */}}
{{- define "airflow-k8s.path" -}}
{{ (include "airflow-k8s.address" . | fromYaml).path | default "" | trimSuffix "/" }}
{{- end }}

{{/* Host for those who look requests up by it; takes (list root value), the value being what asks for it. */}}
{{- define "airflow-k8s.host" -}}
{{- with (include "airflow-k8s.address" (index . 0) | fromYaml).hostname }}{{ . }}{{ else }}
{{- fail (printf "%s has no host: that of reach.url is taken, which is empty. Set reach.url=https://airflow.example.org." (index . 1)) }}
{{- end }}
{{- end }}

{{/* The word `proxy` where something stands between users and Airflow: Airflow itself speaks no TLS here. */}}
{{- define "airflow-k8s.proxy" -}}
{{- if or .Values.reach.ingress.enabled .Values.reach.gateway.parents (hasPrefix "https://" .Values.reach.url) }}proxy{{ end }}
{{- end }}
