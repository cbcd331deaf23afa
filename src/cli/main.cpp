// The program `loadline`: everything is in the module cli.
#include <string>
#include <vector>

#include "cli/program.h"

int main(int argc, char** argv) {
  return loadline::cli::Main(std::vector<std::string>(argv + 1, argv + argc));
}
