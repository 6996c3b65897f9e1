#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "base/http/body_budget.h"
#include "server/api/admin_notes.h"
#include "server/auth/access_control.h"
#include "server/core/call_counters.h"
#include "server/core/executor.h"
#include "server/core/log_service.h"
#include "server/history/history.h"
#include "server/http/event_texts.h"
#include "server/http/in_use.h"
#include "server/webhooks/webhook_set.h"

namespace replog {

// What a console tells of the server it is of.
struct ServerFacts {
  std::string grpc_address;  // as it is served
  bool tls = false;          // gRPC and HTTP are encrypted
  bool access_control = false;
  int64_t started_us = 0;  // since 1970
};

// What the routes are about. All of it must outlive the HTTP server.
struct ApiContext {
  LogService& service;
  AccessControl& access;
  // Null: none are taken in.
  const WebhookSet* webhooks = nullptr;
  // The page of metrics, in Prometheus' text format; empty: there is none. Thread-safe.
  std::function<std::string()> metrics = {};
  // Counts the requests that routes answer; null: nobody does.
  CallCounters* calls = nullptr;
  // What bodies take of memory: those of callers who are known, and those of open routes, so that strangers
  // leave no less to the others. Null: they have no bound.
  std::shared_ptr<http::BodyBudget> bodies = {};
  std::shared_ptr<http::BodyBudget> open_bodies = {};
  // Answers that wait to be made, or are made, where it may block. More would not be made before their time
  // is over.
  InUse pages{1000};
  // Bytes that clients have not taken yet of these.
  InUse held_pages{128 << 20};
  // Takes note of what administrators do.
  AdminNotes notes{AdminAudit()};
  // What the server was in the last hour; null: nobody looks.
  const History* history = nullptr;
  ServerFacts facts = {};
  EventTexts event_texts = {};
  // Whether the server has begun to stop.
  std::atomic<bool> stopping{false};
  // Runs what takes long and must not hold up readers.
  ThreadPool admin{1};
};

}  // namespace replog
