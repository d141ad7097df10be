#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every verb and flag of --help is in its manual page and in the completion of each shell; the pages have no
# mistake that groff, man or mandoc sees; and the shells complete. What is not installed is skipped with a word.
#
# Usage: check_manual.sh LANEWISE. Exit 0: fine, 1: not.
set -eu
lanewise=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
wrong=0
complain() {
  echo "$*"
  wrong=1
}

"$lanewise" man -o man
for shell in bash zsh fish; do "$lanewise" completion $shell >$shell; done
verbs=$("$lanewise" help | sed -n '/^Commands/,/^$/s/^  \([a-z]*\) .*/\1/p')
[ "$(echo "$verbs" | wc -l)" -gt 12 ]

# The part of a completion that is about one verb.
part() {
  case $1 in
  bash) sed -n "/^    $2)\$/,/esac ;;/p" bash ;;
  zsh) sed -n "/^        $2)\$/,/ ;;\$/p" zsh ;;
  fish) grep -e "seen_subcommand_from $2'" -e "use_subcommand -f -a $2 " fish ;;
  esac
}

flags=0
for verb in $verbs; do
  "$lanewise" help "$verb" >help
  "$lanewise" "$verb" --help | cmp -s - help || complain "help $verb is not $verb --help"
  page=man/man1/lanewise-$verb.1
  grep -q "^\.B $verb\$" man/man1/lanewise.1 || complain "lanewise.1 lacks $verb"
  grep -q "^\.B lanewise $verb\$" "$page" || complain "$page is not about $verb"
  for shell in bash zsh fish; do [ -n "$(part $shell "$verb")" ] || complain "$shell does not complete $verb"; done
  for flag in $(sed -n 's/^  \(-., \)\{0,1\}--\([a-z-]*\) .*/\2/p' help); do
    flags=$((flags + 1))
    escaped=$(echo "$flag" | sed 's/-/\\\\-/g')
    grep -q "^.*\\\\fB\\\\-\\\\-$escaped\\\\fR" "$page" || complain "$page lacks --$flag"
    part bash "$verb" | grep -q -e "--$flag[ ']" || complain "bash does not complete $verb --$flag"
    part zsh "$verb" | grep -q -e "--$flag['[}]" || complain "zsh does not complete $verb --$flag"
    part fish "$verb" | grep -q -e " -l $flag " || complain "fish does not complete $verb --$flag"
  done
done
[ "$flags" -gt 60 ]
"$lanewise" --version >one
"$lanewise" version | cmp - one || complain "version is not --version"

for page in man/man?/*; do
  if command -v groff >/dev/null; then
    groff -man -ww -Tutf8 "$page" 2>&1 >/dev/null | grep . && complain "groff: $page"
  fi
  if command -v mandoc >/dev/null; then  # no date: pages are the same bytes whenever they are built
    mandoc -T lint -W warning "$page" | grep -v "missing date" && complain "mandoc: $page"
  fi
done
command -v groff >/dev/null || echo "no groff here"
command -v mandoc >/dev/null || echo "no mandoc here"

# answers COMMAND LINE: what the function of bash offers for its last word
cat >try.bash <<'TRY'
source ./bash
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_lanewise "$LANEWISE" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
echo "${COMPREPLY[*]}"
TRY
touch my-file.yaml
expect() {
  [ "$1" = "$2" ] || complain "$3 offers '$1', not '$2'"
}
if command -v bash >/dev/null; then
  answers() { LANEWISE=$lanewise bash try.bash "$@"; }
  expect "$(answers lanewise ru)" run "lanewise ru"
  expect "$(answers lanewise run oculink-or)" oculink-or-thunderbolt "run oculink-or"
  expect "$(answers lanewise run my-)" my-file.yaml "run my-"
  expect "$(answers lanewise run --forma)" --format "run --forma"
  expect "$(answers lanewise plan --format '')" "table csv json md" "plan --format"
  expect "$(answers lanewise run --format = nc)" nccl-tests "run --format=nc"
  expect "$(answers lanewise topo dgx-a100-4)" "$("$lanewise" list systems --names | grep '^dgx-a100-4' | tr '\n' ' ' | sed 's/ $//')" "topo"
  expect "$(answers lanewise help calib)" calibrate "help calib"
  expect "$(answers lanewise list --names measu)" measured "list measu"
else
  echo "no bash here"
fi
if command -v zsh >/dev/null; then zsh -n zsh || complain "zsh cannot read its completion"; else echo "no zsh here"; fi
if command -v fish >/dev/null; then
  mkdir bin
  ln -s "$lanewise" bin/lanewise
  offers() { HOME=$work PATH=$work/bin:$PATH fish -c "source fish; complete -C '$1'" | sed 's/\t.*//'; }
  expect "$(offers 'lanewise ru')" run "fish: lanewise ru"
  expect "$(offers 'lanewise run oculink-or')" oculink-or-thunderbolt "fish: run oculink-or"
  expect "$(offers 'lanewise run --forma')" --format "fish: run --forma"
else
  echo "no fish here"
fi
[ $wrong = 0 ] && echo "$flags flags of $(echo "$verbs" | wc -l) verbs"
exit $wrong
