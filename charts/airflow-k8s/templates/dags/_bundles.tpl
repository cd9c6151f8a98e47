{{/* Where DAGs come from: the site's folder or repository, its further bundles, and the DAG of `helm test`, in every image. */}}
{{- define "airflow-k8s.bundles" -}}
{{- $dags := .Values.dags }}{{ $folder := "airflow.dag_processing.bundles.local.LocalDagBundle" }}
{{- if and $dags.git.url $dags.volume.claim }}
{{- fail "DAG files from two places: dags.git.url and dags.volume.claim are both set. Empty one of them." }}
{{- else if regexMatch "^https?://[^/]*@" $dags.git.url }}
{{- fail "dags.git.url names a user or a token, which all could read. Put it into a Secret, and name that in dags.git.secret." }}
{{- end }}
{{- $site := dict "name" "dags-folder" "classpath" $folder "kwargs" dict }}
{{- if $dags.git.url }}
{{- $mirror := printf "http://%s-dags.%s:8000" .Release.Name .Release.Namespace }}
{{- $kwargs := dict "mirror" $mirror "refresh_interval" (min 10 (int $dags.git.interval)) }}
{{- $site = merge (dict "classpath" "airflow_k8s.dags.bundle.GitBundle" "kwargs" $kwargs) $site }}
{{- end }}
{{- $ours := dict "name" "airflow-k8s" "classpath" $folder "kwargs" (dict "path" "/opt/airflow/platform-dags") }}
{{- $bundles := concat (list $site) $dags.bundles (.Values.test.enabled | ternary (list $ours) list) }}
{{- include "airflow-k8s.ownNames" $bundles }}
AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST: {{ $bundles | toJson | quote }}
{{- end }}

{{/* Refuses two bundles of one name. */}}
{{- define "airflow-k8s.ownNames" -}}
{{- $names := list }}
{{- range . }}
{{- if has .name $names }}
{{- fail (printf "Two DAG bundles are called %q. Give that of dags.bundles another name; dags-folder and airflow-k8s are the chart's." .name) }}
{{- end }}
{{- $names = append $names .name }}
{{- end }}
{{- end }}

{{/* The port of the repository's host: what its address says, or what its scheme is used to. */}}
{{- define "airflow-k8s.gitPort" -}}
{{- $own := regexFind "^[a-z]+://[^/]*:[0-9]+" . | splitList ":" | last }}
{{- $own | default (get (dict "https" 443 "http" 80 "git" 9418) (regexFind "^[a-z]+://" . | trimSuffix "://")) | default 22 }}
{{- end }}
