#include "orders_arena.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <string_view>

namespace orders {
namespace {

constexpr std::size_t kSize = std::size_t{1} << 20U;
constexpr std::size_t kAlignment = alignof(std::max_align_t);

Arena* existing = nullptr;  // there is one at a time
bool is_filling = false;
bool is_forbidden = false;

[[noreturn]] void fail(std::string_view text) {
  (void)!::write(STDERR_FILENO, text.data(), text.size());
  std::abort();
}

}  // namespace

Arena::Arena() : memory_(kSize) {
  if (existing != nullptr) fail("there is an arena already\n");
  existing = this;
}

Arena::~Arena() {
  existing = nullptr;
}

void Arena::fill(const std::function<void()>& make) {
  is_filling = true;
  make();
  is_filling = false;
}

void Arena::restore(const Image& image) {
  std::copy(image.begin(), image.end(), memory_.begin());
}

void* Arena::take(std::size_t size) {
  const std::size_t whole = (size + kAlignment - 1) / kAlignment * kAlignment;
  if (static_cast<std::size_t>(used_) + whole > memory_.size()) fail("the arena is full\n");
  std::byte* const place = memory_.data() + used_;
  used_ += static_cast<std::ptrdiff_t>(whole);
  return place;
}

bool Arena::has(const void* place) const {
  const auto* const byte = static_cast<const std::byte*>(place);
  return byte >= memory_.data() && byte < memory_.data() + memory_.size();
}

NothingAllocates::NothingAllocates() {
  is_forbidden = true;
}

NothingAllocates::~NothingAllocates() {
  is_forbidden = false;
}

}  // namespace orders

// NOLINTBEGIN(cppcoreguidelines-no-malloc): this is what stands below new and delete.
void* operator new(std::size_t size) {
  using namespace orders;
  if (is_forbidden) fail("the supervisor allocates\n");
  if (is_filling) return existing->take(size);
  if (void* const place = std::malloc(size == 0 ? 1 : size)) return place;
  throw std::bad_alloc();
}

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return operator new(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void* operator new[](std::size_t size) {
  return operator new(size);
}

void operator delete(void* place) noexcept {
  if (orders::existing == nullptr || !orders::existing->has(place)) std::free(place);
}

void operator delete(void* place, std::size_t) noexcept {
  operator delete(place);
}

void operator delete(void* place, const std::nothrow_t&) noexcept {
  operator delete(place);
}

void operator delete[](void* place) noexcept {
  operator delete(place);
}

void operator delete[](void* place, std::size_t) noexcept {
  operator delete(place);
}
// NOLINTEND(cppcoreguidelines-no-malloc)
