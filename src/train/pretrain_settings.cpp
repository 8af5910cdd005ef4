#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "models/kinds.h"
#include "train/kind_evaluation.h"
#include "train/pretrain.h"

namespace epitaxy::train {

namespace {

void label_keys(config::Keys& k, LabelSource& s) {
  k.text(s.head, config::Key("head", "the output of the model that learns these labels").required());
  if (k.reading() && k.given("head") && s.head.empty()) {
    k.problem("head", "is empty: give the output a name");
  }
  k.text(s.target, {"target", "target of the data set; needed where it has several"});
  std::vector<std::string> tasks{"auto"};
  for (const models::HeadTask* task : models::head_tasks()) {
    tasks.emplace_back(task->name());
  }
  k.choice(s.task, {"task", "what the head does; auto: as its target is, numbers, two classes or several"}, tasks);
  k.interval(s.low, s.high, {"range", "labels outside are left out"});
  k.number(s.fraction, {"label_share", "share of the labels that are used, by substance"}, {0, 1});
  k.renamed("labels", "label_share");
}

/// One head (`head`, `target`, `range`) or several (`heads`, a list of such).
void source_keys(config::Keys& k, const models::Kind* kind, Source& s) {
  k.file(s.file, config::Key("file", "a data set that import wrote").required());
  const bool several = k.given("heads");
  k.list(s.labels, {"heads", "one for each property"}, [](config::Keys& head, LabelSource& label) {
    label_keys(head, label);
    head.number(label.weight, {"weight", "of this property in the loss"}, {0, 1e6});
  });
  const bool learns_unlabelled = kind != nullptr && kind->learns_unlabelled();
  const bool one = !several && (!learns_unlabelled || k.given("head"));
  k.when(one, "no heads", [&](config::Keys& single) {
    LabelSource label;
    label_keys(single, label);
    if (single.reading()) {
      s.labels.push_back(label);
    }
  });
}

void exclusion_keys(config::Keys& k, Exclusion& s) {
  k.file(s.dataset, config::Key("dataset", "a data set whose substances are kept out of the training").required());
  std::vector<std::string> rows{"all"};
  k.texts(rows, {"rows", "lines of its source, or all"});
  if (rows == std::vector<std::string>{"all"}) {
    return;
  }
  for (const std::string& row : rows) {
    const auto line = text::to_integer(row);
    if (!line || *line < 1) {
      k.problem("rows", fmt::format("must be whole numbers from 1, or 'all', not '{}'", row));
      return;
    }
    s.lines.push_back(*line);
  }
}

}  // namespace

Excluded read_exclusions(const std::vector<Exclusion>& exclusions, const models::Kind& kind) {
  Excluded excluded;
  for (const Exclusion& exclusion : exclusions) {
    const auto index = data::read_index(exclusion.dataset);
    models::check_substance(kind, index);
    excluded.preparations.emplace(exclusion.dataset, index.preparation);
    const std::set<long long> lines(exclusion.lines.begin(), exclusion.lines.end());
    std::set<long long> found;
    for (std::size_t row = 0; row < index.rows; ++row) {
      if (lines.empty() || lines.contains(index.lines[row])) {
        excluded.groups.insert(index.groups[row]);
        found.insert(index.lines[row]);
      }
    }
    for (const long long line : lines) {
      if (!found.contains(line)) {
        fail_input("'exclude': no row of {} comes from line {} of its source", exclusion.dataset, line);
      }
    }
  }
  return excluded;
}

namespace {

/// The names of the substances, of which a model's own is the only one that fits.
std::vector<std::string> group_names() {
  std::vector<std::string> names;
  for (const chem::Substance* substance : chem::substances()) {
    names.push_back(substance->name());
  }
  return names;
}

void validation_keys(config::Keys& k, const models::Kind* kind, SplitSettings& s) {
  const bool by_file = k.given("file");
  k.when(!by_file, "no file", [&](config::Keys& drawn) {
    drawn.number(s.validation_fraction, {"fraction", "share of the substances that are drawn"}, {0, 0.9}, 0.05);
  });
  if (by_file) {
    s.validation_fraction = 0;
  }
  const std::vector<std::string> names = group_names();
  std::string group = kind != nullptr ? kind->substance().name() : names.front();
  k.choice(group,
           config::Key("group", "what stays together: composition, or molecule of a model of molecules").output(),
           k.reading() ? std::vector{group} : names);
  k.integer(s.seed, {"seed", "of the draw"}, {0, 1e9});
  if (!k.reading() || by_file) {
    k.file(s.validation_file, {"file", "a data set of validation rows"});
  }
  if (by_file && s.validation_file.empty()) {
    k.problem("file", "names no file");
  }
}

/// What each kind alone has: in the section `training`, or a section `evaluation`.
void training_keys_of_kinds(config::Keys& k, PretrainSettings& s) {
  for (const models::Kind* kind : models::kinds()) {
    std::any own = kind->default_training();
    k.when(s.model.kind == kind, "kind: " + kind->name(), [&](config::Keys& keys) { kind->training_keys(keys, own); });
    if (s.model.kind == kind) {
      s.training.of_kind = std::move(own);
    }
  }
}

void evaluation_keys(config::Keys& k, PretrainSettings& s) {
  for (const models::Kind* kind : models::kinds()) {
    const EvaluationKind* evaluation = evaluation_of(kind);
    if (evaluation == nullptr) {
      continue;
    }
    std::any own = evaluation->default_settings();
    k.when(s.model.kind == kind, "kind: " + kind->name(), [&](config::Keys& keys) {
      keys.section({"evaluation", "what is decoded to judge the model"},
                   [&](config::Keys& section) { evaluation->keys(section, own); });
    });
    if (s.model.kind == kind) {
      s.evaluation = std::move(own);
    }
  }
}

void choice_keys(config::Keys& k, PretrainSettings& s) {
  k.text(s.choose_by, {"choose_by",
                       "what chooses the epoch of best.h5: mean, last, a head; of a molecule_vae also "
                       "reconstruction, and the default is last"});
  const EvaluationKind* evaluation = evaluation_of(s.model.kind);
  if (evaluation != nullptr && !k.given("choose_by")) {
    s.choose_by = evaluation->default_choice();
  }
}

void check_choice(config::Keys& k, const PretrainSettings& settings) {
  std::vector<std::string> names{"mean", "last"};
  if (const EvaluationKind* evaluation = evaluation_of(settings.model.kind)) {
    const auto own = evaluation->choices();
    names.insert(names.end(), own.begin(), own.end());
  }
  for (const Source& source : settings.sources) {
    for (const LabelSource& label : source.labels) {
      names.push_back(label.head);
    }
  }
  if (std::ranges::find(names, settings.choose_by) == names.end()) {
    k.problem("choose_by", fmt::format("is none of {}: '{}'", text::join(names, ", "), settings.choose_by));
  }
}

/// Errors of several heads are compared as shares: checkpoints of a version that added up units are of another choice.
void sign_choice(config::Keys& k, const PretrainSettings& s) {
  std::set<std::string> heads;
  for (const Source& source : s.sources) {
    for (const LabelSource& label : source.labels) {
      heads.insert(label.head);
    }
  }
  if (s.choose_by == "mean" && heads.size() > 1) {
    k.sign("mean_of", "relative errors");
  }
}

void check_sources(config::Keys& k, const PretrainSettings& settings) {
  for (const Source& source : settings.sources) {
    std::set<std::string> heads;
    for (const LabelSource& label : source.labels) {
      if (!heads.insert(label.head).second) {
        k.problem("data", fmt::format("names the head '{}' twice for {}", label.head, source.file));
      }
    }
  }
  if (settings.sources.empty()) {
    k.problem("data", "must list at least one data set: {file: oqmd.h5, head: oqmd}");
  }
}

}  // namespace

void keys(config::Keys& k, PretrainSettings& s) {
  using config::Key;
  using config::Keys;
  k.section({"model", "the model"}, [&](Keys& model) { models::keys(model, s.model); });
  const models::Kind* kind = s.model.kind;
  k.section({"validation", "rows that choose"}, [&](Keys& v) { validation_keys(v, kind, s.split); });
  k.section({"test", "rows that report"}, [&](Keys& test) {
    test.number(s.split.test_fraction, {"fraction", "share of the substances that are drawn"}, {0, 0.9});
    if (s.split.test_fraction + s.split.validation_fraction > 0.95) {
      test.problem("fraction", "leaves too few rows to train on, together with 'validation.fraction'");
    }
  });
  k.section({"training", "the training"}, [&](Keys& training) {
    keys(training, s.training);
    training_keys_of_kinds(training, s);
  });
  evaluation_keys(k, s);
  choice_keys(k, s);
  k.list(s.sources, {"data", "data sets, each with its heads"},
         [&](Keys& source, Source& item) { source_keys(source, kind, item); });
  check_sources(k, s);
  check_choice(k, s);
  sign_choice(k, s);
  k.list(s.exclusions, Key("exclude", "substances to keep out of the training").content(), exclusion_keys);
  k.section(Key("checkpoint", "checkpoints").output(), [&](Keys& checkpoint) {
    checkpoint.number(s.checkpoint_minutes, Key("every_minutes", "time between checkpoints").in("min").output(),
                      {1e-4, 1e6});
  });
  s.signature = k.signature();
}

}  // namespace epitaxy::train
