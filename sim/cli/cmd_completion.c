// SPDX-License-Identifier: GPL-3.0-or-later
// lanewise completion: what shells complete, from the tables of verbs and flags. Names of presets and
// scenarios are asked of the program when they are wanted.
#include <string.h>

#include "sim/cli/command.h"
#include "sim/cli/console.h"

// What can stand in some place, as the scripts say it: words, lists of names, files.
typedef struct offer {
    lw_text words, lists;  // each with a space before it
    bool files;
} offer;

static void free_offer(offer *o) {
    lw_text_free(&o->words);
    lw_text_free(&o->lists);
}

static void add_offer(const char *word, offer *out) {
    if (strcmp(word, "@verbs") == 0) {
        for (const lw_verb *const *verb = lw_verbs; *verb != NULL; verb++) {
            lw_text_print(&out->words, " %s", (*verb)->name);
        }
    } else if (word[0] == '@') {
        lw_text_print(&out->lists, " %s", word + 1);
    } else {
        lw_text_print(&out->words, " %s", word);
    }
}

static offer offer_of(const lw_verb *verb) {
    offer o = {.files = strstr(verb->operands, "FILE") != NULL};
    for (const char *const *word = verb->offers; word != NULL && *word != NULL; word++) {
        add_offer(*word, &o);
    }
    return o;
}

static offer offer_of_flag(const lw_verb_flag *f) {
    static const char *const places[] = {"@links", "@devices", "@systems", NULL};
    const bool named = f->value != NULL && strncmp(f->value, "NAME", 4) == 0;  // of presets
    offer o = {.files = f->value != NULL && (strcmp(f->value, "PATH") == 0 || strcmp(f->value, "FILE") == 0)};
    for (const char *const *word = named ? places : f->words; word != NULL && *word != NULL; word++) {
        add_offer(*word, &o);
    }
    return o;
}

static bool takes_value(const lw_verb_flag *f) {
    return f->value != NULL || f->words != NULL;
}

static const char *text_of(const lw_text *text) {
    return text->bytes != NULL ? text->bytes : "";
}

// In single quotes of any of the shells. escaped: what has a meaning there, which a backslash takes.
static void add_quoted(const char *text, const char *escaped, lw_text *out) {
    for (; *text != '\0'; text++) {
        lw_text_add(out, strchr(escaped, *text) != NULL ? "\\" : "");
        lw_text_add_n(out, *text == '\'' ? "`" : text, 1);
    }
}

// ---- bash ----

static void add_bash_case(offer o, lw_text *out) {
    if (o.words.length > 0) {
        lw_text_print(out, " words='%s'", text_of(&o.words) + 1);
    }
    if (o.lists.length > 0) {
        lw_text_print(out, " lists='%s'", text_of(&o.lists) + 1);
    }
    lw_text_add(out, o.files ? " files=yes ;;\n" : " ;;\n");
    out->failed = out->failed || o.words.failed || o.lists.failed;
    free_offer(&o);
}

static void add_bash_verb(const lw_verb *verb, lw_text *out) {
    lw_verb_flag f;
    lw_text_print(out, "    %s)\n        flags='", verb->name);
    for (size_t i = 0; lw_verb_flag_at(verb, i, &f); i++) {
        lw_text_print(out, "%s--%s", i > 0 ? " " : "", f.name);
        if (f.letter != 0) {
            lw_text_print(out, " -%c", f.letter);
        }
    }
    lw_text_add(out, "'\n        case $prev in\n");
    for (size_t i = 0; lw_verb_flag_at(verb, i, &f); i++) {
        if (takes_value(&f)) {
            lw_text_print(out, "        --%s", f.name);
            if (f.letter != 0) {
                lw_text_print(out, " | -%c", f.letter);
            }
            lw_text_add(out, ") flags=");
            add_bash_case(offer_of_flag(&f), out);
        }
    }
    lw_text_add(out, "        *)");
    add_bash_case(offer_of(verb), out);
    lw_text_add(out, "        esac ;;\n");
}

