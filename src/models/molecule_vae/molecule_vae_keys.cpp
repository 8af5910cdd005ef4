#include <algorithm>
#include <cmath>

#include "chem/substance.h"
#include "models/molecule_vae/molecule_vae_settings.h"

namespace epitaxy::models {

namespace {

std::vector<std::string> representation_names() {
  std::vector<std::string> names;
  for (const chem::Representation& representation : chem::molecules().representations()) {
    names.push_back(representation.name);
  }
  return names;
}

void convolution_keys(config::Keys& k, std::vector<MoleculeVaeSettings::Convolution>& convolutions) {
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

}  // namespace

void keys(config::Keys& k, MoleculeVaeSettings& s) {
  k.choice(s.representation, {"representation", "how molecules are written"}, representation_names());
  convolution_keys(k, s.convolutions);
  k.integer(s.length, config::Key("length", "longest molecule, with the end; 0: as the data need").in("tokens"),
            {0, 65536}, std::optional<std::size_t>(0));
  if (s.length > 0 && s.length < s.shortest_length()) {
    k.problem("length", fmt::format("is shorter than the {} that the convolutions need", s.shortest_length()));
  }
  k.integer(s.dense, {"dense", "width of the encoder's dense layer"}, {1, 65536});
  k.integer(s.latent, {"latent", "dimensions of the latent space"}, {1, 65536});
  k.integer(s.cells, {"cells", "of each GRU layer of the decoder"}, {1, 65536});
  k.integer(s.layers, {"layers", "GRU layers of the decoder"}, {1, 65536});
  k.choice(s.decoder_input, {"decoder", "reads the token before (autoregressive) or the latent vector alone"});
  k.number(s.token_dropout, {"token_dropout", "share of the tokens that the decoder does not see while training"},
           {0, 0.99});
  k.number(s.free_bits, config::Key("free_bits", "KL divergence of a dimension that costs nothing").in("nats"),
           {0, 100});
  k.integer(s.head_hidden, {"head_hidden", "width of a hidden layer below the heads; 0: they are linear"}, {0, 65536});
  k.integer(s.spellings, {"spellings", "further spellings of each molecule that the encoder reads in turn"},
            {0, 65536});
}

void keys(config::Keys& k, BetaSchedule& s) {
  constexpr double kMost = 1e9;
  k.number(s.end, {"end", "weight of the KL divergence from to_epoch on"}, {0, 1e3}, 0.3);
  k.number(s.start, {"start", "weight up to from_epoch; without it as at the end"}, {0, 1e3},
           k.reading() ? s.end : 0.3);
  k.number(s.from_epoch, config::Key("from_epoch", "when the weight begins to change").in("epochs"), {0, kMost});
  k.number(s.to_epoch,
           config::Key("to_epoch", "when it is at its end; between, a constant factor an epoch").in("epochs"),
           {0, kMost}, s.from_epoch);
  if (s.to_epoch < s.from_epoch) {
    k.problem("to_epoch", "lies before 'from_epoch'");
  }
}

double BetaSchedule::value(double epoch) const {
  if (epoch >= to_epoch || start == end) {
    return end;
  }
  const double way = std::max(0.0, (epoch - from_epoch) / (to_epoch - from_epoch));
  return start > 0 && end > 0 ? start * std::pow(end / start, way) : start + (end - start) * way;
}

}  // namespace epitaxy::models
