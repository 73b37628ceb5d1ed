import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** How a command is run in a box. */
export interface BoxOptions {
  /** Holds what the image adds to its base. The command changes it, unless the box is read-only. */
  changes: string;
  /** A file system that cannot be written to, as with `docker run --read-only`. */
  isReadOnly?: boolean;
  /** The user and group, by number; root without. */
  user?: string;
  /** The working directory in the box. */
  workdir?: string;
  env?: Record<string, string>;
  /** Path in the box → folder of the machine. */
  volumes?: Record<string, string>;
}

/** Written to standard error right before the command begins, so that what the box itself takes is not measured. */
export const BEGINS = 'the command begins';

/**
 * Makes the box in a mount namespace of its own and becomes the command. In place of the base image stand the machine's
 * `/usr` and `/etc`, and the Node that runs this.
 */
const MAKE = `
set -e
mkdir -p "$CHANGES/usr" "$CHANGES/.work/root" "$CHANGES/.work/usr"
box=$(mktemp -d "$CHANGES/.work/box-XXXXXX")
mount -t tmpfs none "$box"
cd "$box"
mkdir -p base/usr base/etc base/proc base/dev base/tmp root node/local/bin
chmod 1777 base/tmp
for name in bin sbin lib lib64; do [ ! -L /$name ] || cp -P /$name base/; done
cp "$NODE" node/local/bin/node
mount -t overlay overlay -o "lowerdir=base,upperdir=$CHANGES/root,workdir=$CHANGES/.work/root" root
mount -t overlay overlay -o "lowerdir=node:/usr,upperdir=$CHANGES/usr,workdir=$CHANGES/.work/usr" root/usr
mount --rbind /etc root/etc
mount -t proc proc root/proc
mount --rbind /dev root/dev
while read -r folder path; do
  [ -z "$path" ] || { mkdir -p "root$path"; mount --bind "$folder" "root$path"; }
done <<< "$VOLUMES"
if [ -n "$READ_ONLY" ]; then mount -o remount,ro root; mount -o remount,ro root/usr; fi
cd root
echo '${BEGINS}' >&2
exec chroot . setpriv --reuid="\${RUN_AS%:*}" --regid="\${RUN_AS#*:}" --clear-groups env --ignore-environment --chdir="$WORKDIR" "$@"
`;

/** Starts a command in a box. It has its own process id, so signals reach it and nothing else. */
export function startInBox(options: BoxOptions, command: readonly string[]): ChildProcess {
  const { changes, isReadOnly = false, user = '0:0', workdir = '/', env = {}, volumes = {} } = options;
  const values = Object.entries({ PATH: '/usr/local/bin:/usr/bin:/bin', ...env });
  const child = spawn(
    'unshare',
    ['--mount', 'bash', '-c', MAKE, 'box', ...values.map(([name, value]) => `${name}=${value}`), ...command],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        NODE: process.execPath,
        CHANGES: changes,
        READ_ONLY: isReadOnly ? 'yes' : '',
        RUN_AS: user,
        WORKDIR: workdir,
        VOLUMES: Object.entries(volumes)
          .map(([path, folder]) => `${folder} ${path}`)
          .join('\n'),
      },
    },
  );
  return child;
}

/** How a command in a box ended. */
export interface BoxResult {
  code: number | null;
  output: string;
}

/** Runs a command in a box to its end. */
export async function runInBox(options: BoxOptions, command: readonly string[]): Promise<BoxResult> {
  const child = startInBox(options, command);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  }
  const [code] = await once(child, 'close');
  return { code, output: output.replace(`${BEGINS}\n`, '') };
}
