// base/result.hpp - how pintle reports an expected failure: Result<T> holds a T or an Error.
//
// The member names are those of std::expected, so that the day pintle moves to C++23 this file
// becomes `template <class T> using Result = std::expected<T, Error>;`.
#pragma once

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace pintle {

/// What failed (`what`, a literal verb phrase), on what (`subject`), and why: `code`, an errno
/// value, or `detail`, a text, if no errno fits. If `what` is empty, the message is `detail` alone:
/// "HTTP status 503" is a result, not an operation that failed.
struct Error {
  const char* what = "";
  int code = 0;
  std::string subject{};
  std::string detail{};

  /// The current errno as an Error. Never allocates, so it is safe when memory is short.
  static Error from_errno(const char* what) noexcept;

  /// An error whose message is just these words.
  static Error in_words(std::string words) { return {"", 0, {}, std::move(words)}; }

  /// One line for a person: "cannot open '/etc/x': No such file or directory". The subject may
  /// contain a variable's value, so it is shown by shown_value().
  std::string message() const;
};

template <class T>
class [[nodiscard]] Result {
 public:
  template <std::convertible_to<T> U>
  requires(!std::same_as<std::remove_cvref_t<U>, Result>) Result(U&& value)
      : state_(std::in_place_index<0>, std::forward<U>(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const noexcept { return state_.index() == 0; }
  T& operator*() & { return *std::get_if<0>(&state_); }
  const T& operator*() const& { return *std::get_if<0>(&state_); }
  T&& operator*() && { return std::move(*std::get_if<0>(&state_)); }
  T* operator->() { return std::get_if<0>(&state_); }
  const T* operator->() const { return std::get_if<0>(&state_); }
  const Error& error() const& { return *std::get_if<1>(&state_); }
  Error&& error() && { return std::move(*std::get_if<1>(&state_)); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), ok_(false) {}

  explicit operator bool() const noexcept { return ok_; }
  void operator*() const noexcept {}
  const Error& error() const& { return error_; }
  Error&& error() && { return std::move(error_); }

 private:
  Error error_;
  bool ok_ = true;
};

/// `result`; if it is an error without a subject, `path` becomes its subject.
template <class T>
Result<T> about(const std::string& path, Result<T> result) {
  if (result || !result.error().subject.empty()) return result;
  Error error = std::move(result).error();
  error.subject = path;
  return error;
}

}  // namespace pintle

/// Evaluates to the value of `expr`, or returns its Error from the calling function.
/// Never use it between fork() and exec(): the child would return into PID 1's code.
#define TRY(expr)                                          \
  __extension__({                                          \
    auto try_result = (expr);                              \
    if (!try_result) return std::move(try_result).error(); \
    *std::move(try_result);                                \
  })
