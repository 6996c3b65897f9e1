{{/* Names. */}}
{{- define "replog.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{/* 50 characters, so that what is made of it keeps within the 63 of a name. */}}
{{- define "replog.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains (include "replog.name" .) .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "replog.name" .) | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "replog.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "replog.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "replog.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{/* Labels: what selects pods, and all. Called with a list: the context and the component. */}}
{{- define "replog.selector" -}}
{{- $ := index . 0 -}}
app.kubernetes.io/name: {{ include "replog.name" $ }}
app.kubernetes.io/instance: {{ $.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "replog.labels" -}}
{{- $ := index . 0 -}}
{{ include "replog.selector" . }}
app.kubernetes.io/version: {{ $.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $.Chart.Name $.Chart.Version | replace "+" "_" }}
{{- with $.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Secrets. */}}
{{- define "replog.tlsSecret" -}}
{{- default (printf "%s-tls" (include "replog.fullname" .)) .Values.tls.existingSecret -}}
{{- end -}}

{{- define "replog.tlsGenerated" -}}
{{- if not (or .Values.insecure .Values.tls.existingSecret .Values.tls.certManager.enabled) -}}true{{- end -}}
{{- end -}}

{{- define "replog.clientSecret" -}}
{{- default (printf "%s-client-tls" (include "replog.fullname" .)) .Values.tls.mutual.clientSecret -}}
{{- end -}}

{{- define "replog.accessSecret" -}}
{{- default (printf "%s-access" (include "replog.fullname" .)) .Values.access.existingSecret -}}
{{- end -}}

{{/* The secret with the token of `principal`; empty where there is none. Called with a list: context, principal, and what
the values name for an access file of one's own. */}}
{{- define "replog.tokenSecret" -}}
{{- $ := index . 0 -}}
{{- if $.Values.insecure -}}
{{- else if $.Values.access.existingSecret -}}
{{- index . 2 -}}
{{- else -}}
{{- printf "%s-token-%s" (include "replog.fullname" $) (index . 1) -}}
{{- end -}}
{{- end -}}

{{/* The address that clients in the cluster use; the certificate has this name. */}}
{{- define "replog.host" -}}
{{- printf "%s.%s.svc" (include "replog.fullname" .) .Release.Namespace -}}
{{- end -}}

{{- define "replog.certificateNames" -}}
{{- $name := include "replog.fullname" . -}}
{{- $names := list "localhost" -}}
{{- range list $name (printf "%s-headless" $name) -}}
{{- $service := printf "%s.%s" . $.Release.Namespace -}}
{{- $names = concat $names (list . $service (printf "%s.svc" $service) (printf "%s.svc.%s" $service $.Values.clusterDomain)) -}}
{{- end -}}
{{- $pods := printf "*.%s-headless.%s.svc" $name .Release.Namespace -}}
{{- $names = concat $names (list $pods (printf "%s.%s" $pods .Values.clusterDomain)) .Values.tls.extraNames -}}
{{- toJson $names -}}
{{- end -}}

{{/* How a program of the chart's own (test, chat) calls the server: volumes, their mounts, and flags. */}}
{{- define "replog.clientVolumes" -}}
{{- $ := index . 0 -}}
{{- if not $.Values.insecure -}}
- name: authority
  secret:
    secretName: {{ include "replog.tlsSecret" $ }}
    items: [{key: ca.crt, path: ca.crt}]
    defaultMode: 0440
- name: token
  secret:
    secretName: {{ index . 1 }}
    items: [{key: token, path: token}]
    defaultMode: 0440
{{- if $.Values.tls.mutual.enabled }}
- name: certificate
  secret:
    secretName: {{ include "replog.clientSecret" $ }}
    items: [{key: tls.crt, path: tls.crt}, {key: tls.key, path: tls.key}]
    defaultMode: 0440
{{- end }}
{{- end }}
{{- end -}}

{{- define "replog.clientMounts" -}}
{{- if not .Values.insecure -}}
- {name: authority, mountPath: /etc/replog/authority, readOnly: true}
- {name: token, mountPath: /etc/replog/token, readOnly: true}
{{- if .Values.tls.mutual.enabled }}
- {name: certificate, mountPath: /etc/replog/certificate, readOnly: true}
{{- end }}
{{- end }}
{{- end -}}

{{- define "replog.clientFlags" -}}
- --server={{ include "replog.host" . }}:{{ .Values.service.grpcPort }}
{{- if not .Values.insecure }}
- --tls-ca=/etc/replog/authority/ca.crt
- --token-file=/etc/replog/token/token
{{- if .Values.tls.mutual.enabled }}
- --tls-cert=/etc/replog/certificate/tls.crt
- --tls-key=/etc/replog/certificate/tls.key
{{- end }}
{{- end }}
{{- end -}}

{{/* Files that are in the chart or not, by its packager: fails with what to turn off. List: context, file, setting. */}}
{{- define "replog.file" -}}
{{- $text := (index . 0).Files.Get (index . 1) -}}
{{- if not $text -}}
{{- fail (printf "%s is on, but the chart has no %s" (index . 2) (index . 1)) -}}
{{- end -}}
{{- $text -}}
{{- end -}}
