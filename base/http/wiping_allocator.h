#pragma once

#include <string.h>

#include <cstddef>
#include <memory>

namespace replog::http {

// Memory that is overwritten before it is given back. For the header fields of requests, which carry
// credentials: no later allocation, dump or swap file finds them.
template <typename T>
class WipingAllocator {
 public:
  using value_type = T;

  WipingAllocator() = default;
  template <typename U>
  WipingAllocator(const WipingAllocator<U>&) {}  // NOLINT(google-explicit-constructor): allocators convert

  T* allocate(size_t count) { return std::allocator<T>().allocate(count); }
  void deallocate(T* memory, size_t count) {
    explicit_bzero(static_cast<void*>(memory), count * sizeof(T));
    std::allocator<T>().deallocate(memory, count);
  }
  // Stateless: what one allocated any other gives back.
  bool operator==(const WipingAllocator&) const = default;
};

}  // namespace replog::http
