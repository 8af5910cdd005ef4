#include "models/molecule_vae/molecule_vae_beam.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace epitaxy::models {

namespace {

/// The logarithm of the sum of e^logit.
double log_sum(const float* logits, std::size_t count) {
  const double largest = *std::max_element(logits, logits + count);
  double sum = 0;
  for (std::size_t k = 0; k < count; ++k) {
    sum += std::exp(logits[k] - largest);
  }
  return largest + std::log(sum);
}

}  // namespace

VaeBeam::VaeBeam(const MoleculeVaeSettings& settings, std::size_t rows, std::size_t width, VaeDecoder& decoder)
    : rows_(rows), width_(width), length_(settings.length), symbols_(settings.tokens), decoder_(decoder) {
  check(width >= 1 && width <= decoder.places(), "a beam has at least one hypothesis and fits into the decoder");
  const std::size_t searches = decoder.places() / width;
  active_.reserve(searches);
  free_histories_.reserve(searches);
  for (std::size_t i = 0; i < searches; ++i) {
    free_histories_.push_back(i);
  }
  live_.reserve(decoder.places());
  previous_.reserve(decoder.places());
  from_.reserve(decoder.places());
  candidates_.reserve(width * symbols_);
  links_.resize(searches * length_ * width);
}

void VaeBeam::search(const float* latent, std::int32_t* tokens, double* log_probabilities) {
  tokens_ = tokens;
  log_probabilities_ = log_probabilities;
  next_row_ = 0;
  decoder_.begin(latent);
  admit_rows();
  while (!active_.empty()) {
    place_states();
    decoder_.step(live_.size());
    live_.swap(previous_);
    live_.clear();
    from_.clear();
    for (Search& search : active_) {
      advance(search);
    }
    retire_rows();
    admit_rows();
  }
}

void VaeBeam::admit_rows() {
  for (; next_row_ < rows_ && !free_histories_.empty(); ++next_row_) {
    active_.push_back({.row = next_row_, .history = free_histories_.back(), .first_place = live_.size()});
    free_histories_.pop_back();
    live_.push_back({.token = decoder_.start_token()});
    from_.push_back(VaeDecoder::kNoPlace);
  }
}

void VaeBeam::place_states() {
  decoder_.move_states(from_);
  for (const Search& search : active_) {
    for (std::size_t i = 0; i < search.count; ++i) {
      const std::size_t place = search.first_place + i;
      decoder_.set_place(place, search.row, live_[place].token);
    }
  }
}

void VaeBeam::advance(Search& search) {
  expand(search);
  choose();
  keep(search);
}

void VaeBeam::expand(const Search& search) {
  candidates_.clear();
  for (std::size_t i = 0; i < search.count; ++i) {
    const Hypothesis& parent = previous_[search.first_place + i];
    const float* logits = decoder_.logits(search.first_place + i);
    const double offset = parent.score - log_sum(logits, symbols_);
    std::int32_t greedy = -1;
    if (parent.greedy) {
      nn::argmax(logits, 1, symbols_, &greedy);
    }
    for (std::size_t k = 0; k < symbols_; ++k) {
      double score = offset + logits[k];
      if (std::isnan(score)) {
        score = -std::numeric_limits<double>::infinity();
      }
      if (!search.ended || score > search.best) {
        const auto token = static_cast<std::int32_t>(k);
        candidates_.push_back({score, i, token, token == greedy});
      }
    }
  }
}

/// The best candidates and the greedy one, best first.
void VaeBeam::choose() {
  const auto better = [](const Hypothesis& a, const Hypothesis& b) {
    return a.score != b.score ? a.score > b.score : (a.parent != b.parent ? a.parent < b.parent : a.token < b.token);
  };
  const auto first = candidates_.begin();
  const auto last = first + static_cast<std::ptrdiff_t>(std::min(width_, candidates_.size()));
  std::partial_sort(first, last, candidates_.end(), better);
  const auto greedy = std::find_if(last, candidates_.end(), [](const Hypothesis& h) { return h.greedy; });
  if (greedy != candidates_.end()) {
    *(last - 1) = *greedy;
  }
  candidates_.erase(last, candidates_.end());
}

/// What follows a string that ended is not more probable, so it is dropped.
void VaeBeam::keep(Search& search) {
  const std::size_t before = search.first_place;
  ++search.time;
  search.first_place = live_.size();
  for (const Hypothesis& candidate : candidates_) {
    if (candidate.token == 0 || search.time == length_) {
      end(search, candidate);
      break;
    }
    link(search, search.time, live_.size() - search.first_place) = {candidate.parent, candidate.token};
    live_.push_back(candidate);
    from_.push_back(before + candidate.parent);
  }
  search.count = live_.size() - search.first_place;
}

void VaeBeam::end(Search& search, const Hypothesis& last) {
  std::int32_t* tokens = tokens_ + search.row * length_;
  std::fill_n(tokens, length_, 0);
  tokens[search.time - 1] = last.token;
  std::size_t number = last.parent;
  for (std::size_t time = search.time - 1; time > 0; --time) {
    const Link& here = link(search, time, number);
    tokens[time - 1] = here.token;
    number = here.parent;
  }
  search.ended = true;
  search.best = last.score;
  if (log_probabilities_ != nullptr) {
    log_probabilities_[search.row] = last.score;
  }
}

void VaeBeam::retire_rows() {
  std::erase_if(active_, [this](const Search& search) {
    if (search.count == 0) {
      free_histories_.push_back(search.history);
    }
    return search.count == 0;
  });
}

VaeBeam::Link& VaeBeam::link(const Search& search, std::size_t time, std::size_t number) {
  return links_[(search.history * length_ + time - 1) * width_ + number];
}

}  // namespace epitaxy::models
