#include "data/unpacker.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include "base/error.h"

namespace epitaxy::data {

namespace {

constexpr std::size_t kPackedChunk = std::size_t{1} << 17;
constexpr unsigned char kGzipMark[] = {0x1f, 0x8b};
constexpr int kGzipOnly = 16 + MAX_WBITS;

}  // namespace

Unpacker::Unpacker(const std::filesystem::path& path)
    : file_(std::fopen(path.c_str(), "rb"), std::fclose), packed_bytes_(kPackedChunk) {
  if (!file_) {
    fail_input("{}: cannot be opened ({})", path.string(), std::strerror(errno));
  }
  std::setvbuf(file_.get(), nullptr, _IONBF, 0);  // pieces are large
  fill();
  packed_ = stream_.avail_in >= std::size(kGzipMark) &&
            std::equal(std::begin(kGzipMark), std::end(kGzipMark), stream_.next_in);
  check(inflateInit2(&stream_, kGzipOnly) == Z_OK, "zlib can begin");
}

Unpacker::~Unpacker() { inflateEnd(&stream_); }

std::size_t Unpacker::read_file(unsigned char* to, std::size_t most) {
  const std::size_t got = std::fread(to, 1, most, file_.get());
  if (got < most && std::ferror(file_.get()) != 0) {
    problem_ = std::strerror(errno);
  }
  return got;
}

std::size_t Unpacker::read_plain(char* to, std::size_t most) {
  const std::size_t first = std::min<std::size_t>(stream_.avail_in, most);
  std::copy_n(stream_.next_in, first, to);
  stream_.next_in += first;
  stream_.avail_in -= static_cast<uInt>(first);
  return first + (first < most ? read_file(reinterpret_cast<unsigned char*>(to) + first, most - first) : 0);
}

/// False: there are no further bytes.
bool Unpacker::fill() {
  if (stream_.avail_in == 0) {
    stream_.next_in = packed_bytes_.data();
    stream_.avail_in = static_cast<uInt>(read_file(packed_bytes_.data(), packed_bytes_.size()));
  }
  return stream_.avail_in > 0;
}

/// At its first byte.
void Unpacker::begin_gzip() {
  while (stream_.avail_in > 0 && *stream_.next_in == 0) {
    ++stream_.next_in;
    --stream_.avail_in;
  }
  if (stream_.avail_in > 0) {
    inside_ = *stream_.next_in == kGzipMark[0] && inflateReset(&stream_) == Z_OK;
    problem_ = inside_ ? "" : "what follows is no gzip";
  }
}

std::size_t Unpacker::read(char* to, std::size_t most) {
  if (!packed_) {
    return read_plain(to, most);
  }
  most = std::min<std::size_t>(most, std::numeric_limits<uInt>::max());
  stream_.next_out = reinterpret_cast<unsigned char*>(to);
  stream_.avail_out = static_cast<uInt>(most);
  while (stream_.avail_out > 0 && problem_.empty()) {
    if (!fill()) {
      cut_off_ = inside_;
      break;
    }
    if (!inside_) {
      begin_gzip();
      continue;
    }
    const int status = inflate(&stream_, Z_NO_FLUSH);
    inside_ = status == Z_OK;
    if (status != Z_OK && status != Z_STREAM_END) {
      problem_ = stream_.msg != nullptr ? stream_.msg : "it is no gzip";
    }
  }
  return most - stream_.avail_out;
}

}  // namespace epitaxy::data
