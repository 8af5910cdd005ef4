#pragma once
/// \file
/// What training, transfer and prediction need of a model, and the description from which it is built again.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/preparation.h"
#include "models/molecule_vae/molecule_vae_settings.h"
#include "nn/dense.h"
#include "nn/loss.h"
#include "nn/parameters.h"

namespace epitaxy::models {

/// Maps physical values to standardized ones: (value - mean) / scale.
struct Standardizer {
  double mean = 0;
  double scale = 1;
  double forward(double value) const { return (value - mean) / scale; }
  double backward(double standardized) const { return standardized * scale + mean; }

  /// Mean and standard deviation of the values that are not NaN; a constant column has scale 1.
  static Standardizer fit(const std::vector<double>& values);
};

/// One output of a model.
struct Head {
  std::string name;    ///< E.g. `oqmd`.
  std::string target;  ///< E.g. `formation_energy_eV_atom`.
  std::string unit;    ///< E.g. `eV/atom`.
  Standardizer standardizer;
  double weight = 1;  ///< Of its loss.
};

/// Everything that fixes a model but its weights. Stored as JSON in model files and checkpoints.
struct ModelDescription {
  std::string kind = "composition_net";
  std::vector<std::string> features;  ///< Element symbols, or the tokens of molecules.
  std::vector<std::int64_t> seen;     ///< [features] training rows that held each of them.
  std::vector<Head> heads;
  std::optional<data::Preparation> preparation;  ///< Of the training data; files of earlier versions do not tell.

  // composition_net
  std::vector<std::size_t> widths;  ///< Of the hidden layers.
  bool residual = false;            ///< Layers of equal width are added to their input.
  double dropout = 0;               ///< After each hidden layer, while training.

  // molecule_vae
  std::string representation;  ///< `characters` or `tokens` of SMILES, or `selfies`.
  MoleculeVaeSettings vae;     ///< Without tokens, heads and their weights, which are above.

  /// Numbers in a row of features: element fractions, or token ids.
  std::size_t feature_count() const;

  std::string to_json() const;
  /// Throws InputError when the text is no description.
  static ModelDescription from_json(const std::string& text);
  std::vector<std::string> head_names() const;
  /// Index of a head; throws InputError with the nearest name.
  std::size_t head_index(const std::string& name) const;
};

/// The widths of ElemNet (Jha et al., Sci. Rep. 8, 17593, 2018).
std::vector<std::size_t> elemnet_widths();

/// Keys the random streams of one shard's step.
struct StreamPosition {
  std::uint64_t seed = 0;
  std::uint32_t epoch = 0;
  std::uint32_t step = 0;
  std::uint32_t shard = 0;
};

/// A model's computations for a fixed number of rows. Owns its activations; allocates nothing after it was made.
class Executor {
 public:
  virtual ~Executor() = default;
  /// Takes over weights (flat, of the layout): once a step, or once for many predictions.
  virtual void load(const float* weights) = 0;
  /// Executors alike on one node may share their copy of the weights: how many bytes that is (0 = they cannot), where
  /// it lies, and one of `parts` equal parts of the work of `load`. All parts must be done before the next use.
  virtual std::size_t shared_bytes() const { return 0; }
  virtual void share(std::byte* /*memory*/) {}
  virtual void load_part(const float* weights, int /*part*/, int /*parts*/) { load(weights); }
  /// features [rows, features], standardized targets [rows, heads] (NaN = none) -> the sum of the losses' gradients in
  /// the flat `gradient` (numbers of frozen parameters are set to zero or left alone, those of gaps left alone).
  virtual nn::LossSums gradient(const float* features, const float* targets, const nn::Loss& loss,
                                const StreamPosition& position, float* gradient) = 0;
  /// features [rows, features] -> standardized predictions [rows, heads].
  virtual void predict(const float* features, float* predictions) = 0;
  /// Weight of the regularizing part of the loss, 1 at first; for models that have one.
  virtual void set_beta(double /*beta*/) {}
  /// The last `gradient`'s loss by Model::loss_parts.
  virtual std::span<const double> loss_parts() const { return {}; }
  /// Floating-point operations of one `gradient` call in matrix products.
  virtual double gradient_flops() const = 0;

  /// GFLOP/s of the matrix products of `gradient` by themselves, each timed alone; 0 when that is not known.
  virtual double measure_products() { return 0; }
  /// Seconds of `gradient` calls up to the loss, since the start.
  double forward_seconds() const { return forward_seconds_; }

  /// What `gradient` calls while it works, backwards through the layout: the gradients of all numbers from `first` on
  /// are final. It need not call it.
  void on_ready(std::function<void(std::size_t first)> ready) { ready_ = std::move(ready); }

 protected:
  double forward_seconds_ = 0;

  void report_ready(std::size_t first) const {
    if (ready_) {
      ready_(first);
    }
  }

 private:
  std::function<void(std::size_t first)> ready_;
};

/// How an executor is made.
struct ExecutorSettings {
  std::size_t rows = 256;
  nn::Arithmetic arithmetic;
  bool training = false;
  std::vector<bool>
      trainable;  ///< By parameter index; empty = all. Layers below the lowest trainable one are not backpropagated.
};

inline constexpr std::size_t kLossParts = 3;

/// A model: its layout of parameters and how to compute with it. Stateless and shared.
class Model {
 public:
  virtual ~Model() = default;
  virtual const nn::ParameterLayout& layout() const = 0;
  virtual const ModelDescription& description() const = 0;
  virtual std::unique_ptr<Executor> executor(const ExecutorSettings& settings) const = 0;
  /// Numbers that training keeps for each row, roughly.
  virtual std::size_t activations() const = 0;
  /// Names of the parts of the loss, if it has several; at most kLossParts.
  virtual std::vector<std::string> loss_parts() const { return {}; }
};

/// The model of a description. Throws InputError for an unknown kind.
std::unique_ptr<Model> make_model(const ModelDescription& description);

}  // namespace epitaxy::models
