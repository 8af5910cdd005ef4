#include <algorithm>
#include <memory>
#include <set>

#include "app/input_rows.h"
#include "base/text.h"
#include "chem/molecule_standard.h"
#include "chem/spellings.h"
#include "models/molecule_vae/molecule_text.h"

namespace epitaxy::app {

namespace {

class MoleculeReader {
 public:
  MoleculeReader(const models::ModelDescription& description, const std::string& file)
      : representation_(description.representation),
        rules_(data::rules_of_model(file, description.preparation)),
        tokenizer_(models::tokenizer_of(representation_)),
        text_(description),
        known_(description.features.begin(), description.features.end()) {
    for (std::size_t i = 0; i < description.features.size(); ++i) {
      if (description.seen[i] == 0) {
        unseen_.insert(description.features[i]);
      }
    }
  }

  RowNote read(std::string_view smiles, float* features) const {
    RowNote note{true, chem::standardize_molecule(smiles, rules_).smiles, ""};
    const std::string written = chem::write_in(representation_, note.text);
    const auto tokens = chem::split(tokenizer_, written);
    const std::string unknown = named(tokens, [&](std::string_view token) { return !known_.contains(token); });
    if (!unknown.empty()) {
      throw chem::TokenError("the model does not know " + unknown);
    }
    text_.encode(written, features);
    const std::string unseen = named(tokens, [&](std::string_view token) { return unseen_.contains(token); });
    note.warning = unseen.empty() ? "" : "never seen in training: " + unseen;
    return note;
  }

 private:
  using Symbols = std::set<std::string, std::less<>>;

  /// The tokens for which something holds, each once.
  template <typename Holds>
  static std::string named(const std::vector<std::string_view>& tokens, Holds holds) {
    std::vector<std::string> names;
    for (const std::string_view token : tokens) {
      if (holds(token) && std::ranges::find(names, token) == names.end()) {
        names.emplace_back(token);
      }
    }
    return text::join(names, " ");
  }

  std::string representation_;
  chem::MoleculeRules rules_;
  chem::Tokenizer tokenizer_;
  models::MoleculeText text_;
  Symbols known_;
  Symbols unseen_;
};

}  // namespace

RowReader molecule_reader(const models::ModelDescription& description, const std::string& file) {
  const auto reader = std::make_shared<const MoleculeReader>(description, file);
  return [reader](std::string_view smiles, float* features) { return reader->read(smiles, features); };
}

}  // namespace epitaxy::app
