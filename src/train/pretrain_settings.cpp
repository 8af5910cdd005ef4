#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "train/pretrain.h"

namespace epitaxy::train {

namespace {

void label_keys(config::Keys& k, LabelSource& s) {
  k.text(s.head, config::Key("head", "the output of the model that learns these labels").required());
  k.text(s.target, {"target", "target of the data set; needed where it has several"});
  k.interval(s.low, s.high, {"range", "labels outside are left out"});
  k.number(s.fraction, {"label_share", "share of the labels that are used, by substance"}, {0, 1});
  k.renamed("labels", "label_share");
}

/// One head (`head`, `target`, `range`) or several (`heads`, a list of such).
void source_keys(config::Keys& k, bool molecular, Source& s) {
  k.file(s.file, config::Key("file", "a data set that import wrote").required());
  const bool several = molecular && k.given("heads");
  k.when(molecular, "kind: molecule_vae", [&](config::Keys& molecules) {
    molecules.list(s.labels, {"heads", "one for each property"}, [](config::Keys& head, LabelSource& label) {
      label_keys(head, label);
      head.number(label.weight, {"weight", "of this property in the loss"}, {0, 1e6});
    });
  });
  const bool one = !several && (!molecular || k.given("head"));
  k.when(one, "no heads", [&](config::Keys& single) {
    LabelSource label;
    label_keys(single, label);
    if (single.reading()) {
      s.labels.push_back(label);
    }
  });
}

void composition_net_keys(config::Keys& k, models::ModelDescription& s) {
  if (s.widths.empty()) {
    s.widths = models::elemnet_widths();
  }
  k.integers(s.widths, {"widths", "of the hidden layers"}, {1, 65536});
  if (s.widths.empty()) {
    k.problem("widths", "must name at least one hidden layer");
    s.widths = models::elemnet_widths();
  }
  k.flag(s.residual, {"residual", "layers of equal width are added to their input"});
  k.number(s.dropout, {"dropout", "share of each hidden layer that is set to 0 while training"}, {0, 0.95});
}

void convolution_keys(config::Keys& k, std::vector<models::MoleculeVaeSettings::Convolution>& convolutions) {
  std::vector<std::size_t> channels;
  std::vector<std::size_t> kernels;
  for (const auto& convolution : convolutions) {
    channels.push_back(convolution.channels);
    kernels.push_back(convolution.kernel);
  }
  k.integers(channels, {"channels", "of the encoder's convolutions"}, {1, 4096});
  k.integers(kernels, config::Key("kernels", "widths of the encoder's convolutions").in("tokens"), {1, 1000});
  if (channels.size() != kernels.size() || channels.empty()) {
    k.problem("kernels", "must hold one number for each of 'channels', and at least one");
    return;
  }
  convolutions.clear();
  for (std::size_t i = 0; i < channels.size(); ++i) {
    convolutions.push_back({channels[i], kernels[i]});
  }
}

void molecule_vae_keys(config::Keys& k, models::ModelDescription& s) {
  k.choice(s.representation, {"representation", "how molecules are written"}, {"characters", "tokens", "selfies"},
           "characters");
  models::MoleculeVaeSettings& vae = s.vae;
  convolution_keys(k, vae.convolutions);
  k.integer(vae.length, config::Key("length", "longest molecule, with the end; 0: as the data need").in("tokens"),
            {0, 65536}, std::optional<std::size_t>(0));
  if (vae.length > 0 && vae.length < vae.shortest_length()) {
    k.problem("length", fmt::format("is shorter than the {} that the convolutions need", vae.shortest_length()));
  }
  k.integer(vae.dense, {"dense", "width of the encoder's dense layer"}, {1, 65536});
  k.integer(vae.latent, {"latent", "dimensions of the latent space"}, {1, 65536});
  k.integer(vae.cells, {"cells", "of each GRU layer of the decoder"}, {1, 65536});
  k.integer(vae.layers, {"layers", "GRU layers of the decoder"}, {1, 65536});
  k.choice(vae.decoder_input, {"decoder", "reads the token before (autoregressive) or the latent vector alone"});
  k.number(vae.token_dropout, {"token_dropout", "share of the tokens that the decoder does not see while training"},
           {0, 0.99});
  k.number(vae.free_bits, config::Key("free_bits", "KL divergence of a dimension that costs nothing").in("nats"),
           {0, 100});
  k.integer(vae.head_hidden, {"head_hidden", "width of a hidden layer below the heads; 0: they are linear"},
            {0, 65536});
  k.integer(vae.spellings, {"spellings", "further spellings of each molecule that the encoder reads in turn"},
            {0, 65536});
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

void model_keys(config::Keys& k, models::ModelDescription& s) {
  k.choice(s.kind, config::Key("kind", "of the model").required(), {"composition_net", "molecule_vae"});
  k.when(s.kind == "composition_net", "kind: composition_net",
         [&](config::Keys& net) { composition_net_keys(net, s); });
  k.when(s.kind == "molecule_vae", "kind: molecule_vae", [&](config::Keys& vae) { molecule_vae_keys(vae, s); });
}

Excluded read_exclusions(const std::vector<Exclusion>& exclusions) {
  Excluded excluded;
  for (const Exclusion& exclusion : exclusions) {
    const auto index = data::read_index(exclusion.dataset);
    if (index.kind == "molecule") {
      excluded.molecules.emplace(exclusion.dataset, index.preparation);
    }
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

void validation_keys(config::Keys& k, bool molecular, SplitSettings& s) {
  const bool by_file = k.given("file");
  k.when(!by_file, "no file", [&](config::Keys& drawn) {
    drawn.number(s.validation_fraction, {"fraction", "share of the substances that are drawn"}, {0, 0.9}, 0.05);
  });
  if (by_file) {
    s.validation_fraction = 0;
  }
  std::string group = molecular ? "molecule" : "composition";
  const std::vector<std::string> groups{"composition", "molecule"};
  k.choice(group,
           config::Key("group", "what stays together: composition, or molecule of a model of molecules").output(),
           k.reading() ? std::vector{group} : groups);
  k.integer(s.seed, {"seed", "of the draw"}, {0, 1e9});
  if (!k.reading() || by_file) {
    k.file(s.validation_file, {"file", "a data set of validation rows"});
  }
  if (by_file && s.validation_file.empty()) {
    k.problem("file", "names no file");
  }
}

void evaluation_keys(config::Keys& k, PretrainSettings& s) {
  MoleculeEvaluationSettings& molecules = s.molecules;
  k.integer(molecules.decoded_rows, {"decoded_rows", "validation molecules that are reconstructed after each epoch"},
            {0, 1e8});
  k.integer(molecules.points, {"points", "standard-normal points that are decoded after each epoch"}, {0, 1e8});
  k.integer(s.final_points, config::Key("final_points", "points that are decoded at the end").output(), {0, 1e8});
  k.integer(molecules.seed, {"seed", "of the points"}, {0, 1e9});
}

void check_choice(config::Keys& k, bool molecular, const PretrainSettings& settings) {
  std::vector<std::string> names{"mean", "last"};
  if (molecular) {
    names.emplace_back("reconstruction");
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
  k.section({"model", "the model"}, [&](Keys& model) { model_keys(model, s.model); });
  const bool molecular = s.model.kind == "molecule_vae";
  k.section({"validation", "rows that choose"}, [&](Keys& v) { validation_keys(v, molecular, s.split); });
  k.section({"test", "rows that report"}, [&](Keys& test) {
    test.number(s.split.test_fraction, {"fraction", "share of the substances that are drawn"}, {0, 0.9});
    if (s.split.test_fraction + s.split.validation_fraction > 0.95) {
      test.problem("fraction", "leaves too few rows to train on, together with 'validation.fraction'");
    }
  });
  k.section({"training", "the training"}, [&](Keys& training) {
    keys(training, s.training);
    training.when(molecular, "kind: molecule_vae", [&](Keys& vae) {
      vae.section({"beta", "weight of the KL divergence"}, [&](Keys& beta) { keys(beta, s.training.beta); });
    });
  });
  k.when(molecular, "kind: molecule_vae", [&](Keys& vae) {
    vae.section({"evaluation", "what is decoded to judge the model"}, [&](Keys& e) { evaluation_keys(e, s); });
  });
  k.text(s.choose_by, {"choose_by",
                       "what chooses the epoch of best.h5: mean, last, a head; of a molecule_vae also "
                       "reconstruction, and the default is last"});
  if (molecular && !k.given("choose_by")) {
    s.choose_by = "last";
  }
  k.list(s.sources, {"data", "data sets, each with its heads"},
         [&](Keys& source, Source& item) { source_keys(source, molecular, item); });
  check_sources(k, s);
  check_choice(k, molecular, s);
  k.list(s.exclusions, Key("exclude", "substances to keep out of the training").content(), exclusion_keys);
  k.section(Key("checkpoint", "checkpoints").output(), [&](Keys& checkpoint) {
    checkpoint.number(s.checkpoint_minutes, Key("every_minutes", "time between checkpoints").in("min").output(),
                      {1e-4, 1e6});
  });
  s.signature = k.signature();
}

}  // namespace epitaxy::train
