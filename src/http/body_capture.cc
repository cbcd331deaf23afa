#include "http/body_capture.h"

#include <algorithm>

namespace loadline::http {

void BodyCapture::Append(std::string_view piece) {
  total_ += piece.size();
  const std::string_view kept = piece.substr(0, limit_ - view().size());
  if (kept.empty()) {
    return;
  }
  if (!is_owned_ && view_.empty()) {
    view_ = kept;
    return;
  }
  Own();
  owned_.append(kept);
}

void BodyCapture::Own() {
  if (!is_owned_) {
    owned_.assign(view_);
    is_owned_ = true;
  }
}

}  // namespace loadline::http
