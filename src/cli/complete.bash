# Completion of netmap in bash.

_netmap() {
    local IFS=$'\013'
    # Bash parts the line at `:`, `=` and `@`, too: what no blank parts is one word.
    local words=() index=0 at word before rest=$COMP_LINE
    for ((at = 0; at < ${#COMP_WORDS[@]}; at++)); do
        word=${COMP_WORDS[at]}
        if [[ -n $word ]]; then
            before=${rest%%"$word"*}
            rest=${rest#*"$word"}
        else
            before=' '
        fi
        # Of the word that is typed only what is left of the cursor counts.
        if ((at == COMP_CWORD && BASH_VERSINFO[0] >= 4)) && [[ -n ${word//[:=@]/} ]]; then
            word=$2
        fi
        if [[ -z $before && $at -gt 0 ]]; then
            words[${#words[@]} - 1]+=$word
        else
            words+=("$word")
        fi
        if ((at == COMP_CWORD)); then
            index=$((${#words[@]} - 1))
        fi
    done
    local space=true
    if compopt +o nospace 2>/dev/null; then
        space=false
    fi
    COMPREPLY=($(
        _CLAP_IFS="$IFS" \
            _CLAP_COMPLETE_INDEX="$index" \
            _CLAP_COMPLETE_COMP_TYPE="$COMP_TYPE" \
            _CLAP_COMPLETE_SPACE="$space" \
            COMPLETE="bash" \
            netmap -- "${words[@]}"
    ))
    if [[ $? != 0 ]]; then
        unset COMPREPLY
        return
    fi
    if [[ $space == false && ${COMPREPLY-} =~ [=/:]$ ]]; then
        compopt -o nospace
    fi
    # Bash puts what comes back behind the last sign that parts words.
    local breaks=${COMP_WORDBREAKS//[^:=@]/} typed=${words[index]}
    if [[ -n $breaks && $typed == *["$breaks"]* ]]; then
        local kept=${typed%"${typed##*["$breaks"]}"}
        COMPREPLY=("${COMPREPLY[@]#"$kept"}")
    fi
}
if ((BASH_VERSINFO[0] > 4 || BASH_VERSINFO[0] == 4 && BASH_VERSINFO[1] >= 4)); then
    complete -o nospace -o bashdefault -o nosort -F _netmap netmap
else
    complete -o nospace -o bashdefault -F _netmap netmap
fi
