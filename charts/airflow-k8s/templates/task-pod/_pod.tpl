{{/* The pod of a task on an image; takes (list root image). The executor adds arguments, labels and annotations. */}}
{{- define "airflow-k8s.taskPod" -}}
{{- $root := index . 0 -}}
apiVersion: v1
kind: Pod
metadata:
  {{- include "airflow-k8s.taskMetadata" . | nindent 2 }}
spec:
  {{- include "airflow-k8s.pod" (list $root $root.Values.tasks) | nindent 2 }}
  serviceAccountName: {{ include "airflow-k8s.name" $root }}
  automountServiceAccountToken: false
  restartPolicy: Never
  containers:
    {{- include "airflow-k8s.taskContainer" . | nindent 4 }}
  volumes:
    {{- include "airflow-k8s.volumes" (list $root $root.Values.tasks) | nindent 4 }}
    {{- with $root.Values.dags.volume.claim }}
    - name: dags
      persistentVolumeClaim: {claimName: {{ . }}, readOnly: true}
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
{{- with $root.Values.tasks.podAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Its container; the executor looks for the name `base`. No database URL, no key of the platform. */}}
{{- define "airflow-k8s.taskContainer" -}}
{{- $root := index . 0 }}{{ $tasks := $root.Values.tasks -}}
- name: base
  {{- include "airflow-k8s.container" . | nindent 2 }}
    {{- with $tasks.envFrom }}{{ toYaml . | nindent 4 }}{{ end }}
  env:
    {{- include "airflow-k8s.taskEnv" . | nindent 4 }}
  resources:
    {{- include "airflow-k8s.taskResources" . | nindent 4 }}
  volumeMounts:
    {{- include "airflow-k8s.scratchMounts" $root | nindent 4 }}
    {{- if $root.Values.dags.volume.claim }}
    - {name: dags, mountPath: /opt/airflow/dags, readOnly: true}
    {{- end }}
    {{- with $tasks.volumeMounts }}{{ toYaml . | nindent 4 }}{{ end }}
{{- end }}

{{/* Its variables; those of the values come last, for the last one counts. */}}
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
{{- with $values.tasks.env }}
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
