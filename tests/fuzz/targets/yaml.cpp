// Stage files: the tree of an input, typed reading, the resolved input.
#include "base/error.h"
#include "config/section.h"
#include "config/tree.h"
#include "fuzz/target.h"

namespace epitaxy::fuzz {

namespace {

/// The tree as one line has the same values.
void write_and_read(const config::Value& tree) {
  const std::string line = config::one_line(tree);
  std::vector<config::Problem> problems;
  const config::Value again = config::parse(line, "again.yaml", problems);
  expect(problems.empty() && config::one_line(again) == line, "one line of YAML reads as the same value", line);
}

void read_section(config::Section section, int depth) {
  section.string("text", "default");
  section.number("number", 0.5, {0, 1e6});
  section.integer("integer", 3, {0, 1000});
  section.boolean("flag", false);
  section.choice("kind", {"one", "two"}, "one");
  section.strings("names", std::vector<std::string>{"a"});
  section.integers("sizes", std::vector<long long>{1});
  section.numbers("numbers", std::vector<double>{1.5});
  if (depth > 0) {
    for (const config::Section& one : section.sections("list")) {
      read_section(one, depth - 1);
    }
    read_section(section.section("section"), depth - 1);
  }
  for (const std::string& key : section.keys()) {
    section.where(key);
  }
}

std::string resolved(const std::string& text) {
  const config::Document document = config::Document::from_text(text, "fuzz.yaml");
  read_section(document.root(), 2);
  document.finish();
  return document.resolved();
}

void read_yaml(std::string_view bytes) {
  const std::string text(bytes);
  try {
    std::vector<config::Problem> problems;
    config::Value tree = config::parse(text, "fuzz.yaml", problems);
    if (problems.empty()) {
      write_and_read(tree);
    }
    const std::size_t line = text.find('\n');
    config::set_value(tree, text.substr(0, line), line == std::string::npos ? "" : text.substr(line + 1), problems);
  } catch (const InputError&) {
  }
  const std::string once = resolved(text);
  expect(resolved(once) == once, "a resolved input gives itself", once);
}

const Target kYaml("yaml", read_yaml);

}  // namespace

}  // namespace epitaxy::fuzz
