#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "base/http/body_budget.h"
#include "server/auth/access_control.h"
#include "server/core/call_counters.h"
#include "server/core/log_service.h"
#include "server/http/event_texts.h"
#include "server/http/in_use.h"
#include "server/webhooks/webhook_set.h"

namespace replog {

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
  // Pages that wait to be read or are being read. More would not be read before their time is over.
  InUse pages{1000};
  // Bytes that clients have not taken yet of the pages that they asked for.
  InUse held_pages{128 << 20};
  EventTexts event_texts = {};
  // Whether the server has begun to stop.
  std::atomic<bool> stopping{false};
};

}  // namespace replog
