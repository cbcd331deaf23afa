// `${…}` in text: environment variables, expanded while reading, and template parts, filled in per
// request.
//
// An expression with a dot or a parenthesis, `uuid`, `counter`, and the name of a captured value
// are templates; any other name is an environment variable. `$${` is a literal `${`.
#pragma once

#include <string>
#include <string_view>

#include "scenario/model.h"
#include "scenario/reader.h"

namespace loadline::scenario {

/// Expands the environment variables in a scalar. Template expressions are a fault here. False
/// after a fault, which shows the text as written, never as expanded.
bool ExpandVariables(Reading& reading, const Node& node, const std::string& path, std::string& out);

/// Reads a scalar as a template for `context`. In JSON it becomes a string with its quotes; as
/// kJsonValue only unless one expression is all of it, which then keeps its type. False after a
/// fault.
bool ReadTemplate(Reading& reading, const Node& node, const std::string& path,
                  TemplatePart::Context context, Template& out);

/// Appends parts so that no two literals follow each other.
void AppendLiteral(std::string_view text, Template& out);
void AppendPart(TemplatePart part, Template& out);

/// True for the name of a variable whose value, once expanded, would be printed and stored, and
/// should not be: a word `KEY`, `TOKEN`, … between underscores, in any case.
[[nodiscard]] bool SoundsSecret(std::string_view name);

/// True for the names that signatures have in the query of a URL: `sig`, `X-Amz-Signature`.
[[nodiscard]] bool SoundsSigned(std::string_view name);

/// `text` so that ReadTemplate() and ExpandVariables() take it literally.
[[nodiscard]] std::string EscapeText(std::string_view text);

/// The expression of a part that is no literal: `${people.rows(64)}`.
[[nodiscard]] std::string ExpressionText(const TemplatePart& part, const Scenario& scenario);

/// The text that ReadTemplate() reads back as `source`, in context kText or kPath.
[[nodiscard]] std::string TemplateText(const Template& source, const Scenario& scenario);

/// True if `name` may be the name of a data set or a captured value: letters, digits, `_` and `-`,
/// a letter or `_` first, and not `random`, `uuid` or `counter`.
[[nodiscard]] bool IsName(std::string_view name);

}  // namespace loadline::scenario
