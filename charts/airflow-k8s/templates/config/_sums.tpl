{{/* Refuses a platform that may open more connections than its database, or PgBouncer, accepts. */}}
{{- define "airflow-k8s.connectionSum" -}}
{{- $needs := include "airflow-k8s.connections" . | fromJson }}
{{- $most := .Values.postgres.enabled | ternary .Values.postgres.maxConnections .Values.database.maxConnections | int }}
{{- $more := .Values.postgres.enabled | ternary "Set postgres.maxConnections to %v or more" "Let the database accept %v or more and set database.maxConnections" }}
{{- $pooler := .Values.pgbouncer }}{{ $pods := include "airflow-k8s.mostPods" $pooler | int }}
{{- if and $pooler.enabled (gt (int $needs.all) (int $pooler.maxClients)) }}
{{- fail (printf "The platform may open %v connections (%s), and a pod of PgBouncer takes %v. Set pgbouncer.maxClients to %v or more, or make config.database.sql_alchemy_pool_size or sql_alchemy_max_overflow smaller." $needs.all $needs.text $pooler.maxClients $needs.all) }}
{{- end }}
{{- $all := $pooler.enabled | ternary (mul $pods $pooler.poolSize) $needs.all | int }}
{{- $text := $pooler.enabled | ternary (printf "PgBouncer %v x %v" $pods $pooler.poolSize) $needs.text }}
{{- $smaller := $pooler.enabled | ternary "make pgbouncer.poolSize smaller" "make config.database.sql_alchemy_pool_size or sql_alchemy_max_overflow smaller, or set pgbouncer.enabled=true" }}
{{- $kept := include "airflow-k8s.keptConnections" . | int }}
{{- if gt (add $all $kept) $most }}
{{- fail (printf "The platform may open %v connections to its database (%s), and of the %v that it accepts %v are kept for migrations, probes and you. %s, or %s." $all $text $most $kept (printf $more (add $all $kept)) $smaller) }}
{{- end }}
{{- end }}

{{/* Connections that are not for the platform's pools: PostgreSQL's own 3 for its superuser, and a few that come and go. */}}
{{- define "airflow-k8s.keptConnections" -}}
8
{{- end }}

{{/* The most connections that the platform opens, and the sum in words, as JSON. */}}
{{- define "airflow-k8s.connections" -}}
{{- $pool := add (dig "database" "sql_alchemy_pool_size" 5 .Values.config) (dig "database" "sql_alchemy_max_overflow" 10 .Values.config) }}
{{- $all := 0 }}{{ $words := list }}
{{- range $name, $pools := include "airflow-k8s.pools" . | fromJson }}
{{- $pods := include "airflow-k8s.mostPods" (get $.Values $name) | int }}
{{- $all = add $all (mul $pods $pools $pool) }}
{{- $words = append $words (printf "%s %v x %v" $name $pods (mul $pools $pool)) }}
{{- end }}
{{- dict "all" $all "text" (join ", " $words) | toJson }}
{{- end }}

{{/* How many pools a pod of each server has, as JSON: the APIs have one for what waits and one for what does not. */}}
{{- define "airflow-k8s.pools" -}}
{{- $pools := dict "scheduler" 1 "dagProcessor" 1 "triggerer" 1 }}
{{- $workers := dig "api" "workers" 1 .Values.config | mul 2 }}
{{- $_ := set $pools "apiServer" $workers }}
{{- if .Values.executionApi.enabled }}{{ $_ := set $pools "executionApi" $workers }}{{ end }}
{{- if .Values.tracking.connection }}{{ $_ := set $pools "tracking" 1 }}{{ end }}
{{- toJson $pools }}
{{- end }}

{{/* Refuses a quota that one task alone may exceed: it would wait for ever. */}}
{{- define "airflow-k8s.quotaSum" -}}
{{- range $name, $team := .Values.tasks.teams }}
{{- $key := print "tasks.teams." $name }}
{{- $asked := dict (print $key ".most") ($team.most | default dict) }}
{{- range $image := include "airflow-k8s.taskImages" $ | fromJsonArray }}
{{- $_ := set $asked (print "images." $image) (include "airflow-k8s.imageEntry" (list $ $image) | fromYaml) }}
{{- end }}
{{- range $whose, $amounts := $asked }}
{{- range $kind, $all := omit ($team.quota | default dict) "pods" }}
{{- $one := get $amounts $kind | default 0 }}
{{- if gt (include "airflow-k8s.amount" $one | float64) (include "airflow-k8s.amount" $all | float64) }}
{{- fail (printf "%s.%s is %v, and all tasks of the team %q together may have %v: such a task would wait for ever. Set %s.quota.%s to %v or more, or %s.%s to %v or less." $whose $kind $one $name $all $key $kind $one $whose $kind $all) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* An amount such as 4, 500m or 8Gi as a number. */}}
{{- define "airflow-k8s.amount" -}}
{{- $unit := regexFind "[A-Za-z]*$" (toString .) }}
{{- $units := dict "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 }}
{{- mulf (trimSuffix $unit (toString .) | float64) (get $units $unit | default 1) }}
{{- end }}

{{/* Refuses tokens that end sooner than the scheduler loses patience with a task whose API is away. */}}
{{- define "airflow-k8s.tokenSum" -}}
{{- $token := dig "execution_api" "jwt_expiration_time" 600 .Values.config | int }}
{{- $silence := dig "scheduler" "task_instance_heartbeat_timeout" 300 .Values.config | int }}
{{- if lt $token (mul 5 $silence) }}
{{- fail (printf "A task's token may end while the scheduler still waits for the task: it lives %v s and is renewed in its last fifth, and a silent task is given up after %v s. Set config.execution_api.jwt_expiration_time to %v or more, or config.scheduler.task_instance_heartbeat_timeout to %v or less." $token $silence (mul 5 $silence) (div $token 5)) }}
{{- end }}
{{- end }}
