{{/* The pod of a task on an image; takes (list root image). The executor adds arguments, labels and annotations. */}}
{{- define "airflow-k8s.taskPod" -}}
{{- $template := (include "airflow-k8s.imageEntry" . | fromYaml).template }}
{{- $first := dig "spec" "containers" (list dict) ($template | default dict) | first }}
{{- if not $template }}
{{- include "airflow-k8s.usualPod" . }}
{{- else if ne (toString $first.name) "base" }}
{{- fail (printf "images.%s.template has no first container called base. Airflow looks for it by that name. See docs/adding-an-image.md." (index . 1)) }}
{{- else }}
{{- $_ := set $first "image" (include "airflow-k8s.image" .) }}
{{- toYaml $template }}
{{- end }}
{{- end }}

{{/* What tasks on an image have: what all have, and what its `pod` says; takes (list root image). */}}
{{- define "airflow-k8s.taskValues" -}}
{{- $tasks := (index . 0).Values.tasks }}
{{- $pod := (include "airflow-k8s.imageEntry" . | fromYaml).pod | default dict }}
{{- $own := dict "env" (merge (dict) ($pod.env | default dict) $tasks.env) }}
{{- range $key := list "envFrom" "volumes" "volumeMounts" }}
{{- $_ := set $own $key (concat (get $tasks $key) (get $pod $key | default list)) }}
{{- end }}
{{- with $pod.nodePool }}
{{- if not (hasKey $tasks.nodePools .) }}
{{- fail (printf "images.%s.pod.nodePool is %q, which is not among tasks.nodePools: %s." (index $ 1) . (keys $tasks.nodePools | sortAlpha | join ", " | default "none")) }}
{{- end }}
{{- $own = merge $own (get (include "airflow-k8s.nodePools" (index $ 0) | fromYaml).nodePools .) }}
{{- end }}
{{- merge $own (pick $pod "serviceAccountName") $tasks | toYaml }}
{{- end }}

{{/* The pod that this chart writes. */}}
{{- define "airflow-k8s.usualPod" -}}
{{- $root := index . 0 }}{{ $tasks := include "airflow-k8s.taskValues" . | fromYaml -}}
apiVersion: v1
kind: Pod
metadata:
  {{- include "airflow-k8s.taskMetadata" . | nindent 2 }}
spec:
  {{- include "airflow-k8s.pod" (list $root $tasks) | nindent 2 }}
  serviceAccountName: {{ $tasks.serviceAccountName | default (include "airflow-k8s.name" $root) }}
  automountServiceAccountToken: false
  restartPolicy: Never
  containers:
    {{- include "airflow-k8s.taskContainer" . | nindent 4 }}
  volumes:
    {{- include "airflow-k8s.volumes" (list $root $tasks) | nindent 4 }}
    {{- with $root.Values.dags.volume.claim }}
    - {name: dags, persistentVolumeClaim: {claimName: {{ . }}, readOnly: true}}
    {{- end }}
{{- end }}

{{/* Its name, labels and annotations. */}}
{{- define "airflow-k8s.taskMetadata" -}}
{{- $root := index . 0 -}}
name: task
labels:
  {{- include "airflow-k8s.labels" $root | nindent 2 }}
  airflow-k8s/image: {{ index . 1 }}
  {{- with $root.Values.tasks.podLabels }}{{ toYaml . | nindent 2 }}{{ end }}
{{- with $root.Values.tasks.podAnnotations }}{{ dict "annotations" . | toYaml | nindent 0 }}{{ end }}
{{- end }}

{{/* Its container; the executor looks for the name `base`. No database URL, no key of the platform. */}}
{{- define "airflow-k8s.taskContainer" -}}
{{- $root := index . 0 }}{{ $tasks := include "airflow-k8s.taskValues" . | fromYaml -}}
- name: base
  {{- include "airflow-k8s.container" . | nindent 2 }}
    {{- with $tasks.envFrom }}{{ toYaml . | nindent 4 }}{{ end }}
  env:
    {{- include "airflow-k8s.taskEnv" (append . $tasks.env) | nindent 4 }}
  resources:
    {{- include "airflow-k8s.taskResources" . | nindent 4 }}
  volumeMounts:
    {{- include "airflow-k8s.scratchMounts" $root | nindent 4 }}
    {{- if $root.Values.dags.volume.claim }}
    - {name: dags, mountPath: /opt/airflow/dags, readOnly: true}
    {{- end }}
    {{- with $tasks.volumeMounts }}{{ toYaml . | nindent 4 }}{{ end }}
{{- end }}

{{/* Its variables; those of the values come last, for the last one counts. Takes (list root image those). */}}
{{- define "airflow-k8s.taskEnv" -}}
{{- $values := (index . 0).Values -}}
- name: AIRFLOW_K8S_IMAGE
  value: {{ include "airflow-k8s.image" . | quote }}
# Linear algebra and data.table would start a thread for every core of the node: whole cores of this task, rounded up.
- name: OMP_NUM_THREADS
  valueFrom:
    resourceFieldRef: {resource: limits.cpu, divisor: "1"}
{{- with $values.tracking.connection }}
{{ include "airflow-k8s.trackingEnv" . }}
{{- end }}
{{- with index . 2 }}
{{ include "airflow-k8s.env" . }}
{{- end }}
{{- end }}

{{/* What a pod records of itself; takes the Airflow connection to the table. Cpu in thousandths of a core. */}}
{{- define "airflow-k8s.trackingEnv" -}}
- {name: AIRFLOW_K8S_TRACKING, value: {{ . | quote }}}
- {name: AIRFLOW_K8S_POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
- {name: AIRFLOW_K8S_NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
- {name: AIRFLOW_K8S_TEAM, valueFrom: {fieldRef: {fieldPath: "metadata.labels['airflow-k8s/team']"}}}
- {name: AIRFLOW_K8S_CPU, valueFrom: {resourceFieldRef: {containerName: base, resource: requests.cpu, divisor: 1m}}}
- {name: AIRFLOW_K8S_MEMORY, valueFrom: {resourceFieldRef: {containerName: base, resource: requests.memory}}}
{{- end }}

{{/* Memory is a limit as well; cpu never below one core, importing Airflow alone takes two CPU-seconds. */}}
{{- define "airflow-k8s.taskResources" -}}
{{- $image := include "airflow-k8s.imageEntry" . | fromYaml -}}
requests: {cpu: {{ $image.cpu | quote }}, memory: {{ $image.memory }}}
limits: {cpu: {{ maxf 1 $image.cpu | quote }}, memory: {{ $image.memory }}}
{{- end }}
