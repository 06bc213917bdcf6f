#include "fetch/credentials.hpp"

#include "base/base64.hpp"
#include "http/field.hpp"

namespace pintle::fetch {
Result<std::string> basic_credentials(const std::string& user, const std::string& password) {
  const bool are_values = http::is_value(user) && http::is_value(password);
  if (are_values && user.find(':') == std::string::npos) {
    return "Basic " + to_base64(user + ":" + password);
  }
  return Error{"use the credentials",
               0,
               {},
               "the user name contains a colon, or one of both contains a control character"};
}

}  // namespace pintle::fetch
