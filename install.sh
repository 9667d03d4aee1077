#!/bin/sh
# Installs llmroute for one user: no root, no shell files changed.
#
#   sh install.sh --from-source [DIR]    build the source tree in DIR (default: where this script is)
#   sh install.sh --from-source --git URL  build what is at URL
#
# LLMROUTE_INSTALL_DIR  where the program goes (default: ~/.local/bin)

set -eu

say() { printf '%s\n' "$*"; }

refuse() { # code, what, why, fix
	printf 'error[%s]: %s\n  why:  %s\n  fix:  %s\n' "$1" "$2" "$3" "$4" >&2
	exit 2
}

usage() {
	say "usage: sh install.sh --from-source [DIR | --git URL]"
	say "       LLMROUTE_INSTALL_DIR=DIR  where the program goes (default: ~/.local/bin)"
}

# The whole script is read before anything runs: a download cut in the middle does nothing.
main() {
	from_source=no dir='' git=''
	while [ $# -gt 0 ]; do
		case $1 in
		--from-source) from_source=yes ;;
		--git)
			[ $# -ge 2 ] || refuse usage "--git has no value" "it needs the address of a repository" "sh install.sh --help"
			shift
			git=$1
			;;
		-h | --help)
			usage
			exit 0
			;;
		-*) refuse usage "$1 was not expected" "this script does not know it" "sh install.sh --help" ;;
		*)
			[ -z "$dir" ] || refuse usage "$1 was not expected" "one source tree is enough" "sh install.sh --help"
			dir=$1
			;;
		esac
		shift
	done
	[ "$from_source" = yes ] || refuse no-release "there is no released program to install yet" \
		"this version is built from its source" "sh install.sh --from-source"
	[ -z "$dir" ] || [ -z "$git" ] || refuse usage "a folder and --git were both given" "there can be one source" \
		"leave one of them out"
	command -v cargo >/dev/null 2>&1 || refuse no-cargo "cargo was not found" \
		"building needs Rust 1.90 or later" "install Rust: https://rustup.rs"

	if [ -n "${LLMROUTE_INSTALL_DIR:-}" ]; then
		target=$LLMROUTE_INSTALL_DIR
	elif [ -n "${HOME:-}" ]; then
		target=$HOME/.local/bin
	else
		refuse no-home "there is no place to install to" "neither LLMROUTE_INSTALL_DIR nor HOME is set" \
			"LLMROUTE_INSTALL_DIR=DIR sh install.sh --from-source"
	fi

	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	if [ -n "$git" ]; then
		cargo install --locked --root "$work" --git "$git" llmroute
	else
		if [ -z "$dir" ]; then
			dir=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
		fi
		[ -f "$dir/Cargo.toml" ] || refuse no-source "$dir holds no source of llmroute" "there is no Cargo.toml" \
			"sh install.sh --from-source DIR   or   --from-source --git URL"
		cargo install --locked --root "$work" --path "$dir"
	fi

	mkdir -p "$target"
	# Copied beside the old program and then renamed over it: a running one is never half-written.
	cp "$work/bin/llmroute" "$target/.llmroute.new.$$"
	mv -f "$target/.llmroute.new.$$" "$target/llmroute"

	case ":${PATH:-}:" in
	*":$target:"*) where="on PATH" ;;
	*) where="not on PATH: add it, or call it by its full name" ;;
	esac
	say "$("$target/llmroute" --version) · $target ($where) · no root, no shell files changed"
	say "next: llmroute serve --demo     completions: llmroute completions bash     undo: rm $target/llmroute"
}

main "$@"
