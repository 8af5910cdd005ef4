// What a program of somebody else does with the installed library: runs stages, reads a data set, predicts, encodes and
// decodes.
//
//   consumer run FILE.yaml OUTPUT          exit code of the stage
//   consumer dataset DATASET.h5            kind, rows, and the targets with their units
//   consumer predict MODEL.h5 TEXT...      a line a row: text, values
//   consumer latent MODEL.h5 SMILES...     a line a row: SMILES, its canonical form, that of its decoding
#include <epitaxy/epitaxy.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

namespace {

void show_dataset(const std::string& path) {
  const epitaxy::Dataset dataset = epitaxy::read_dataset(path);
  std::printf("%s %zu\n", dataset.kind.c_str(), dataset.rows());
  for (const epitaxy::DatasetTarget& target : dataset.targets) {
    std::printf("%s %s\n", target.name.c_str(), target.unit.c_str());
  }
}

void predict(const std::string& model, const std::vector<std::string>& texts) {
  const epitaxy::Predictor predictor(model);
  const auto rows = predictor.predict(texts);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::printf("%s", texts[i].c_str());
    for (const epitaxy::PredictedValue& value : rows[i].values) {
      std::printf(" %.17g", value.value);
    }
    std::printf("%s%s\n", rows[i].warning.empty() ? "" : " : ", rows[i].warning.c_str());
  }
}

void show_latent(const std::string& model, const std::vector<std::string>& smiles) {
  const epitaxy::LatentSpace space(model);
  const auto molecules = space.encode(smiles);
  for (std::size_t i = 0; i < smiles.size(); ++i) {
    if (!molecules[i].readable()) {
      std::printf("%s : %s\n", smiles[i].c_str(), molecules[i].warning.c_str());
      continue;
    }
    const auto decoded = space.decode(molecules[i].mean).front().front();
    std::printf("%s %s %s\n", smiles[i].c_str(), molecules[i].smiles.c_str(),
                decoded.valid ? decoded.canonical.c_str() : decoded.cause.c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string command = argc > 2 ? argv[1] : "";
  try {
    const std::vector<std::string> rest(argv + std::min(argc, 3), argv + argc);
    if (command == "run" && argc > 3) {
      const epitaxy::Session session;
      return epitaxy::run(session, {.file = argv[2], .settings = {}, .output = argv[3], .stage = "", .fresh = false});
    }
    if (command == "dataset") {
      show_dataset(argv[2]);
    } else if (command == "predict") {
      predict(argv[2], rest);
    } else if (command == "latent") {
      show_latent(argv[2], rest);
    } else {
      std::fprintf(stderr, "consumer: run, dataset, predict or latent\n");
      return epitaxy::kInputError;
    }
  } catch (const epitaxy::InputError& error) {
    std::fprintf(stderr, "consumer: %s\n", error.what());
    return epitaxy::kInputError;
  } catch (const epitaxy::Error& error) {
    std::fprintf(stderr, "consumer: %s\n", error.what());
    return epitaxy::kFailure;
  }
  return epitaxy::kDone;
}
