{{/* Which pods a component's policy is for, and rules of others mean by it; takes (list root component). */}}
{{- define "airflow-k8s.podsOf" -}}
{{- $root := index . 0 }}{{ $name := index . 1 -}}
matchLabels:
  {{- if eq $name "team" }} {}
  {{- else if eq $name "pod-operator" }}
  # What KubernetesPodOperator itself writes on every pod that it starts.
  kubernetes_pod_operator: "True"
  {{- else }}
  app.kubernetes.io/name: {{ $root.Chart.Name }}
  app.kubernetes.io/instance: {{ $root.Release.Name }}
  app.kubernetes.io/component: {{ eq $name "pod-launcher" | ternary "task-pod" $name }}
  {{- if eq $name "pod-launcher" }}
  airflow-k8s/starts-pods: "true"
  {{- end }}
  {{- end }}
{{- end }}

{{/* The same as one end of a rule: those of tasks are in the namespaces of tasks; takes (list root component). */}}
{{- define "airflow-k8s.peerOf" -}}
podSelector:
  {{- include "airflow-k8s.podsOf" . | nindent 2 }}
namespaceSelector:
  matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, values: {{ include "airflow-k8s.namespacesOf" . }}}]
{{- end }}

{{/* In which namespaces a component's pods are, as JSON; takes (list root component). */}}
{{- define "airflow-k8s.namespacesOf" -}}
{{- $all := include "airflow-k8s.taskNamespaces" (index . 0) | fromJsonArray }}
{{- $of := dict "task-pod" $all "pod-launcher" $all "pod-operator" $all "team" (rest $all) }}
{{- get $of (index . 1) | default (eq (index . 1) "team" | ternary list (list (first $all))) | toJson }}
{{- end }}

{{/* Rules for who may call a component; takes (list root component). */}}
{{- define "airflow-k8s.callers" -}}
{{- $root := index . 0 }}{{ $name := index . 1 }}{{ $from := list }}
{{- range $caller, $whom := include "airflow-k8s.talks" $root | fromYaml }}
{{- if has $name $whom }}
{{- $from = append $from (include "airflow-k8s.peerOf" (list $root $caller) | fromYaml) }}
{{- end }}
{{- end }}
{{- with $from }}
- {{ include "airflow-k8s.portsOf" (list $root $name) }}
  from:
    {{- toYaml . | nindent 4 }}
{{- end }}
{{- if eq $name "api-server" }}
{{- include "airflow-k8s.users" $root }}
{{- else if has $name (list "metrics" "pgbouncer") }}
- ports: [{protocol: TCP, port: {{ eq $name "metrics" | ternary 9102 9127 }}}]
{{- include "airflow-k8s.peers" $root.Values.network.scrapers }}
{{- end }}
{{- end }}

{{/* Those named in the values, or everyone. */}}
{{- define "airflow-k8s.peers" }}
{{- with . }}
  from:
    {{- range . }}
    - {{ include "airflow-k8s.peer" . | indent 6 | trim }}
    {{- end }}
{{- end }}
{{- end }}

{{/* Rule for who may open the page: those named, or everyone where there is a way in. */}}
{{- define "airflow-k8s.users" -}}
{{- if or .Values.network.users .Values.reach.url (ne .Values.apiServer.service.type "ClusterIP") }}
- {{ include "airflow-k8s.portsOf" (list . "api-server") }}
{{- include "airflow-k8s.peers" .Values.network.users }}
{{- end }}
{{- end }}

{{/*
Rules for whom a component may call; takes (list root component those).
Names are looked up at any address: a node's own cache is no pod of kube-system, and OpenShift's resolver listens on 5353.
*/}}
{{- define "airflow-k8s.called" -}}
{{- $root := index . 0 }}{{ $name := index . 1 }}
{{- if not (has $name (list "postgres" "team")) }}
- ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}, {protocol: UDP, port: 5353}, {protocol: TCP, port: 5353}]
{{- end }}
{{- range index . 2 }}
- {{ include "airflow-k8s.portsOf" (list $root .) }}
  {{- if not (has . (list "database" "git" "kubernetes" "oidc")) }}
  to:
    - {{ include "airflow-k8s.peerOf" (list $root .) | indent 6 | trim }}
  {{- end }}
{{- end }}
{{- include "airflow-k8s.systems" (list $root $name) }}
{{- end }}

{{/* Rules for the site's own systems that a component may call; takes (list root component). */}}
{{- define "airflow-k8s.systems" -}}
{{- $name := index . 1 }}{{ $home := (index . 0).Release.Namespace }}
{{- range (index . 0).Values.network.systems }}
{{- if has $name (.for | default (list "task-pod" "pod-operator" "tracking" "triggerer")) }}
- to:
    - {{ include "airflow-k8s.peer" (merge dict . (dict "namespace" $home)) | indent 6 | trim }}
  {{- with .ports }}
  {{ include "airflow-k8s.tcp" . }}
  {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Addresses, or pods, as the values name them. */}}
{{- define "airflow-k8s.peer" -}}
{{- if .cidr }}
{{- if not (regexMatch "^[0-9a-fA-F.:]+/[0-9]+$" .cidr) }}
{{- fail (printf "network names %q, but policies know ranges of addresses alone. Write one such as 10.1.2.3/32." .cidr) }}
{{- end -}}
ipBlock:
  {{- pick . "cidr" "except" | toYaml | nindent 2 }}
{{- else -}}
podSelector:
  matchLabels: {{ .pods | default dict | toJson }}
{{- with .namespace }}
namespaceSelector:
  matchLabels: {kubernetes.io/metadata.name: {{ . }}}
{{- end }}
{{- end }}
{{- end }}

{{/* The ports of one that is called; takes (list root name). */}}
{{- define "airflow-k8s.portsOf" -}}
{{- include "airflow-k8s.tcp" (get (include "airflow-k8s.ports" (index . 0) | fromYaml) (index . 1)) }}
{{- end }}

{{/* Ports, as a policy writes them: 5432, or 9125/UDP. */}}
{{- define "airflow-k8s.tcp" -}}
{{- $ports := list }}
{{- range . }}
{{- $port := splitList "/" (toString .) }}
{{- $ports = append $ports (printf "{protocol: %s, port: %s}" (rest $port | first | default "TCP") (first $port)) }}
{{- end -}}
ports: [{{ join ", " $ports }}]
{{- end }}
