/** What a shell evaluates, so that Tab asks this command line; all of them ask in the same way. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** Stands between the words that a shell hands over: what no word holds. */
export const SEPARATOR = '\u001f';

/**
 * The command line of the project comes first, for `npx reconverge` is that one, too; npx by
 * itself would take longer than anybody waits for a Tab. Bash takes `=` and `:` for ends of
 * words: what it thinks is done must not be said again.
 */
const BASH = `# Tab for reconverge in bash; in ~/.bashrc: eval "$(npx reconverge completion bash)"
_reconverge() {
  local line=\${COMP_LINE:0:COMP_POINT} ask=./node_modules/.bin/reconverge
  local words word said='' breaks=\${COMP_WORDBREAKS//[^=:]/} found
  [[ -x $ask ]] || ask=reconverge
  read -a words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  [[ \${words[0]} == npx ]] && words=("\${words[@]:1}")
  COMPREPLY=()
  [[ \${words[0]} == reconverge ]] || return
  words=("\${words[@]:1}")
  (( \${#words[@]} )) || return
  word=\${words[\${#words[@]}-1]}
  [[ -n $breaks && $word == *[$breaks]* ]] && said=\${word%"\${word##*[$breaks]}"}
  while IFS= read -r found; do
    [[ -n $found ]] && COMPREPLY+=("$(printf %q "\${found#"$said"}")")
  done < <(IFS=$'\\037'; "$ask" completion bash --words "\${words[*]}" 2>/dev/null)
  if (( \${#COMPREPLY[@]} == 1 )) && [[ \${COMPREPLY[0]} == *[=/] ]]; then
    compopt -o nospace 2>/dev/null
  fi
}
complete -o default -F _reconverge reconverge
complete -p npx >/dev/null 2>&1 || complete -o default -F _reconverge npx
`;

const ZSH = `#compdef reconverge
# Tab for reconverge in zsh; in ~/.zshrc, after compinit: eval "$(npx reconverge completion zsh)"
_reconverge() {
  local ask=./node_modules/.bin/reconverge
  [[ -x $ask ]] || ask=reconverge
  local -a asked found open
  asked=("\${(@)words[2,CURRENT]}")
  found=("\${(@f)$($ask completion zsh --words "\${(pj:\\x1f:)asked}" 2>/dev/null)}")
  found=("\${(@)found:#}")
  (( $#found )) || { _files; return; }
  open=("\${(@M)found:#*[=/]}")
  compadd -S '' -- $open
  compadd -- "\${(@)found:#*[=/]}"
}
compdef _reconverge reconverge
`;

const FISH = `# Tab for reconverge in fish: npx reconverge completion fish | source
function __reconverge_complete
  set -l ask ./node_modules/.bin/reconverge
  test -x $ask; or set ask reconverge
  set -l words (commandline -opc) (commandline -ct)
  $ask completion fish --words (string join \\x1f -- $words[2..-1]) 2>/dev/null
end
complete -c reconverge -a '(__reconverge_complete)'
`;

export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
