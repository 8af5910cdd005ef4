#pragma once
/// \file
/// Fields of targets as people write them: missing values, bounds, ranges, error bars.
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/names.h"

namespace epitaxy::data {

/// What becomes of a field that tells of a number without being one. `~3` is 3 and `1.2 +- 0.1` is 1.2 under both
/// `bound` and `middle`.
enum class Censored {
  reject,
  bound,  ///< `>10000` is 10000.
  middle  ///< `5-10` is 7.5.
};
inline constexpr Named<Censored> kCensored[] = {
    {Censored::reject, "reject"}, {Censored::bound, "bound"}, {Censored::middle, "middle"}};
constexpr std::span<const Named<Censored>> names(Censored) { return kCensored; }

/// What a field is that is no plain number.
enum class FieldKind {
  missing,
  above,      ///< `>10000`, also with `=`, and as `≥`.
  below,      ///< `<0.1`
  range,      ///< `5-10`, `5 to 10`, `5..10`, `5~10`, dashes: the lower end comes first.
  error_bar,  ///< `1.2 +- 0.1`, `+/-`, `±`
  about,      ///< `~3`, `≈3`, `ca. 3`
  other
};
inline constexpr Named<FieldKind> kFieldKinds[] = {{FieldKind::missing, "missing"},     {FieldKind::above, "above"},
                                                   {FieldKind::below, "below"},         {FieldKind::range, "range"},
                                                   {FieldKind::error_bar, "error_bar"}, {FieldKind::about, "about"},
                                                   {FieldKind::other, "other"}};
constexpr std::span<const Named<FieldKind>> names(FieldKind) { return kFieldKinds; }

struct UnusualField {
  FieldKind kind = FieldKind::other;
  double value = 0;  ///< The bound, the middle, or the value; of others 0.
};

/// Texts that stand for a missing value, whatever the case of their letters: nothing, NA, N/A, NaN, null, None, `-`,
/// #N/A and others of R, pandas and spreadsheets, and those of the user. One of these that is a number stands for the
/// number however it is written.
class MissingMarkers {
 public:
  explicit MissingMarkers(const std::vector<std::string>& own);
  /// Only these can look like numbers.
  bool is_own(std::string_view field) const;
  bool holds(std::string_view field) const;

 private:
  std::vector<std::string> own_;  ///< In small letters.
  std::vector<double> numbers_;
};

/// Of a field that is no number.
UnusualField read_unusual(std::string_view field, const MissingMarkers& markers);

bool accepts(Censored policy, FieldKind kind);
/// Why a field is rejected, and what to write instead.
std::string reason_of(const std::string& column, std::string_view field, FieldKind kind);

/// What was seen in the fields of a column.
struct FieldCounts {
  std::map<FieldKind, std::size_t> kinds;      ///< Bounds, ranges and the like.
  std::map<std::string, std::size_t> markers;  ///< Of missing values, but for empty fields.
};

}  // namespace epitaxy::data
