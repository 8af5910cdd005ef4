#include "transfer/learner_choice.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "learners/average.h"
#include "learners/candidate_keys.h"
#include "learners/learners.h"

namespace epitaxy::transfer {

namespace {

using config::Key;
using config::Keys;
using learners::Learner;

/// The names of an average's members become indices once all learners are known.
using Members = std::map<std::string, std::vector<std::string>>;

/// Each candidate as the key says, or both ways.
void two_part_key(Keys& k, std::vector<learners::Candidate>& candidates) {
  struct Parts {
    bool two_part = false;
  };
  learners::CandidateKeys<Parts> keys(k);
  keys.flag(&Parts::two_part, {"two_part",
                               "whether labels at the lowest value, such as band gaps of 0, are told apart "
                               "from the rest first (a hurdle model)"});
  std::vector<learners::Candidate> result;
  for (const Parts parts : keys.candidates()) {
    for (learners::Candidate candidate : candidates) {
      candidate.two_part = parts.two_part;
      result.push_back(std::move(candidate));
    }
  }
  candidates = std::move(result);
}

void one_learner_keys(Keys& k, const std::string& name, const std::vector<std::string>& blocks, LearnerChoice& s,
                      Members& members) {
  std::vector<std::string> kinds = learners::learner_names();
  kinds.emplace_back(learners::kAverage);
  const bool is_kind = std::ranges::find(kinds, name) != kinds.end();
  const Key key("kind", "of the learner; needed where its name is none of them");
  std::string kind = is_kind ? name : "";
  k.choice(kind, k.reading() && !is_kind ? key.required() : key, kinds);
  const Learner* chosen = k.reading() ? learners::find_learner(kind) : nullptr;
  s.name = name;
  for (const Learner* learner : learners::learners()) {
    k.when(learner == chosen, fmt::format("kind: {}", learner->name()), [&](Keys& own) {
      auto candidates = learner->candidates(own);
      if (learner == chosen) {
        s.candidates = std::move(candidates);
      }
    });
  }
  k.when(chosen != nullptr, "not for an average", [&](Keys& own) {
    two_part_key(own, s.candidates);
    own.texts(s.reads, {"reads", "kinds of the features that it reads, such as [descriptors]; []: all"});
    for (const auto& block : s.reads) {
      if (own.reading() && std::ranges::find(blocks, block) == blocks.end()) {
        own.problem("reads", fmt::format("names '{}', but 'features' has {}", block, text::join(blocks, ", ")));
      }
    }
  });
  const bool is_average = kind == learners::kAverage;
  std::vector<std::string> of;
  k.when(is_average, "kind: average", [&](Keys& average) {
    average.texts(of, Key("of", "names of the learners whose predictions are averaged").output().required());
  });
  if (is_average) {
    members[name] = of;
  } else {
    s.settings = k.signature();
  }
}

void refuse_members(Keys& k, const std::string& average, const std::string& message) {
  k.section({"learners", ""}, [&](Keys& learners) {
    learners.section({average.c_str(), ""}, [&](Keys& learner) { learner.problem("of", message); });
  });
}

void find_members(Keys& k, const Members& members, std::vector<LearnerChoice>& choices) {
  for (const auto& [name, names] : members) {
    LearnerChoice& average = *std::ranges::find(choices, name, &LearnerChoice::name);
    for (const auto& member : names) {
      const auto found = std::ranges::find(choices, member, &LearnerChoice::name);
      if (found == choices.end() || members.contains(member)) {
        refuse_members(k, name, fmt::format("names '{}', which is no other learner", member));
      } else {
        average.members.push_back(static_cast<std::size_t>(found - choices.begin()));
      }
    }
    if (names.size() < 2) {
      refuse_members(k, name, "must name at least two learners");
    }
  }
}

}  // namespace

void learner_keys(Keys& k, const std::vector<std::string>& blocks, std::vector<LearnerChoice>& learners) {
  Members members;
  k.named(learners, Key("learners", "what learns; a list of values multiplies its candidates").output(), "NAME",
          [&](Keys& learner, const std::string& name, LearnerChoice& item) {
            one_learner_keys(learner, name, blocks, item, members);
          });
  find_members(k, members, learners);
  if (learners.empty()) {
    k.problem("learners",
              fmt::format("must name at least one learner: {}", text::join(learners::learner_names(), ", ")));
  }
}

}  // namespace epitaxy::transfer
