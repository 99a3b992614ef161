#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "client/cli/command.h"
#include "client/cli/commands.h"
#include "client/cli/terminal/exit_code.h"
#include "core/base/status.h"

namespace tricorn::cli {
namespace {

std::string LongOptions(const CLI::App& command) {
  std::string words;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      if (name != "help") words += "--" + name + " ";
    }
  }
  return words;
}

// Lines of a shell's `case`: what may follow each command. `shared` are options that all have.
void AddCases(const CLI::App& command, const std::string& path, const std::string& shared,
              std::string* cases) {
  const auto children = command.get_subcommands([](const CLI::App*) { return true; });
  std::string words;
  for (const CLI::App* child : children) words += child->get_name() + " ";
  words += LongOptions(command) + shared + "--help";
  *cases += fmt::format("    '{}') words='{}' ;;\n", path, words);
  for (const CLI::App* child : children) {
    AddCases(*child, path.empty() ? child->get_name() : path + " " + child->get_name(),
             path.empty() ? LongOptions(command) : shared, cases);
  }
}

// bash's; zsh runs it through bashcompinit.
std::string Script(const CLI::App& app) {
  std::string cases;
  AddCases(app, "", "", &cases);
  return fmt::format(R"(_tricorn() {{
  local word path= words= current=${{COMP_WORDS[COMP_CWORD]}}
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case $word in
      -*) ;;
      *) [[ $word =~ ^[a-z]+$ ]] && path="${{path:+$path }}$word" ;;
    esac
  done
  # Arguments are no commands: the longest beginning that is one counts.
  while :; do
    case $path in
{}    esac
    [[ -n $words || -z $path ]] && break
    [[ $path == *' '* ]] && path=${{path% *}} || path=
  done
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ ${{#COMPREPLY[@]}} -gt 0 ] || [[ $current == -* ]] || COMPREPLY=($(compgen -f -- "$current"))
}}
complete -o filenames -F _tricorn tricorn)",
                     cases);
}

}  // namespace

void AddCompletion(CLI::App& app, Session& session) {
  const auto shell = std::make_shared<std::string>();
  CLI::App& command =
      AddCommand(app, session, "completion", "A script that completes commands and options",
                 "source <(tricorn completion bash)", [&app, shell]() -> absl::StatusOr<int> {
                   if (*shell == "zsh")
                     std::cout << "autoload -U +X bashcompinit && bashcompinit\n";
                   std::cout << Script(app) << std::endl;
                   return kExitDone;
                 });
  command.add_option("SHELL", *shell, "bash or zsh")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh"}));
}

}  // namespace tricorn::cli
