#pragma once
/// \file
/// The content of a plain or gzip file, piece by piece.
#include <zlib.h>

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace epitaxy::data {

/// Unlike zlib's own reader it does not pass over what stands behind a gzip: another one is read on, zeros may fill up
/// a tape, and anything else would be lost without a word.
class Unpacker {
 public:
  /// Throws InputError when the file cannot be opened.
  explicit Unpacker(const std::filesystem::path& path);
  ~Unpacker();
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;

  bool is_packed() const { return packed_; }
  /// Fewer bytes than asked for: the end was reached, or a problem.
  std::size_t read(char* to, std::size_t most);
  /// A gzip ends before its end.
  bool is_cut_off() const { return cut_off_; }
  /// Why not all could be read; empty: it could.
  const std::string& problem() const { return problem_; }

 private:
  std::size_t read_file(unsigned char* to, std::size_t most);
  std::size_t read_plain(char* to, std::size_t most);
  bool fill();
  void begin_gzip();

  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  std::vector<unsigned char> packed_bytes_;  ///< Those that `stream_` reads; of a plain file its first ones.
  z_stream stream_{};
  bool packed_ = false;
  bool inside_ = false;  ///< A gzip was begun and has not ended.
  bool cut_off_ = false;
  std::string problem_;
};

}  // namespace epitaxy::data
