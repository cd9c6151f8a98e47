{{/* An image of the values by name; what it leaves out is base's; takes (list root name). */}}
{{- define "airflow-k8s.imageEntry" -}}
{{- $images := (index . 0).Values.images }}{{ $name := index . 1 }}
{{- if not (hasKey $images $name) }}
{{- fail (printf "There is no image %q. Known images: %s. Build it, and pass the overlay: -f dist/images.yaml." $name (keys $images | sortAlpha | join ", ")) }}
{{- end }}
{{- $repository := include "airflow-k8s.repository" (list (index . 0) (get $images $name).repository) }}
{{- merge (dict "repository" $repository) (get $images $name) (pick $images.base "pullPolicy" "cpu" "memory") | toYaml }}
{{- end }}

{{/* A repository in the site's registry, unless it names one, which has a dot or a port in it; takes (list root repository). */}}
{{- define "airflow-k8s.repository" -}}
{{- $named := regexMatch "^(localhost|[^/]*[.:][^/]*)/" (index . 1) }}
{{- with (index . 0).Values.imageRegistry }}{{ if not $named }}{{ . }}/{{ end }}{{ end }}{{ index . 1 }}
{{- end }}

{{/* Tag of an image: its own, or the Airflow version; takes (list root name). */}}
{{- define "airflow-k8s.tag" -}}
{{ (include "airflow-k8s.imageEntry" . | fromYaml).tag | default (index . 0).Chart.AppVersion }}
{{- end }}

{{/* How an image reference is spelt: repository:tag@digest; takes (list root name). */}}
{{- define "airflow-k8s.image" -}}
{{- $image := include "airflow-k8s.imageEntry" . | fromYaml }}
{{- $image.repository }}:{{ include "airflow-k8s.tag" . }}{{ with $image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* Image and pull policy of a container; takes (list root name). */}}
{{- define "airflow-k8s.containerImage" -}}
image: {{ include "airflow-k8s.image" . | quote }}
imagePullPolicy: {{ (include "airflow-k8s.imageEntry" . | fromYaml).pullPolicy }}
{{- end }}

{{/* The images that tasks may run on, as a JSON list of names; refuses a default image that is not among them. */}}
{{- define "airflow-k8s.taskImages" -}}
{{- $names := list }}
{{- range $name, $image := .Values.images }}
{{- if ne (toString $image.tasks) "false" }}{{ $names = append $names $name }}{{ end }}
{{- end }}
{{- $_ := include "airflow-k8s.imageEntry" (list . .Values.tasks.image) }}
{{- if not (has .Values.tasks.image $names) }}
{{- fail (printf "tasks.image is %q, but tasks may not run on it. Images for tasks: %s." .Values.tasks.image (join ", " $names)) }}
{{- end }}
{{- toJson $names }}
{{- end }}
