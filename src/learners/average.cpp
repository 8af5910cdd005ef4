#include "learners/average.h"

#include <utility>

#include "base/error.h"
#include "learners/learners.h"

namespace epitaxy::learners {

namespace {

std::string member_group(const std::string& group, std::size_t member) {
  return fmt::format("{}/member{}", group, member);
}

class AverageRegressor final : public Regressor {
 public:
  explicit AverageRegressor(std::vector<std::shared_ptr<const Regressor>> members) : members_(std::move(members)) {}

  std::vector<double> predict(const Matrix& rows) const override {
    std::vector<double> sum(rows.rows, 0);
    for (const auto& member : members_) {
      const auto values = member->predict(rows);
      for (std::size_t i = 0; i < sum.size(); ++i) {
        sum[i] += values[i] / static_cast<double>(members_.size());
      }
    }
    return sum;
  }

  void write(data::Hdf5File& /*file*/, const std::string& /*group*/) const override {
    fail("an average of an earlier version is read only");
  }

 private:
  std::vector<std::shared_ptr<const Regressor>> members_;
};

}  // namespace

std::unique_ptr<Regressor> read_average(const data::Hdf5File& file, const std::string& group) {
  std::vector<std::shared_ptr<const Regressor>> members;
  for (std::int64_t m = 0; m < file.integer_attribute(group, "members"); ++m) {
    members.push_back(read_regressor(file, member_group(group, static_cast<std::size_t>(m))));
  }
  return std::make_unique<AverageRegressor>(std::move(members));
}

}  // namespace epitaxy::learners
