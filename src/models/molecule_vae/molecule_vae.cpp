#include "models/molecule_vae/molecule_vae.h"

#include <cmath>

#include "base/error.h"
#include "models/kind.h"
#include "models/molecule_vae/molecule_vae_executor.h"

namespace epitaxy::models {

std::size_t MoleculeVaeSettings::shortest_length() const {
  std::size_t shortest = 1;
  for (const Convolution& convolution : convolutions) {
    shortest += convolution.kernel - 1;
  }
  return shortest;
}

void MoleculeVaeSettings::validate() const {
  if (tokens < 2) {
    fail_input("a molecule model needs at least two tokens: the end token and another one");
  }
  if (convolutions.empty() || dense == 0 || latent == 0 || cells == 0 || layers == 0) {
    fail_input("a molecule model needs at least one convolution, one GRU layer and sizes above 0");
  }
  for (const Convolution& convolution : convolutions) {
    if (convolution.kernel == 0 || convolution.channels == 0) {
      fail_input("a convolution needs a kernel and channels above 0");
    }
  }
  if (length < shortest_length()) {
    fail_input("the model's length is {}, but its convolutions need at least {}", length, shortest_length());
  }
  if (!(token_dropout >= 0 && token_dropout < 1)) {
    fail_input("token dropout is a probability below 1, not {}", token_dropout);
  }
  if (!(free_bits >= 0)) {
    fail_input("free bits are 0 or more nats, not {}", free_bits);
  }
  if (!head_weights.empty() && head_weights.size() != heads.size()) {
    fail_input("{} weights of losses are given for {} heads", head_weights.size(), heads.size());
  }
}

namespace {

/// A dense layer that starts as PyTorch's do: uniform in +-1 / sqrt(in).
nn::DenseSpec add_linear(nn::ParameterLayout& layout, const std::string& name, std::size_t in, std::size_t out) {
  nn::DenseSpec spec{in, out, nn::Activation::none, 0, 0};
  spec.weight = layout.add(name + ".weight", {in, out}, 1.0 / std::sqrt(static_cast<double>(in)));
  spec.bias = layout.add(name + ".bias", {out}, 0.0);
  return spec;
}

}  // namespace

MoleculeVae::MoleculeVae(MoleculeVaeSettings settings) : settings_(std::move(settings)) {
  settings_.validate();
  const MoleculeVaeSettings& s = settings_;
  std::size_t length = s.length;
  std::size_t channels = s.tokens;
  for (std::size_t i = 0; i < s.convolutions.size(); ++i) {
    const auto add = i == 0 ? nn::add_token_conv1d : nn::add_conv1d;
    encoder_.convolutions.push_back(add(layout_, fmt::format("encoder.convolution.{}", i), length, channels,
                                        s.convolutions[i].channels, s.convolutions[i].kernel, nn::Activation::relu));
    length = encoder_.convolutions.back().out_length();
    channels = s.convolutions[i].channels;
  }
  encoder_.dense = nn::add_dense(layout_, "encoder.dense", length * channels, s.dense, nn::Activation::relu);
  encoder_.mean = add_linear(layout_, "encoder.mean", s.dense, s.latent);
  encoder_.log_variance = add_linear(layout_, "encoder.log_variance", s.dense, s.latent);
  heads_begin_ = layout_.size();
  if (s.head_hidden > 0) {
    head_hidden_ = nn::add_dense(layout_, "heads.hidden", s.latent, s.head_hidden, nn::Activation::relu);
  }
  std::vector<nn::LinearHeads::Spec> heads;
  for (const std::string& name : s.heads) {
    heads.push_back({name});
  }
  heads_ = std::make_unique<nn::LinearHeads>(layout_, heads, s.head_hidden > 0 ? s.head_hidden : s.latent);
  std::size_t in = s.latent + (s.decoder_input == DecoderInput::previous_token ? s.tokens + 1 : 0);
  for (std::size_t i = 0; i < s.layers; ++i) {
    decoder_.layers.push_back(nn::add_gru(layout_, fmt::format("decoder.gru.{}", i), in, s.cells));
    in = s.cells;
  }
  decoder_.output = add_linear(layout_, "decoder.output", s.cells, s.tokens);
}

std::unique_ptr<MoleculeVaeExecutor> MoleculeVae::executor(const ExecutorSettings& settings) const {
  return std::make_unique<VaeExecutor>(*this, settings);
}

namespace {

MoleculeVaeSettings complete_settings(const ModelDescription& description) {
  MoleculeVaeSettings settings = description.as<MoleculeVaeSettings>();
  settings.tokens = description.features.size() + 1;
  settings.heads = description.head_names();
  settings.head_weights.clear();
  for (const Head& head : description.heads) {
    settings.head_weights.push_back(head.weight);
  }
  return settings;
}

}  // namespace

MoleculeModel::MoleculeModel(ModelDescription description)
    : description_(std::move(description)), net_(complete_settings(description_)) {}

std::unique_ptr<Executor> MoleculeModel::executor(const ExecutorSettings& settings) const {
  return net_.executor(settings);
}

std::size_t MoleculeModel::activations() const {
  const MoleculeVaeSettings& s = net_.settings();
  std::size_t sum = s.dense + 4 * s.latent;
  for (const nn::Conv1dSpec& layer : net_.encoder().convolutions) {
    sum += layer.out_length() * layer.out;
  }
  // A GRU layer keeps its states and, for the backward pass, gates and candidates.
  return sum + s.length * (5 * s.cells * s.layers + s.tokens);
}

const MoleculeModel& molecule_model(const Model& model, const std::string& file) {
  const auto* molecules = dynamic_cast<const MoleculeModel*>(&model);
  if (molecules == nullptr) {
    fail_input("{} holds a model of kind {}, which has no latent space and no decoder: a molecule_vae is needed", file,
               model.description().kind->name());
  }
  return *molecules;
}

}  // namespace epitaxy::models