static void write_bash(lw_text *out) {
    lw_text_add(out, "# bash completion for lanewise, as `lanewise completion bash` prints it\n"
                     "_lanewise() {\n"
                     "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} verb= i\n"
                     "    local flags='--help -h --version -V' words= lists= files= list\n"
                     "    if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD - 2]}; fi\n"
                     "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                     "        if [[ ${COMP_WORDS[i]} != -* ]]; then\n"
                     "            verb=${COMP_WORDS[i]}\n"
                     "            break\n"
                     "        fi\n"
                     "    done\n"
                     "    case $verb in\n"
                     "    '') words='");
    for (const lw_verb *const *verb = lw_verbs; *verb != NULL; verb++) {
        lw_text_print(out, "%s%s", verb == lw_verbs ? "" : " ", (*verb)->name);
    }
    lw_text_add(out, "' ;;\n");
    for (const lw_verb *const *verb = lw_verbs; *verb != NULL; verb++) {
        add_bash_verb(*verb, out);
    }
    lw_text_add(out, "    esac\n"
                     "    if [[ $cur == -* ]]; then\n"
                     "        words=$flags lists= files=\n"
                     "    fi\n"
                     "    for list in $lists; do\n"
                     "        words+=\" $(\"$1\" list \"$list\" --names 2>/dev/null)\"\n"
                     "    done\n"
                     "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
                     "    if [[ -n $files ]]; then\n"
                     "        compopt -o filenames 2>/dev/null\n"
                     "        mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- \"$cur\")\n"
                     "    fi\n"
                     "}\n"
                     "complete -F _lanewise lanewise\n");
}

// ---- zsh ----

// "{_lanewise_offer 'words' 'lists' files}", as an action of _arguments.
static void add_zsh_action(offer o, lw_text *out) {
    lw_text_print(out, "{_lanewise_offer \"%s\" \"%s\" %s}", o.words.length > 0 ? text_of(&o.words) + 1 : "",
                  o.lists.length > 0 ? text_of(&o.lists) + 1 : "", o.files ? "files" : "none");
    out->failed = out->failed || o.words.failed || o.lists.failed;
    free_offer(&o);
}

static void add_zsh_flag(const lw_verb_flag *f, lw_text *out) {
    const bool repeats = f->value != NULL && strchr(f->value, '=') != NULL;  // --set
    lw_text_add(out, " \\\n            ");
    if (f->letter != 0) {
        lw_text_print(out, "'(-%c --%s)'{-%c,--%s}'[", f->letter, f->name, f->letter, f->name);
    } else {
        lw_text_print(out, "'%s--%s[", repeats ? "*" : "", f->name);
    }
    add_quoted(f->help, ":[]\\", out);
    lw_text_add(out, "]");
    if (takes_value(f)) {
        lw_text_print(out, ":%s:", f->value != NULL ? f->value : f->name);
        add_zsh_action(offer_of_flag(f), out);
    }
    lw_text_add(out, "'");
}

static void write_zsh(lw_text *out) {
    lw_text_add(out, "#compdef lanewise\n"
                     "# zsh completion for lanewise, as `lanewise completion zsh` prints it\n"
                     "_lanewise_offer() {\n"
                     "    local -a names=(${=1})\n"
                     "    local list\n"
                     "    for list in ${=2}; do\n"
                     "        names+=(${(f)\"$($lanewise list $list --names 2>/dev/null)\"})\n"
                     "    done\n"
                     "    compadd -a names\n"
                     "    [[ $3 != files ]] || _files\n"
                     "}\n"
                     "_lanewise() {\n"
                     "    local lanewise=$words[1] context state state_descr line\n"
                     "    typeset -A opt_args\n"
                     "    local -a verbs=(\n");
    for (const lw_verb *const *verb = lw_verbs; *verb != NULL; verb++) {
        lw_text_print(out, "        '%s:", (*verb)->name);
        add_quoted((*verb)->summary, "", out);
        lw_text_add(out, "'\n");
    }
    lw_text_add(
        out,
        "    )\n"
        "    _arguments -C '(-h --help)'{-h,--help}'[show this help]' '(-V --version)'{-V,--version}'[show the version]' \\\n"
        "        '1: :->verb' '*:: :->rest' && return\n"
        "    case $state in\n"
        "    verb) _describe command verbs ;;\n"
        "    rest)\n"
        "        case $words[1] in\n");
    for (const lw_verb *const *verb = lw_verbs; *verb != NULL; verb++) {
        lw_verb_flag f;
        lw_text_print(out, "        %s)\n            _arguments", (*verb)->name);
        for (size_t i = 0; lw_verb_flag_at(*verb, i, &f); i++) {
            add_zsh_flag(&f, out);
        }
        lw_text_add(out, " \\\n            '*: :");
        add_zsh_action(offer_of(*verb), out);
        lw_text_add(out, "' ;;\n");
    }
    lw_text_add(out, "        esac ;;\n"
                     "    esac\n"
                     "}\n"
                     "if [[ $funcstack[1] == _lanewise ]]; then _lanewise \"$@\"; else compdef _lanewise lanewise; fi\n");
}

