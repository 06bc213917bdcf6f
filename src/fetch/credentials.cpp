#include "fetch/credentials.hpp"

#include <openssl/evp.h>

#include "http/field.hpp"

namespace pintle::fetch {
namespace {

std::string base64(const std::string& text) {
  std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
  const int size = ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

}  // namespace

Result<std::string> basic_credentials(const std::string& user, const std::string& password) {
  const bool are_values = http::is_value(user) && http::is_value(password);
  if (are_values && user.find(':') == std::string::npos) {
    return "Basic " + base64(user + ":" + password);
  }
  return Error{"use the credentials",
               0,
               {},
               "the user name contains a colon, or one of both contains a control character"};
}

}  // namespace pintle::fetch
