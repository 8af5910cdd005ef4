#pragma once
/// \file
/// Beam search with the decoder of the molecule autoencoder (Lowerre, CMU 1976; for sequences from a network: Graves,
/// arXiv:1211.3711): at each step the beginnings of a string are continued by every token, and the `width` most
/// probable results go on.
///
/// A string counts with its whole probability, that of the end token included, whatever its length. A row is done when
/// no beginning is more probable than the best string that ended, as probabilities only fall. The greedy beginning
/// always stays in the beam, so that the result is never less probable than it. A row that is done leaves its places
/// to the next one; what a row gives depends on that row alone.
#include <cstdint>
#include <vector>

#include "models/molecule_vae/molecule_vae_decoder.h"

namespace epitaxy::models {

class VaeBeam {
 public:
  /// Throws Error for a width of 0 or of more than the decoder's places.
  VaeBeam(const MoleculeVaeSettings& settings, std::size_t rows, std::size_t width, VaeDecoder& decoder);

  /// latent [rows, latent] -> tokens [rows, length], and their log-probabilities [rows] unless null. Its steps allocate
  /// nothing.
  void search(const float* latent, std::int32_t* tokens, double* log_probabilities);

 private:
  /// The beginning of a string.
  struct Hypothesis {
    double score = 0;        ///< Natural logarithm of its probability.
    std::size_t parent = 0;  ///< The beginning that it continues, by number in its row.
    std::int32_t token = 0;  ///< Its last token.
    bool greedy = true;      ///< It took the most probable token at each step.
  };
  /// A row that is being searched.
  struct Search {
    std::size_t row = 0;
    std::size_t history = 0;      ///< Its part of the links.
    std::size_t time = 0;         ///< Tokens of its beginnings.
    std::size_t first_place = 0;  ///< Of its beginnings.
    std::size_t count = 1;        ///< Beginnings.
    bool ended = false;           ///< There is a whole string, in the result.
    double best = 0;              ///< Its log-probability.
  };
  struct Link {
    std::size_t parent = 0;
    std::int32_t token = 0;
  };

  void admit_rows();
  void place_states();
  void advance(Search& search);
  void expand(const Search& search);
  void choose();
  void keep(Search& search);
  void end(Search& search, const Hypothesis& last);
  void retire_rows();
  Link& link(const Search& search, std::size_t time, std::size_t number);

  std::size_t rows_;
  std::size_t width_;
  std::size_t length_;
  std::size_t symbols_;  ///< Tokens of the model.
  VaeDecoder& decoder_;
  std::int32_t* tokens_ = nullptr;
  double* log_probabilities_ = nullptr;
  std::size_t next_row_ = 0;
  std::vector<Search> active_;
  std::vector<std::size_t> free_histories_;
  std::vector<Hypothesis> live_;      ///< By place.
  std::vector<Hypothesis> previous_;  ///< Those of the step before.
  std::vector<std::size_t> from_;     ///< By place: where the parent was.
  std::vector<Hypothesis> candidates_;
  std::vector<Link> links_;  ///< [histories, length, width]: of each beginning.
};

}  // namespace epitaxy::models
