#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "client/cli/command.h"
#include "client/cli/commands.h"
#include "client/cli/exit_code.h"
#include "core/base/status.h"

namespace tricorn::cli {
namespace {

// One line of a shell's `case` for a command: what may follow it.
void AddCases(const CLI::App& command, const std::string& path, std::string* cases) {
  std::string words;
  for (const CLI::App* child : command.get_subcommands([](const CLI::App*) { return true; })) {
    words += child->get_name() + " ";
  }
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) words += "--" + name + " ";
  }
  *cases += fmt::format("    '{}') words='{}' ;;\n", path, words);
  for (const CLI::App* child : command.get_subcommands([](const CLI::App*) { return true; })) {
    AddCases(*child, path.empty() ? child->get_name() : path + " " + child->get_name(), cases);
  }
}

// bash's; zsh runs it through bashcompinit.
std::string Script(const CLI::App& app) {
  std::string cases;
  AddCases(app, "", &cases);
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
