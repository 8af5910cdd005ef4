#include "data/sdf.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "chem/mol_block.h"
#include "chem/text_error.h"
#include "data/table_text.h"

namespace epitaxy::data {

namespace {

/// Cuts a text into lines that end in LF, CRLF or CR.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  /// The next line; nothing at the end.
  std::optional<std::string_view> next() {
    if (rest_.empty()) {
      return std::nullopt;
    }
    const std::size_t end = std::min(rest_.find_first_of("\r\n"), rest_.size());
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + (rest_.substr(end).starts_with("\r\n") ? 2 : 1), rest_.size()));
    ++number_;
    return line;
  }
  /// Of the line that was given last.
  std::size_t number() const { return number_; }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

constexpr std::string_view kEndOfRecord = "$$$$";

/// One molecule of the file.
struct Molecule {
  std::size_t line = 0;
  std::string name;
  std::string block;
  std::string problem;
  std::vector<std::pair<std::string, std::string>> properties;
  std::unordered_set<std::string> names{};  ///< Of the properties.
};

class SdfReader {
 public:
  SdfReader(const std::filesystem::path& path, std::string_view text) : path_(path), lines_(text) {}

  /// The next molecule; nothing behind the last one.
  std::optional<Molecule> next() {
    Molecule molecule;
    bool any = false;
    auto line = lines_.next();
    molecule.line = lines_.number();
    bool whole = false;
    // A property may start only behind the header of three lines and the counts.
    for (std::size_t count = 0; line && !ends(*line) && !whole && (count < 4 || !is_property(*line)); ++count) {
      molecule.name = count == 0 ? std::string(text::trim(*line)) : molecule.name;
      molecule.block.append(*line).push_back('\n');
      any = any || !text::trim(*line).empty();
      whole = line->starts_with("M  END");
      line = lines_.next();
    }
    while (line && !ends(*line)) {
      any = true;
      if (is_property(*line)) {
        line = read_property(*line, molecule);
        continue;
      }
      if (!text::trim(*line).empty() && molecule.problem.empty()) {
        molecule.problem = fmt::format(
            "line {} is part of no property: a '$$$$' is missing, or a value holds a blank line", lines_.number());
      }
      line = lines_.next();
    }
    if (!line && !any) {
      return std::nullopt;
    }
    if (!line && !whole) {
      fail_input("{}:{}: the file ends inside the molecule that starts here; copy it again", path_.string(),
                 molecule.line);
    }
    return molecule;
  }

 private:
  static bool ends(std::string_view line) { return line.starts_with(kEndOfRecord); }
  static bool is_property(std::string_view line) { return line.starts_with('>'); }
  static bool has_name(std::string_view header) {
    const std::size_t begin = header.find('<');
    const std::size_t end = header.rfind('>');
    return begin != std::string_view::npos && end != std::string_view::npos && end > begin + 1;
  }

  /// Adds the property whose header is given, and returns the line behind it.
  std::optional<std::string_view> read_property(std::string_view header, Molecule& molecule) {
    if (!has_name(header)) {
      fail_input("{}:{}: '{}' has no name of a property; write '>  <name>'", path_.string(), lines_.number(),
                 shown(header));
    }
    const std::size_t begin = header.find('<') + 1;
    const std::string name(text::trim(header.substr(begin, header.rfind('>') - begin)));
    if (!molecule.names.insert(name).second) {
      fail_input("{}:{}: the molecule has the property '{}' twice", path_.string(), lines_.number(), name);
    }
    std::string value;
    auto line = lines_.next();
    for (; line && !ends(*line) && !text::trim(*line).empty(); line = lines_.next()) {
      // The first line may be a value such as `>10000`.
      if (is_property(*line) && (!value.empty() || has_name(*line))) {
        break;
      }
      value += value.empty() ? "" : "\n";
      value += *line;
    }
    molecule.properties.emplace_back(name, std::move(value));
    return line;
  }

  const std::filesystem::path& path_;
  Lines lines_;
};

/// Collects molecules as rows of a table.
class Rows {
 public:
  void add(const Molecule& molecule) {
    CsvTable::Record record{molecule.line, {"", molecule.name}, molecule.problem};
    if (record.problem.empty()) {
      read_smiles(molecule.block, record);
    }
    for (const auto& [property, value] : molecule.properties) {
      const std::string name = property == "smiles" || property == "name" ? property + "_property" : property;
      const auto [found, is_new] = places_.try_emplace(name, columns_.size());
      if (is_new) {
        columns_.push_back(name);
      }
      record.fields.resize(std::max(record.fields.size(), found->second + 1));
      record.fields[found->second] = value;
    }
    records_.push_back(std::move(record));
  }

  CsvTable table(const std::filesystem::path& path, const TableText& text) {
    if (records_.empty()) {
      fail_input("{}: holds no molecule", path.string());
    }
    require_memory(
        fmt::format("{}: a table of {} molecules with {} columns", path.string(), records_.size(), columns_.size()),
        records_.size() * columns_.size() * (sizeof(std::string) + sizeof(std::string_view)));
    for (CsvTable::Record& record : records_) {
      record.fields.resize(columns_.size());
    }
    return CsvTable::of(path, text, columns_, records_);
  }

 private:
  static void read_smiles(const std::string& block, CsvTable::Record& record) {
    try {
      record.fields[0] = chem::smiles_of_mol_block(block);
    } catch (const chem::TextError& error) {
      record.problem = error.what();
    }
  }

  std::vector<std::string> columns_ = {"smiles", "name"};
  std::unordered_map<std::string, std::size_t> places_;
  std::vector<CsvTable::Record> records_;
};

}  // namespace

CsvTable read_sdf(const std::filesystem::path& path) {
  const TableText text = read_table_text(path);
  SdfReader reader(path, {text.buffer.data(), text.buffer.size() - 1});
  Rows rows;
  while (const auto molecule = reader.next()) {
    rows.add(*molecule);
  }
  return rows.table(path, text);
}

}  // namespace epitaxy::data
