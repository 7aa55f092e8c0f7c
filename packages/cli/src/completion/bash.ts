/**
 * Completion for bash, of which nothing else has to be installed. The words go to `pawl` as they were typed: they are never
 * evaluated, so that a tab behind `$(…)` runs nothing.
 */
export const bashScript: string = `# bash completion for pawl
_pawl() {
  local current="\${COMP_WORDS[COMP_CWORD]}" found about
  COMPREPLY=()
  while IFS=$'\\t' read -r found about; do
    [[ -n $found && $found != :* && $found == "$current"* ]] && COMPREPLY+=("$(printf '%q' "$found")")
  done < <(pawl complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _pawl pawl
`;