// ---- fish ----

static void add_fish_offer(offer o, const char *otherwise, lw_text *out) {
    if (o.words.length > 0 || o.lists.length > 0) {
        lw_text_print(out, " -a '%s", text_of(&o.words));
        for (const char *list = text_of(&o.lists); *list != '\0';) {
            const size_t length = strcspn(list + 1, " ");
            lw_text_print(out, " (lanewise list %.*s --names 2>/dev/null)", (int)length, list + 1);
            list += 1 + length;
        }
        lw_text_add(out, "'");
    }
    lw_text_print(out, "%s\n", otherwise);
    out->failed = out->failed || o.words.failed || o.lists.failed;
    free_offer(&o);
}

static void add_fish_verb(const lw_verb *verb, lw_text *out) {
    lw_verb_flag f;
    lw_text_print(out, "complete -c lanewise -n __fish_use_subcommand -f -a %s -d '", verb->name);
    add_quoted(verb->summary, "", out);
    lw_text_add(out, "'\n");
    for (size_t i = 0; lw_verb_flag_at(verb, i, &f); i++) {
        const offer o = offer_of_flag(&f);
        lw_text_print(out, "complete -c lanewise -n '__fish_seen_subcommand_from %s' -l %s", verb->name, f.name);
        if (f.letter != 0) {
            lw_text_print(out, " -s %c", f.letter);
        }
        lw_text_add(out, " -d '");
        add_quoted(f.help, "", out);
        lw_text_add(out, "'");
        add_fish_offer(o, !takes_value(&f) ? "" : o.files ? " -r -F" : " -x", out);
    }
    const offer o = offer_of(verb);
    lw_text_print(out, "complete -c lanewise -n '__fish_seen_subcommand_from %s'", verb->name);
    add_fish_offer(o, o.files ? "" : " -f", out);
}

static void write_fish(lw_text *out) {
    lw_text_add(out, "# fish completion for lanewise, as `lanewise completion fish` prints it\n"
                     "complete -c lanewise -n __fish_use_subcommand -s h -l help -d 'show this help'\n"
                     "complete -c lanewise -n __fish_use_subcommand -s V -l version -d 'show the version'\n");
    for (const lw_verb *const *verb = lw_verbs; *verb != NULL; verb++) {
        add_fish_verb(*verb, out);
    }
}

// ---- The verb ----

static const char *const shells[] = {"bash", "zsh", "fish", NULL};

static lw_status completion_verb(lw_context *context) {
    static void (*const write[])(lw_text * out) = {write_bash, write_zsh, write_fish};
    const char *wanted = context->arguments->file[0];
    lw_text text = {0};
    for (size_t i = 0; shells[i] != NULL; i++) {
        if (strcmp(shells[i], wanted) == 0) {
            write[i](&text);
            return lw_console_print(text.failed ? LW_NO_MEMORY : LW_OK, &text, context->diags);
        }
    }
    (void)lw_error(context->diags, (lw_place){0}, "there are bash, zsh and fish", "there is no completion for \"%s\"", wanted);
    return LW_BAD_USAGE;
}

static const char *const flag_names[] = {NULL};

const lw_verb lw_verb_completion = {
    .name = "completion",
    .operands = "bash|zsh|fish",
    .summary = "What a shell needs to complete commands, flags and names of presets.",
    .examples = "  eval \"$(lanewise completion bash)\"                   in this shell; installations have it in place\n"
                "  lanewise completion zsh > ~/.zfunc/_lanewise         with ~/.zfunc in fpath\n"
                "  lanewise completion fish > ~/.config/fish/completions/lanewise.fish\n",
    .flags = flag_names,
    .least = 1,
    .most = 1,
    .offers = shells,
    .run = completion_verb,
};
