// Gives inputs to fuzz targets without libFuzzer: those of the corpus, then mutations of them, which are the same every
// time. What was read when the program ends badly is left as a file for the corpus.
//
//   fuzz_replay MUTATIONS CORPUS [TARGET...]    CORPUS has a folder of inputs for each target
//   fuzz_replay 0 FILE TARGET                   one input
#include <sanitizer/common_interface_defs.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "base/random.h"
#include "base/text.h"
#include "fuzz/target.h"

namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;
using epitaxy::fuzz::Target;

const char* current_target = "";
std::string current_input;

void keep_input() {
  const std::string name = std::string("found-") + current_target;
  std::ofstream(name, std::ios::binary) << current_input;
  std::fprintf(stderr, "the input is in %s: a file for tests/fuzz/corpus/%s\n", name.c_str(), current_target);
}

void read(const Target& target, std::string input) {
  current_target = target.name;
  current_input = std::move(input);
  epitaxy::fuzz::run(target, current_input);
}

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The inputs of a target, in order of name.
std::vector<std::string> inputs_of(const fs::path& folder) {
  std::vector<fs::path> paths;
  if (fs::exists(folder)) {
    std::copy(fs::directory_iterator(folder), {}, std::back_inserter(paths));
  }
  std::ranges::sort(paths);
  std::vector<std::string> inputs;
  std::ranges::transform(paths, std::back_inserter(inputs), content);
  return inputs;
}

/// Some changes of the kinds that find most: bytes, pieces that go, come twice or come from another input.
std::string mutated(const std::vector<std::string>& inputs, epitaxy::RandomStream& random) {
  static constexpr auto kBytes = "\0\n\r\t \"',;:.-+=#%()[]{}<>@/\\*~09aAzZ\x7f\x80\xa0\xc3\xff"sv;
  const auto place = [&](const std::string& text) { return random.below(text.size() + 1); };
  std::string text = inputs[random.below(inputs.size())];
  for (std::uint64_t changes = 1 + random.below(4); changes > 0; --changes) {
    const std::size_t at = place(text);
    const std::size_t length = random.below(1 + std::min<std::size_t>(text.size() - at, 16));
    switch (random.below(5)) {
      case 0:
        text.insert(at, 1, kBytes[random.below(kBytes.size())]);
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(at, text.substr(at, length));
        break;
      case 3:
        text.replace(at, std::min<std::size_t>(1, text.size() - at), 1, static_cast<char>(random.below(256)));
        break;
      default: {
        const std::string& other = inputs[random.below(inputs.size())];
        text.insert(at, other.substr(place(other), 1 + random.below(32)));
      }
    }
  }
  return text;
}

void read_corpus(const Target& target, const fs::path& corpus, std::uint64_t mutations) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const std::vector<std::string> inputs = inputs_of(corpus / target.name);
  epitaxy::fuzz::expect(!inputs.empty(), "every target has a corpus", target.name);
  for (const std::string& input : inputs) {
    read(target, input);
  }
  epitaxy::RandomStream random(20260101, epitaxy::Purpose::synthetic);
  for (std::uint64_t i = 0; i < mutations; ++i) {
    read(target, mutated(inputs, random));
  }
  std::printf("%-16s %4zu inputs %7llu mutations %6.1f s\n", target.name, inputs.size(),
              static_cast<unsigned long long>(mutations), std::chrono::duration<double>(Clock::now() - start).count());
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 2) {
    std::fprintf(stderr, "usage: fuzz_replay MUTATIONS CORPUS|FILE [TARGET...]\n");
    return 2;
  }
  std::signal(SIGABRT, [](int) { keep_input(); });  // a broken promise, or an exception that none expects
  __sanitizer_set_death_callback(keep_input);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // what was done is seen when a finding ends it
  const auto mutations = static_cast<std::uint64_t>(epitaxy::text::to_integer(arguments[0]).value_or(0));
  for (const Target& target : epitaxy::fuzz::targets()) {
    if (arguments.size() > 2 && std::find(arguments.begin() + 2, arguments.end(), target.name) == arguments.end()) {
      continue;
    }
    if (fs::is_directory(arguments[1])) {
      read_corpus(target, arguments[1], mutations);
    } else {
      read(target, content(arguments[1]));
    }
  }
}
