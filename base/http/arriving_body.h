#pragma once

#include <boost/beast/core/buffer_traits.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/optional/optional.hpp>
#include <cstdint>
#include <string>

namespace replog::http {

// A body of Beast's in a string, which takes memory as it comes. Beast's own string_body takes that of all
// the length that was said, when the first byte is there.
struct ArrivingBody {
  using value_type = std::string;

  class reader {
   public:
    template <typename Header>
    reader(Header& /*header*/, std::string& body) : body_(body) {}
    void init(const boost::optional<uint64_t>& /*length*/, boost::beast::error_code& error) { error = {}; }
    template <typename Buffers>
    size_t put(const Buffers& buffers, boost::beast::error_code& error) {
      error = {};
      for (const auto piece : boost::beast::buffers_range_ref(buffers))
        body_.append(static_cast<const char*>(piece.data()), piece.size());
      return boost::beast::buffer_bytes(buffers);
    }
    void finish(boost::beast::error_code& error) { error = {}; }

   private:
    std::string& body_;
  };
};

}  // namespace replog::http
