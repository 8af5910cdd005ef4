#include "epitaxy/run.h"

#include "app/session.h"
#include "app/workflow.h"

namespace epitaxy {

namespace {

app::RunOptions options_of(const RunRequest& request) {
  return {.file = request.file.string(),
          .overrides = app::parse_overrides(request.settings),
          .output = request.output,
          .stage = request.stage,
          .fresh = request.fresh};
}

}  // namespace

ExitCode run(const Session& session, const RunRequest& request) {
  app::RunOptions options;
  session.state().world.agree([&] { options = options_of(request); });
  return app::run(session.state().world, options) == kDone ? kDone : kStopped;
}

void check(const Session& session, const RunRequest& request) {
  app::RunOptions options;
  session.state().world.agree([&] { options = options_of(request); });
  app::check(session.state().world, options);
}

}  // namespace epitaxy
